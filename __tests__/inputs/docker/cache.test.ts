import { expect, test } from '@jest/globals';
import { parseCache } from '../../../src/inputs/docker/cache.ts';
import { parse } from '../../support/inputs.ts';

const items = (...texts: string[]): { text: string; line: number }[] =>
  texts.map((text, index) => ({ text, line: index + 1 }));
const useRegistry = 'Use cache-to: type=registry,ref=REPOSITORY.';

test.each([
  { texts: ['ghcr.io/acme/cache'], expected: ['ghcr.io/acme/cache'] },
  { texts: ['type=registry,ref=localhost:5000/cache'], expected: ['localhost:5000/cache'] },
  {
    texts: ['type=registry,ref=acme/cache,mode=max,ignore-error=true'],
    expected: ['acme/cache'],
  },
  {
    texts: ['type=registry,ref=acme/cache,registry.insecure=false'],
    expected: ['acme/cache'],
  },
  { texts: ['acme/cache', 'type=registry,ref=acme/cache'], expected: ['acme/cache'] },
  { texts: ['acme/a', 'acme/b'], expected: ['acme/a', 'acme/b'] },
  { texts: [], expected: [] },
])('reads $texts', ({ texts, expected }) => {
  expect(parseCache(items(...texts))).toEqual({ repositories: expected, unused: [] });
});

test.each([
  {
    name: 'another type',
    text: 'type=gha,mode=max',
    repositories: [],
    problem: {
      text: 'kaniko has no cache of type "gha"; this cache is not used',
      hint: useRegistry,
    },
  },
  {
    name: 'an unknown attribute',
    text: 'type=registry,reff=a',
    repositories: [],
    problem: {
      text: '"reff" is not an attribute of a registry cache; this cache is not used',
      hint: useRegistry,
    },
  },
  {
    name: 'no repository',
    text: 'type=registry',
    repositories: [],
    problem: { text: '"type=registry" has no ref; this cache is not used', hint: useRegistry },
  },
  {
    name: 'an invalid repository',
    text: 'type=registry,ref=ghcr.io/Acme/cache',
    repositories: [],
    problem: {
      text: '"ghcr.io/Acme/cache" has upper-case letters in the repository; this cache is not used',
      hint: 'Use ghcr.io/acme/cache.',
    },
  },
  {
    name: 'a tag',
    text: 'type=registry,ref=ghcr.io/acme/app:buildcache',
    repositories: ['ghcr.io/acme/app'],
    problem: {
      text: 'kaniko stores its cache in ghcr.io/acme/app, and does not use ":buildcache"',
      hint: 'It gives each cached layer a tag of its own. Use a repository for the cache, for example ghcr.io/acme/app-cache.',
    },
  },
  {
    name: 'a tag with a digest',
    text: `acme/app:1@sha256:${'a'.repeat(64)}`,
    repositories: ['acme/app'],
    problem: {
      text: `kaniko stores its cache in acme/app, and does not use ":1@sha256:${'a'.repeat(64)}"`,
      hint: 'It gives each cached layer a tag of its own. Use a repository for the cache, for example acme/app-cache.',
    },
  },
  {
    name: 'a registry without TLS',
    text: 'type=registry,ref=registry.example:5000/acme/cache,registry.insecure=true',
    repositories: ['registry.example:5000/acme/cache'],
    problem: {
      text: 'kaniko does not use the attribute registry.insecure',
      hint: "Add registry.example:5000 to 'insecure-registries', and remove the attribute.",
    },
  },
  {
    name: 'a text that only looks like a tag',
    text: 'token: kiwi7-walrus-parade',
    repositories: [],
    problem: {
      text: '"token: ***" is not a repository; this cache is not used',
      hint: 'Use lower-case letters and digits, separated by ".", "_", "-" or "/".',
    },
  },
])('reports $name', ({ text, repositories, problem }) => {
  expect(parseCache(items(text))).toEqual({ repositories, unused: [{ line: 1, ...problem }] });
});

const oneOf = (used: string, other: string): string =>
  `kaniko uses one repository for its cache, ${used}, and not ${other}. Use one repository in both inputs.`;

test.each([
  {
    name: 'no cache without a usable entry, with one warning for both inputs',
    given: { 'cache-from': 'type=gha', 'cache-to': 'type=gha,mode=max' },
    cacheFrom: undefined,
    cacheTo: undefined,
    warnings: [
      `input 'cache-from' line 1 and input 'cache-to' line 1: kaniko has no cache of type "gha"; this cache is not used. ${useRegistry}`,
    ],
  },
  {
    name: 'the same repository in two notations',
    given: { 'cache-from': 'acme/a', 'cache-to': 'docker.io/acme/a' },
    cacheFrom: 'docker.io/acme/a',
    cacheTo: 'docker.io/acme/a',
    warnings: [],
  },
  {
    name: 'the repository of cache-to if they differ',
    given: { 'cache-from': 'acme/a\nacme/c', 'cache-to': 'acme/b' },
    cacheFrom: 'acme/b',
    cacheTo: 'acme/b',
    warnings: [
      `input 'cache-from': ${oneOf('acme/b', 'acme/a')}`,
      `input 'cache-from': ${oneOf('acme/b', 'acme/c')}`,
    ],
  },
  {
    name: 'cache-from alone, which writes no layers',
    given: { 'cache-from': 'acme/a', 'cache-to': 'type=inline' },
    cacheFrom: 'acme/a',
    cacheTo: undefined,
    warnings: [
      `input 'cache-to' line 1: kaniko has no cache of type "inline"; this cache is not used. ${useRegistry}`,
    ],
  },
])('chooses $name', ({ given, cacheFrom, cacheTo, warnings }) => {
  const inputs = parse(given);
  expect(inputs.image).toMatchObject({ cacheFrom, cacheTo });
  expect(inputs.warnings).toEqual(warnings);
});

test.each([
  { name: 'a named token', texts: ['token: kiwi7-Walrus-parade'] },
  {
    name: 'a private key',
    texts: ['-----BEGIN PRIVATE KEY-----', 'MSUrt4Uk2dRkxWm', '-----END PRIVATE KEY-----'],
  },
])('does not quote $name in a warning', ({ texts }) => {
  const { warnings } = parse({ 'cache-from': texts.join('\n') });
  expect(warnings).not.toEqual([]);
  expect(warnings.join('\n')).not.toMatch(/kiwi7|parade|MSUrt4/i);
});
