import { describe, expect, test } from '@jest/globals';
import { checkCluster, checkPod, type ClusterReport } from '../../src/check/cluster.ts';
import type { Row } from '../../src/check/row.ts';
import { BuildError } from '../../src/errors.ts';
import type { Credential } from '../../src/kubeconfig/expiry.ts';
import type { Cluster } from '../../src/ports.ts';
import { ClusterDouble } from '../support/cluster.ts';

const { signal } = new AbortController();
const facts = { source: 'the test', server: 'https://api.example', contextName: 'prod' };
const nowMs = Date.UTC(2026, 0, 1);

/** A cluster that permits everything, unless the answers differ. */
function clusterWith(answers: Partial<Cluster> = {}): ClusterDouble {
  return new ClusterDouble({
    serverMinor: () => Promise.resolve(35),
    userName: () => Promise.resolve('admin'),
    serverTime: () => Promise.resolve(nowMs),
    can: () => Promise.resolve('yes'),
    dryRunPod: () => Promise.resolve(),
    ...answers,
  });
}

const token: Credential = { name: 'token', expiresAtMs: 'never', isRenewed: false };

function check(cluster: ClusterDouble): Promise<ClusterReport> {
  const ports = { cluster, credentials: () => Promise.resolve([token]) };
  return checkCluster(ports, facts, 60_000, signal);
}

/** Subjects and details of the rows with this finding. */
function found(rows: readonly Row[], finding: Row['finding']): readonly string[] {
  return rows
    .filter((row) => row.finding === finding)
    .map(({ subject, detail }) => `${subject}: ${detail}`);
}

const unavailable = (): Promise<never> =>
  Promise.reject(new BuildError('cluster', 'it is unavailable', { hint: 'Wait.' }));

describe('the cluster', () => {
  test('has a row for everything that it answers', async () => {
    const { rows, user, missing } = await check(clusterWith());
    expect(rows.map(({ subject, finding, detail }) => [subject, finding, detail])).toEqual([
      ['cluster', 'ok', 'https://api.example, Kubernetes 1.35'],
      ['context', 'ok', 'prod (the test), namespace builds'],
      ['user', 'ok', 'admin'],
      ['token', 'ok', 'it does not expire'],
      ...[
        ...['create pods', 'get pods', 'delete pods', 'get pods/attach', 'create pods/attach'],
        ...['get pods/log', 'watch pods', 'list pods', 'list events'],
      ].map((permission) => [permission, 'ok', '']),
    ]);
    expect(user).toBe('admin');
    expect(missing).toEqual([]);
  });

  test('is asked for nothing else if it cannot be reached', async () => {
    const cluster = clusterWith({ serverMinor: unavailable });
    const { rows } = await check(cluster);
    expect(found(rows, 'failed')).toEqual(['cluster: it is unavailable. Wait.']);
    expect(found(rows, 'not checked')).toEqual(['permissions: the cluster did not answer']);
    expect(cluster.calls).toEqual(['version']);
  });

  test('is not said to be silent if it has refused the first request', async () => {
    const failure = new BuildError('cluster', 'Unauthorized', { code: 401 });
    const cluster = clusterWith({ serverMinor: () => Promise.reject(failure) });
    const report = await check(cluster);
    const pod = await checkPod(cluster, () => ({}), report, signal);
    expect(found([...report.rows, ...pod], 'not checked')).toEqual([
      'permissions: the cluster answered with HTTP 401',
      'pod: the cluster answered with HTTP 401',
    ]);
  });

  test('is not failed without credentials if a proxy has them', async () => {
    const ports = { cluster: clusterWith(), credentials: () => Promise.resolve([]) };
    const { rows } = await checkCluster(ports, facts, 60_000, signal);
    expect(found(rows, 'failed')).toEqual([]);
  });

  test.each<{ method: keyof Cluster & ('userName' | 'listPermissions'); subject: string }>([
    { method: 'userName', subject: 'user' },
    { method: 'listPermissions', subject: 'permissions' },
  ])('has a failed row for an error of $method, and all others', async ({ method, subject }) => {
    const { rows } = await check(clusterWith({ [method]: unavailable }));
    expect(found(rows, 'failed')).toEqual([`${subject}: it is unavailable. Wait.`]);
    expect(rows.map((row) => row.subject)).toContain('token');
  });

  test('names what is not reported', async () => {
    const answers = {
      serverMinor: () => Promise.resolve(undefined),
      userName: () => Promise.resolve(undefined),
      can: () => Promise.resolve('unknown' as const),
    };
    const { rows, missing } = await check(clusterWith(answers));
    expect(rows[0]?.detail).toBe('https://api.example, version not reported');
    expect(found(rows, 'not checked')).toHaveLength(10);
    expect(missing).toEqual([]);
  });

  test('lists missing permissions, required and optional ones', async () => {
    const denied = ['get pods/log', 'list events'];
    const cluster = clusterWith({
      can: ({ verb, resource }) =>
        Promise.resolve(denied.includes(`${verb} ${resource}`) ? 'no' : 'yes'),
    });
    const { rows, missing } = await check(cluster);
    expect(found(rows, 'failed')).toEqual([
      'get pods/log: required; the user does not have this permission',
    ]);
    expect(found(rows, 'warning')).toEqual([
      'list events: optional; without it a pod that does not start is reported without most of the reasons',
    ]);
    expect(missing.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(denied);
  });

  test('ends with the reason of the signal', async () => {
    const stop = new AbortController();
    const cluster = clusterWith({
      serverMinor: () => {
        stop.abort(new Error('cancelled'));
        return unavailable();
      },
    });
    const ports = { cluster, credentials: () => Promise.resolve([token]) };
    await expect(checkCluster(ports, facts, 1, stop.signal)).rejects.toThrow('cancelled');
  });
});

describe('the pod', () => {
  const pod = { metadata: { name: 'kbp-x' } };
  const reached: ClusterReport = { rows: [], user: 'admin', missing: [] };

  test('is sent as a dry run', async () => {
    const cluster = clusterWith();
    const rows = await checkPod(cluster, () => pod, reached, signal);
    expect(cluster.calls).toEqual(['dry run kbp-x']);
    expect(found(rows, 'ok')).toEqual([
      'pod: a dry run was admitted (PodSecurity, quotas, webhooks)',
    ]);
    expect(found(rows, 'not checked')).toHaveLength(2);
  });

  test('that is refused is a failed row with the hint', async () => {
    const refuse = (): Promise<never> =>
      Promise.reject(new BuildError('cluster', 'exceeded quota: small', { hint: 'Wait.' }));
    const rows = await checkPod(clusterWith({ dryRunPod: refuse }), () => pod, reached, signal);
    expect(found(rows, 'failed')).toEqual(['pod: exceeded quota: small. Wait.']);
  });

  test('is not checked by a webhook without dry runs', async () => {
    const text = 'admission webhook "x" does not support dry run';
    const refuse = (): Promise<never> => Promise.reject(new BuildError('cluster', text));
    const rows = await checkPod(clusterWith({ dryRunPod: refuse }), () => pod, reached, signal);
    expect(found(rows, 'failed')).toEqual([]);
    expect(found(rows, 'not checked')[0]).toBe(`pod: ${text}`);
  });

  test('that cannot be made is a failed row', async () => {
    const make = (): never => {
      throw new BuildError('input', 'the template is invalid');
    };
    const rows = await checkPod(clusterWith(), make, reached, signal);
    expect(found(rows, 'failed')).toEqual(['pod: the template is invalid']);
  });

  test.each<{ name: string; report: ClusterReport }>([
    {
      name: 'the permission',
      report: { ...reached, missing: [{ verb: 'create', resource: 'pods' }] },
    },
    {
      name: 'a cluster',
      report: { ...reached, failure: new BuildError('cluster', 'it is unavailable') },
    },
  ])('is not sent without $name', async ({ report }) => {
    const cluster = clusterWith();
    const rows = await checkPod(cluster, () => pod, report, signal);
    expect(rows).toMatchObject([{ subject: 'pod', finding: 'not checked' }]);
    expect(cluster.calls).toEqual([]);
  });
});
