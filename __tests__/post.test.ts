import { expect, test } from '@jest/globals';
import { JobDouble } from '../runner/job-double.ts';
import { BuildError } from '../src/errors.ts';
import { JobLog } from '../src/logs/fence.ts';
import { removeLeftovers } from '../src/post.ts';
import { VirtualClock } from './support/clock.ts';
import { ClusterDouble } from './support/cluster.ts';

const first = { namespace: 'builds', name: 'kbp-one' };
const second = { namespace: 'builds', name: 'kbp-two' };

async function run(cluster: ClusterDouble, pods: readonly (typeof first)[]): Promise<string> {
  const clock = new VirtualClock();
  const job = new JobDouble();
  await clock.until(removeLeftovers(pods, cluster, clock, new JobLog(job, () => 'token-1')));
  return job.text;
}

test('removes every pod that was remembered, with a second of grace', async () => {
  const cluster = new ClusterDouble({
    deletePod: () => Promise.resolve(true),
    readPod: () => Promise.resolve(undefined),
  });
  expect(await run(cluster, [first, second])).toBe(
    'pod kbp-one is removed\npod kbp-two is removed\n',
  );
  expect([...cluster.calls].sort()).toEqual([
    'delete kbp-one 1',
    'delete kbp-two 1',
    'read kbp-one',
    'read kbp-two',
  ]);
});

test('a pod that is gone already is fine', async () => {
  const cluster = new ClusterDouble({ deletePod: () => Promise.resolve(false) });
  expect(await run(cluster, [first])).toBe('pod kbp-one is removed\n');
});

test('with nothing to remove it sends and logs nothing', async () => {
  const cluster = new ClusterDouble();
  expect(await run(cluster, [])).toBe('');
  expect(cluster.calls).toEqual([]);
});

test('a pod that cannot be removed is a warning with the command, and hinders no other', async () => {
  const cluster = new ClusterDouble({
    deletePod: ({ name }) =>
      name === 'kbp-one'
        ? Promise.reject(new BuildError('cluster', 'may not delete pods'))
        : Promise.resolve(false),
  });
  const text = await run(cluster, [first, second]);
  expect(text.trimEnd().split('\n').sort()).toEqual([
    '::warning::pod kbp-one could not be removed (may not delete pods); remove it with: kubectl delete pod kbp-one --namespace builds',
    'pod kbp-two is removed',
  ]);
});

test('a pod that stays is a warning, after a bounded time', async () => {
  const clock = new VirtualClock();
  const startedAtMs = clock.now();
  const job = new JobDouble();
  const cluster = new ClusterDouble({
    deletePod: () => Promise.resolve(true),
    readPod: () => Promise.resolve({}),
  });
  await clock.until(removeLeftovers([first], cluster, clock, new JobLog(job, () => 'token-1')));
  expect(job.text).toBe(
    '::warning::pod kbp-one could not be removed (the pod was not deleted within 60 s); remove it with: kubectl delete pod kbp-one --namespace builds\n',
  );
  expect(clock.now() - startedAtMs).toBe(60_000);
});
