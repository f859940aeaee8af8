import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { removalCommand, removePod } from '../../src/pod/remove.ts';
import { VirtualClock } from '../support/clock.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { recordedPod } from '../support/pods.ts';

const ref = { namespace: 'builds', name: 'kbp-x' };
const removal = { graceSeconds: 1, patienceMs: 15_000 };
const running = recordedPod('running');

/** A cluster whose pod exists for the first `reads` reads. */
function leaving(reads: number): ClusterDouble {
  let left = reads;
  return new ClusterDouble({
    deletePod: () => Promise.resolve(true),
    readPod: () => Promise.resolve(left-- > 0 ? running : undefined),
  });
}

/** A promise that settles only when the signal is aborted, like a request to a server that does not respond. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

async function remove(
  cluster: ClusterDouble,
): Promise<{ problem: string | undefined; ms: number }> {
  const clock = new VirtualClock();
  const startedAtMs = clock.now();
  const problem = await clock.until(removePod(cluster, ref, removal, clock));
  expect(clock.sleeping).toBe(0);
  return { problem, ms: clock.now() - startedAtMs };
}

test('deletes with the given grace period and reads the pod at growing intervals until it is deleted', async () => {
  const cluster = leaving(5);
  expect(await remove(cluster)).toEqual({ problem: undefined, ms: 100 + 200 + 400 + 500 + 500 });
  expect(cluster.calls).toEqual(['delete kbp-x 1', ...Array<string>(6).fill('read kbp-x')]);
});

test('deletes a pod by force after three seconds, once', async () => {
  const cluster = leaving(9);
  expect(await remove(cluster)).toEqual({ problem: undefined, ms: 100 + 200 + 400 + 6 * 500 });
  expect(cluster.calls.filter((call) => call.startsWith('delete'))).toEqual([
    'delete kbp-x 1',
    'delete kbp-x 0',
  ]);
  expect(cluster.calls.indexOf('delete kbp-x 0')).toBe(10);
});

test('does not read a pod that does not exist', async () => {
  const cluster = new ClusterDouble({ deletePod: () => Promise.resolve(false) });
  expect(await remove(cluster)).toEqual({ problem: undefined, ms: 0 });
  expect(cluster.calls).toEqual(['delete kbp-x 1']);
});

test.each<{ name: string; cluster: ClusterDouble; problem: string; ms: number }>([
  {
    name: 'a pod that stays',
    cluster: leaving(Infinity),
    problem: 'the pod was not deleted within 15 s',
    ms: 15_000,
  },
  {
    name: 'a delete without a response',
    cluster: new ClusterDouble({ deletePod: (_, __, signal) => hang(signal) }),
    problem: 'the pod was not deleted within 15 s',
    ms: 15_000,
  },
  {
    name: 'a read without a response',
    cluster: new ClusterDouble({
      deletePod: () => Promise.resolve(true),
      readPod: (_, signal) => hang(signal),
    }),
    problem: 'the pod was not deleted within 15 s',
    ms: 15_000,
  },
  {
    name: 'a rejected delete',
    cluster: new ClusterDouble({
      deletePod: () => Promise.reject(new BuildError('cluster', 'may not delete pods')),
    }),
    problem: 'may not delete pods',
    ms: 0,
  },
  {
    name: 'a delete that fails otherwise',
    cluster: new ClusterDouble({
      deletePod: () =>
        Promise.reject(new Error('request failed', { cause: new Error('ECONNREFUSED') })),
    }),
    problem: 'request failed: ECONNREFUSED',
    ms: 0,
  },
])('returns the problem of $name', async ({ cluster, problem, ms }) => {
  expect(await remove(cluster)).toEqual({ problem, ms });
});

test('returns the command that deletes a pod by hand', () => {
  expect(removalCommand(ref)).toBe('kubectl delete pod kbp-x --namespace builds');
});
