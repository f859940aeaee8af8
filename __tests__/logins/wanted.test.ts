import { expect, test } from '@jest/globals';
import type { Inputs } from '../../src/inputs/inputs.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { dockerHub, type PulledRepository } from '../../src/inputs/values/reference.ts';
import { noLogins } from '../../src/logins/logins.ts';
import { hostsWithoutCredentials, wantedLogins } from '../../src/logins/wanted.ts';

function inputsOf(given: Readonly<Record<string, string>>): Inputs {
  const values: Readonly<Record<string, string>> = { kubeconfig: 'auto', ...given };
  return parseInputs({
    read: (name) => values[name] ?? '',
    env: () => undefined,
    readText: () => undefined,
  });
}

const tags = 'me/app\nghcr.io/me/app\nghcr.io/me/app:2';
const push = { tags, push: 'true' };
const pulls: readonly PulledRepository[] = [
  { registry: 'base.example', path: 'base', host: 'base.example' },
  { registry: 'ghcr.io', path: 'me/base', host: 'GHCR.io' },
];

test.each([
  {
    name: 'a push needs its tags, the Dockerfile may need the others',
    given: push,
    expected: {
      'base.example/base': 'pull',
      'ghcr.io/me/base': 'pull',
      'index.docker.io/me/app': 'pull,push!',
      'ghcr.io/me/app': 'pull,push!',
    },
  },
  {
    name: 'without a push the tags need none',
    given: { tags },
    expected: { 'base.example/base': 'pull', 'ghcr.io/me/base': 'pull' },
  },
  {
    name: 'a cache to read is required',
    given: { 'cache-from': 'cache.example/me/app', 'pull-logins': 'none' },
    expected: { 'cache.example/me/app': 'pull!' },
  },
  {
    name: 'a cache to write is pushed to',
    given: {
      'cache-from': 'cache.example/me/app',
      'cache-to': 'cache.example/me/app',
      'pull-logins': 'none',
    },
    expected: { 'cache.example/me/app': 'pull,push!' },
  },
  {
    name: 'a cache that is not used is not',
    given: { 'cache-from': 'cache.example/me/app', 'no-cache': 'true', 'pull-logins': 'none' },
    expected: {},
  },
  {
    name: 'a list replaces the registries of the Dockerfile',
    given: { 'pull-logins': 'other.example' },
    expected: { 'other.example/': 'pull' },
  },
  {
    name: 'a list selects from the repositories of the Dockerfile',
    given: { 'pull-logins': 'GHCR.io' },
    expected: { 'ghcr.io/me/base': 'pull' },
  },
  {
    name: 'a base image that is also pushed is wanted once',
    given: { tags: 'ghcr.io/me/base', push: 'true', 'pull-logins': 'ghcr.io' },
    expected: { 'ghcr.io/me/base': 'pull,push!' },
  },
  {
    name: 'the mirrors of the registries of the Dockerfile, with their paths',
    given: {
      'registry-mirrors': 'hub.example,base.example=mirror.example/base,ghcr.io=Mirror.example',
    },
    expected: {
      'base.example/base': 'pull',
      'mirror.example/base/base': 'pull',
      'ghcr.io/me/base': 'pull',
      'mirror.example/me/base': 'pull',
    },
  },
  {
    name: 'no mirror that a list does not have',
    given: { 'registry-mirrors': 'ghcr.io=mirror.example', 'pull-logins': 'ghcr.io' },
    expected: { 'ghcr.io/me/base': 'pull' },
  },
  {
    name: 'a mirror that a list has',
    given: { 'registry-mirrors': 'ghcr.io=mirror.example', 'pull-logins': 'mirror.example' },
    expected: { 'mirror.example/me/base': 'pull' },
  },
])('$name', ({ given, expected }) => {
  const wanted = wantedLogins(inputsOf(given), pulls).map(
    ({ registry, path, actions, required }) => [
      `${registry}/${path}`,
      `${actions.join(',')}${required ? '!' : ''}`,
    ],
  );
  expect(Object.fromEntries(wanted)).toEqual(expected);
});

test('has every spelling of a registry', () => {
  const twice = [...pulls, { registry: 'ghcr.io', path: 'me/base', host: 'ghcr.io' }];
  expect(wantedLogins(inputsOf({ 'pull-logins': 'ghcr.io' }), twice)).toMatchObject([
    { hosts: ['GHCR.io', 'ghcr.io'] },
  ]);
});

test.each([
  { name: 'all tags without credentials', given: push, expected: [dockerHub, 'ghcr.io'] },
  { name: 'those not found', given: push, found: dockerHub, expected: ['ghcr.io'] },
  {
    name: 'those of another path',
    given: push,
    found: 'ghcr.io/you',
    expected: [dockerHub, 'ghcr.io'],
  },
  { name: 'none without a push', given: { tags }, expected: [] },
  {
    name: 'none with a Secret, which is not read',
    given: { ...push, 'registry-secret': 'x' },
    expected: [],
  },
])('registries without credentials: $name', ({ given, found, expected }) => {
  const byHost = new Map(
    found === undefined ? [] : [[found.replace(/\/.*$/, ''), { [found]: { auth: 'x' } }]],
  );
  expect(hostsWithoutCredentials(inputsOf(given), { ...noLogins, byHost })).toEqual(expected);
});
