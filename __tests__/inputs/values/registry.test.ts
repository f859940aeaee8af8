import { expect, test } from '@jest/globals';
import {
  parseInsecureRegistry,
  parseMirror,
  parsePullHost,
} from '../../../src/inputs/values/registry.ts';
import { problemsOf } from '../../support/problems.ts';

test.each([
  { text: 'mirror.gcr.io', expected: { registry: 'index.docker.io', mirror: 'mirror.gcr.io' } },
  {
    text: 'docker.io=10.0.0.1:5000/hub/',
    expected: { registry: 'index.docker.io', mirror: '10.0.0.1:5000/hub' },
  },
  {
    text: 'GHCR.io=Mirror.Example:5000/GHCR/',
    expected: { registry: 'ghcr.io', mirror: 'mirror.example:5000/GHCR' },
  },
  { text: 'ghcr.io=mirror:5000', expected: { registry: 'ghcr.io', mirror: 'mirror:5000' } },
])('parseMirror reads $text', ({ text, expected }) => {
  expect(parseMirror(text)).toEqual(expected);
});

test.each([
  {
    text: 'http://mirror:5000',
    problem: {
      text: '"http://mirror:5000" begins with a scheme',
      hint: 'Write mirror:5000, and add "http://mirror:5000" to \'insecure-registries\'.',
    },
  },
  {
    text: 'https://mirror',
    problem: { text: '"https://mirror" begins with a scheme', hint: 'Write mirror.' },
  },
  {
    text: 'a b',
    problem: { text: '"a b" is not a registry host', hint: 'Write host or host:port.' },
  },
])('parseMirror refuses $text', ({ text, problem }) => {
  expect(problemsOf(() => parseMirror(text))).toEqual([problem]);
});

test.each([
  { text: 'http://a:5000', expected: { host: 'a:5000', http: true, unverifiedTls: false } },
  { text: 'HTTP://A.example', expected: { host: 'a.example', http: true, unverifiedTls: false } },
  { text: 'https://a/', expected: { host: 'a', http: false, unverifiedTls: true } },
  { text: 'a.example', expected: { host: 'a.example', http: true, unverifiedTls: true } },
])('parseInsecureRegistry reads $text', ({ text, expected }) => {
  expect(parseInsecureRegistry(text)).toEqual(expected);
});

test.each([
  {
    text: 'ftp://a',
    problem: {
      text: '"ftp://a" has an unknown scheme',
      hint: 'Write http://host, https://host or host.',
    },
  },
  {
    text: 'a.example/team',
    problem: {
      text: '"a.example/team" is not a registry host',
      hint: 'Write host or host:port.',
    },
  },
])('parseInsecureRegistry refuses $text', ({ text, problem }) => {
  expect(problemsOf(() => parseInsecureRegistry(text))).toEqual([problem]);
});

test.each([
  { text: 'ghcr.io', expected: 'ghcr.io' },
  { text: 'https://index.docker.io/v1/', expected: 'index.docker.io' },
  { text: 'docker.io', expected: 'index.docker.io' },
])('parsePullHost reads $text', ({ text, expected }) => {
  expect(parsePullHost(text)).toBe(expected);
});

test('parsePullHost refuses auto in a list of hosts', () => {
  expect(problemsOf(() => parsePullHost('auto'))).toEqual([
    { text: '"auto" cannot be combined with hosts', hint: 'Use auto, none, or a list of hosts.' },
  ]);
});
