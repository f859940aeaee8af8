import { expect, test } from '@jest/globals';
import { checkRegistries } from '../../src/check/registries.ts';
import type { PulledRepository } from '../../src/inputs/values/reference.ts';
import { noLogins, type Logins } from '../../src/logins/logins.ts';
import type { Registry, RegistryRefusal } from '../../src/ports.ts';
import { orAborted } from '../../src/time/abort.ts';
import { VirtualClock } from '../support/clock.ts';
import { parse, type Given } from '../support/inputs.ts';
import { RegistryDouble, unreachable } from '../support/registry.ts';

const { signal } = new AbortController();
const given = { tags: 'registry.example/app:1', push: 'true' };
const withLogin: Logins = {
  ...noLogins,
  byHost: new Map([['registry.example', { 'registry.example': { auth: 'dTpw' } }]]),
};

async function check(
  answer: string | RegistryRefusal,
  inputs: Given = given,
  logins = withLogin,
  pulls: readonly PulledRepository[] = [],
): Promise<readonly string[]> {
  const rows = await checkRegistries(
    { inputs: parse(inputs), logins, pulls },
    new RegistryDouble(answer),
    new VirtualClock(),
    signal,
  );
  return rows.map(({ subject, finding, detail }) => `${subject} | ${finding} | ${detail}`);
}

function refusal(status: number): RegistryRefusal {
  const failure = new Error(`the registry responded with HTTP ${status}`);
  return { failure, status, isTemporary: false, hasResponded: true };
}

test.each([
  { name: 'a digest', answer: 'sha256:x', row: 'ok | with credentials; the tag exists' },
  {
    name: '404',
    answer: refusal(404),
    row: 'ok | with credentials; the tag does not exist yet',
  },
  {
    name: '401 with credentials',
    answer: refusal(401),
    row: 'failed | with credentials; the registry responded with HTTP 401',
  },
  {
    name: '403',
    answer: refusal(403),
    row: 'warning | with credentials; the registry responded with HTTP 403',
  },
  {
    name: '503',
    answer: refusal(503),
    row: 'warning | with credentials; the registry responded with HTTP 503',
  },
  {
    name: 'no connection',
    answer: unreachable,
    row: 'not checked | with credentials; connect ECONNREFUSED 192.0.2.1:443; the pod may reach the registry',
  },
])('reports $name of the registry', async ({ answer, row }) => {
  expect(await check(answer)).toEqual([`push to registry.example/app | ${row}`]);
});

test('a refusal without credentials is a warning', async () => {
  expect(await check(refusal(401), given, noLogins)).toEqual([
    'push to registry.example/app | warning | without credentials; the registry responded with HTTP 401',
  ]);
});

test('names the Secret that has the credentials', async () => {
  const [row] = await check('sha256:x', { ...given, 'registry-secret': 'login' }, noLogins);
  expect(row).toContain('the credentials are in the Secret login, which the runner does not read');
});

test('a refusal is not a finding if a Secret has the credentials', async () => {
  const [row] = await check(refusal(401), { ...given, 'registry-secret': 'login' }, noLogins);
  expect(row).toContain('| not checked |');
});

test('asks once for each repository, and for none of a build without push', async () => {
  const inputs = {
    tags: 'registry.example/app:1,registry.example/app:2,other.example/app:1',
    'cache-to': 'registry.example/cache',
  };
  const pushed = await check('sha256:x', { ...inputs, push: 'true' });
  expect(pushed.map((row) => row.replace(/ \|.*/, ''))).toEqual([
    'push to registry.example/app',
    'push to other.example/app',
    'cache to registry.example/cache',
  ]);
  expect(await check('sha256:x', { tags: 'registry.example/app:1' })).toEqual([]);
  expect(await check('sha256:x', { 'cache-to': 'a.example/b', 'no-cache': 'true' })).toEqual([]);
});

test('names the login for each image of the Dockerfile', async () => {
  const pull = (registry: string, path: string): PulledRepository => ({
    registry,
    path,
    host: registry,
  });
  const pulls = [pull('registry.example', 'base'), pull('base.example', '')];
  const rows = await check('sha256:x', given, withLogin, pulls);
  expect(rows.slice(1)).toEqual([
    'pull from registry.example/base | not checked | with credentials',
    'pull from base.example | not checked | without credentials',
  ]);
});

test('a registry that does not answer in time is not checked', async () => {
  const clock = new VirtualClock();
  const silent: Registry = {
    tagDigest: (_tag, until) => orAborted(new Promise<never>(() => undefined), until),
  };
  const request = { inputs: parse(given), logins: noLogins, pulls: [] };
  const asking = checkRegistries(request, silent, clock, signal);
  const [row] = await clock.until(asking);
  expect(row?.finding).toBe('not checked');
  expect(row?.detail).toContain('timed out after 15 s');
});
