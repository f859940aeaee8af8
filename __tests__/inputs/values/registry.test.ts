import { expect, test } from '@jest/globals';
import { parseAuthority } from '../../../src/inputs/values/ca-certificate.ts';
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
  { text: 'ghcr.io=mirror:5000', expected: { registry: 'ghcr.io', mirror: 'mirror:5000' } },
])('parseMirror reads $text', ({ text, expected }) => {
  expect(parseMirror(text)).toEqual(expected);
});

test.each([
  {
    text: 'http://mirror:5000',
    problem: {
      text: '"http://mirror:5000" begins with a scheme',
      hint: 'Write mirror:5000, and put "http://mirror:5000" into \'insecure-registries\'.',
    },
  },
  {
    text: 'https://mirror',
    problem: { text: '"https://mirror" begins with a scheme', hint: 'Write mirror.' },
  },
  {
    text: 'a b',
    problem: { text: '"a b" is not the host of a registry', hint: 'Write host or host:port.' },
  },
])('parseMirror refuses $text', ({ text, problem }) => {
  expect(problemsOf(() => parseMirror(text))).toEqual([problem]);
});

test.each([
  { text: 'http://a:5000', expected: { host: 'a:5000', http: true, unverifiedTls: false } },
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
      text: '"a.example/team" is not the host of a registry',
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

test('parsePullHost refuses auto beside hosts', () => {
  expect(problemsOf(() => parsePullHost('auto'))).toEqual([
    { text: '"auto" stands beside hosts', hint: 'Use auto, none, or a list of hosts.' },
  ]);
});

const certificate = '-----BEGIN CERTIFICATE-----\nMIIBszCC\n-----END CERTIFICATE-----';

test('parseAuthority takes certificates', () => {
  expect(parseAuthority(`\n${certificate}\n${certificate}\n\n`)).toBe(
    `${certificate}\n${certificate}\n`,
  );
});

test.each([
  {
    name: 'a private key',
    pem: `${certificate}\n-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----`,
    problem: {
      text: 'it holds a private key',
      hint: 'Give only the certificate of the authority.',
    },
  },
  {
    name: 'half a certificate',
    pem: '-----BEGIN CERTIFICATE-----\nMIIBszCC',
    problem: {
      text: 'there is no complete PEM certificate in it',
      hint: 'Give a file or text with -----BEGIN CERTIFICATE----- on a line of its own.',
    },
  },
])('parseAuthority refuses $name', ({ pem, problem }) => {
  expect(problemsOf(() => parseAuthority(pem))).toEqual([problem]);
});
