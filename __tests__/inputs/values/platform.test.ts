import { expect, test } from '@jest/globals';
import { parsePlatforms } from '../../../src/inputs/values/platform.ts';
import { problemsOf } from '../../support/problems.ts';

const items = (...texts: string[]): { text: string; line: number }[] =>
  texts.map((text, index) => ({ text, line: index + 1 }));

test.each([
  { text: 'linux/amd64', expected: { os: 'linux', architecture: 'amd64', variant: undefined } },
  { text: 'linux/arm64/v8', expected: { os: 'linux', architecture: 'arm64', variant: undefined } },
  { text: 'linux/arm/v7', expected: { os: 'linux', architecture: 'arm', variant: 'v7' } },
  { text: 'armhf', expected: { os: 'linux', architecture: 'arm', variant: 'v7' } },
  { text: 'linux/x86_64', expected: { os: 'linux', architecture: 'amd64', variant: undefined } },
  { text: 'linux/amd64/v3', expected: { os: 'linux', architecture: 'amd64', variant: 'v3' } },
])('reads $text', ({ text, expected }) => {
  expect(parsePlatforms(items(text))).toEqual(expected);
});

test.each([
  {
    name: 'several platforms',
    texts: ['linux/amd64', 'linux/arm64'],
    problem: {
      text: 'it has 2 platforms, but a build supports one',
      hint: 'Use one platform, and one step or job for each platform.',
    },
  },
  {
    name: 'another operating system',
    texts: ['windows/amd64'],
    problem: {
      line: 1,
      text: '"windows/amd64" is not a Linux platform',
      hint: 'Use linux/ARCHITECTURE, for example linux/amd64.',
    },
  },
  {
    name: 'a misspelt platform',
    texts: ['linux/amd46'],
    problem: {
      line: 1,
      text: '"linux/amd46" is not a supported platform',
      hint: 'Use linux/amd64.',
    },
  },
  {
    name: 'a name that every object of JavaScript has',
    texts: ['linux/constructor'],
    problem: {
      line: 1,
      text: '"linux/constructor" is not a supported platform',
      hint: expect.stringContaining('Use one of: linux/amd64'),
    },
  },
  {
    name: 'too many parts',
    texts: ['linux/arm/v7/x'],
    problem: {
      line: 1,
      text: '"linux/arm/v7/x" is not a supported platform',
      hint: 'Use one of: linux/amd64, linux/arm64, linux/arm, linux/ppc64le, linux/s390x, linux/riscv64, linux/386, linux/loong64, linux/mips64le.',
    },
  },
])('refuses $name', ({ texts, problem }) => {
  expect(problemsOf(() => parsePlatforms(items(...texts)))).toEqual([problem]);
});
