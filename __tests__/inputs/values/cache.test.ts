import { expect, test } from '@jest/globals';
import { parseCache } from '../../../src/inputs/values/cache.ts';
import { problemsOf } from '../../support/problems.ts';

const items = (...texts: string[]): { text: string; line: number }[] =>
  texts.map((text, index) => ({ text, line: index + 1 }));

test.each([
  { texts: ['ghcr.io/acme/cache'], expected: 'ghcr.io/acme/cache' },
  { texts: ['type=registry,ref=localhost:5000/cache'], expected: 'localhost:5000/cache' },
  { texts: ['type=registry,ref=acme/cache,mode=max'], expected: 'acme/cache' },
  { texts: ['acme/cache', 'type=registry,ref=acme/cache'], expected: 'acme/cache' },
  { texts: [], expected: undefined },
])('reads $texts', ({ texts, expected }) => {
  expect(parseCache(items(...texts))).toBe(expected);
});

test.each([
  {
    name: 'another type',
    texts: ['type=gha'],
    problem: {
      line: 1,
      text: 'the cache type "gha" is not supported',
      hint: 'Use type=registry,ref=REPOSITORY.',
    },
  },
  {
    name: 'an unknown attribute',
    texts: ['type=registry,reff=a'],
    problem: {
      line: 1,
      text: '"reff" is not an attribute of a registry cache',
      hint: 'Use type=registry,ref=REPOSITORY.',
    },
  },
  {
    name: 'no repository',
    texts: ['type=registry'],
    problem: {
      line: 1,
      text: '"type=registry" has no ref',
      hint: 'Use type=registry,ref=REPOSITORY.',
    },
  },
  {
    name: 'a tag',
    texts: ['type=registry,ref=ghcr.io/acme/app:buildcache'],
    problem: {
      line: 1,
      text: '"ghcr.io/acme/app:buildcache" has a tag or a digest, but kaniko chooses the tag of each cached layer',
      hint: 'Use a repository for the cache, for example ghcr.io/acme/app/cache.',
    },
  },
  {
    name: 'two repositories',
    texts: ['acme/a', 'acme/b'],
    problem: {
      text: 'it has 2 repositories (acme/a, acme/b)',
      hint: 'Use one: kaniko stores its cache in one repository.',
    },
  },
])('refuses $name', ({ texts, problem }) => {
  expect(problemsOf(() => parseCache(items(...texts)))).toEqual([problem]);
});
