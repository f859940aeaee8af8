import { expect, test } from '@jest/globals';
import type { Inputs } from '../../src/inputs/inputs.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { dockerHub } from '../../src/inputs/values/reference.ts';
import { hostsWithoutCredentials, wantedHosts } from '../../src/logins/hosts.ts';
import { noLogins } from '../../src/logins/logins.ts';

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
const pullHosts = ['base.example', 'ghcr.io'];

test.each([
  {
    name: 'a push needs its tags, the Dockerfile may need the others',
    given: push,
    expected: { 'base.example': false, 'ghcr.io': true, [dockerHub]: true },
  },
  {
    name: 'without a push the tags need none',
    given: { tags },
    expected: { 'base.example': false, 'ghcr.io': false },
  },
  {
    name: 'a cache is required',
    given: { 'cache-from': 'cache.example/me/app', 'pull-logins': 'none' },
    expected: { 'cache.example': true },
  },
  {
    name: 'a cache that is not used is not',
    given: { 'cache-from': 'cache.example/me/app', 'no-cache': 'true', 'pull-logins': 'none' },
    expected: {},
  },
  {
    name: 'a list replaces the registries of the Dockerfile',
    given: { 'pull-logins': 'mirror.example' },
    expected: { 'mirror.example': false },
  },
])('$name', ({ given, expected }) => {
  const wanted = wantedHosts(inputsOf(given), pullHosts);
  expect(Object.fromEntries(wanted.map(({ host, required }) => [host, required]))).toEqual(
    expected,
  );
});

test.each([
  { name: 'all tags without credentials', given: push, expected: [dockerHub, 'ghcr.io'] },
  { name: 'those not found', given: push, found: dockerHub, expected: ['ghcr.io'] },
  { name: 'none without a push', given: { tags }, expected: [] },
  {
    name: 'none with a Secret, which is not read',
    given: { ...push, 'registry-secret': 'x' },
    expected: [],
  },
])('registries without credentials: $name', ({ given, found, expected }) => {
  const byHost = new Map(found === undefined ? [] : [[found, { [found]: { auth: 'x' } }]]);
  expect(hostsWithoutCredentials(inputsOf(given), { ...noLogins, byHost })).toEqual(expected);
});
