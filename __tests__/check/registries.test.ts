import { describe, expect, test } from '@jest/globals';
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
  logins: Logins = withLogin,
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

/** @param more the error code, the sender, and whether credentials were sent: by default they were. */
function refusal(status: number, more: Partial<RegistryRefusal> = {}): RegistryRefusal {
  const failure = new Error(`the registry responded with HTTP ${status}`);
  return {
    ...{ failure, status, isTemporary: false, hasResponded: true, sentCredentials: true },
    ...more,
  };
}

const ofTokens = { isOfTokenService: true, hasResponded: false };
const missing =
  'the repository does not exist: some registries create it with the first push, others, such as Amazon ECR, require that it exists';

function failing(code: string): RegistryRefusal {
  const failure = Object.assign(new Error('the connection failed'), { code });
  return { failure, isTemporary: false, hasResponded: false };
}

test.each([
  { name: 'a digest', answer: 'sha256:x', row: 'ok | credentials found; the tag exists' },
  {
    name: '404 of the tag',
    answer: refusal(404, { code: 'MANIFEST_UNKNOWN' }),
    row: 'ok | credentials found; the tag does not exist yet',
  },
  {
    name: '404 of the repository',
    answer: refusal(404, { code: 'NAME_UNKNOWN' }),
    row: `warning | credentials found; ${missing}`,
  },
  {
    name: '404 of another server',
    answer: refusal(404),
    row: 'not checked | credentials found; the registry responded with HTTP 404',
  },
  {
    name: '404 of the token service',
    answer: refusal(404, ofTokens),
    row: 'warning | credentials found; the registry responded with HTTP 404',
  },
  {
    name: '401 with credentials',
    answer: refusal(401),
    row: 'failed | credentials found; the registry responded with HTTP 401',
  },
  {
    name: '401 without the credentials that were found',
    answer: refusal(401, { sentCredentials: false }),
    row: 'not checked | credentials found; the registry responded with HTTP 401; the runner did not send them',
  },
  {
    name: '403',
    answer: refusal(403),
    row: 'warning | credentials found; the registry responded with HTTP 403',
  },
  {
    name: '403 of the token service',
    answer: refusal(403, ofTokens),
    row: 'failed | credentials found; the registry responded with HTTP 403',
  },
  {
    name: '503',
    answer: refusal(503),
    row: 'warning | credentials found; the registry responded with HTTP 503',
  },
  {
    name: 'a certificate that is not trusted',
    answer: failing('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    row: "warning | credentials found; its certificate is not trusted. Set 'registry-ca'",
  },
  {
    name: 'a port without TLS',
    answer: failing('ERR_SSL_WRONG_VERSION_NUMBER'),
    row: "warning | credentials found; it does not respond with TLS. If it uses plain HTTP, add http://registry.example to 'insecure-registries'",
  },
  {
    name: 'no connection',
    answer: unreachable,
    row: 'not checked | credentials found; connect ECONNREFUSED 192.0.2.1:443; the pod may reach the registry',
  },
])('reports $name of the registry', async ({ answer, row }) => {
  expect(await check(answer)).toEqual([`registry of registry.example/app | ${row}`]);
});

const refusedPush = 'the registry responded with HTTP 401; the push needs credentials';

describe('a refusal without credentials', () => {
  const anonymous = refusal(401, { sentCredentials: false });

  test.each([
    { name: 'the registry', answer: anonymous },
    { name: 'the token service', answer: { ...anonymous, ...ofTokens } },
  ])('of $name fails a push', async ({ answer }) => {
    expect(await check(answer, given, noLogins)).toEqual([
      `registry of registry.example/app | failed | no credentials found; ${refusedPush}`,
    ]);
  });

  test('of a cache is a warning', async () => {
    expect(await check(anonymous, { 'cache-to': 'registry.example/cache' }, noLogins)).toEqual([
      'registry of the cache registry.example/cache | warning | no credentials found; the registry responded with HTTP 401',
    ]);
  });

  test.each<{ name: string; inputs: Given }>([
    ...[
      '1.dkr.ecr.eu-west-1.amazonaws.com',
      'eu.gcr.io',
      'gcr.io',
      'europe-docker.pkg.dev',
      'acme.azurecr.io',
    ].map((host) => ({ name: host, inputs: { tags: `${host}/a/app:1` } })),
    { name: 'a pod-template', inputs: { 'pod-template': 'spec: {}' } },
  ])('is a warning if the pod may have its own: $name', async ({ inputs }) => {
    const [row] = await check(anonymous, { ...given, ...inputs }, noLogins);
    expect(row).toContain('| warning | no credentials found; ');
    expect(row).toContain('; the pod needs credentials of its own');
  });
});

test('asks no registry without the credentials, if they could not be read', async () => {
  const registry = new RegistryDouble('sha256:x');
  const rows = await checkRegistries(
    { inputs: parse(given), logins: undefined, pulls: [] },
    registry,
    new VirtualClock(),
    signal,
  );
  expect(rows).toEqual([
    {
      subject: 'registry of registry.example/app',
      finding: 'not checked',
      detail: 'the registry credentials could not be read',
    },
  ]);
  expect(registry.asked).toEqual([]);
});

test('names the Secret that has the credentials', async () => {
  const [row] = await check('sha256:x', { ...given, 'registry-secret': 'login' }, noLogins);
  expect(row).toContain('the credentials are in the Secret login, which the runner does not read');
});

test.each([
  refusal(401, { sentCredentials: false }),
  refusal(404, { code: 'NAME_UNKNOWN' }),
  refusal(403, ofTokens),
])('a refusal is not a finding if a Secret has the credentials', async (answer) => {
  const [row] = await check(answer, { ...given, 'registry-secret': 'login' }, noLogins);
  expect(row).toContain('| not checked |');
});

test('asks once for each repository, and for none of a build without push', async () => {
  const inputs = {
    tags: 'registry.example/app:1,registry.example/app:2,other.example/app:1',
    'cache-to': 'registry.example/cache',
  };
  const pushed = await check('sha256:x', { ...inputs, push: 'true' });
  expect(pushed.map((row) => row.replace(/ \|.*/, ''))).toEqual([
    'registry of registry.example/app',
    'registry of other.example/app',
    'registry of the cache registry.example/cache',
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
    'pull from registry.example/base | not checked | credentials found',
    'pull from base.example | not checked | no credentials found',
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
