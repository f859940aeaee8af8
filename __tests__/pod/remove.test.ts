import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { removalCommand, removePod } from '../../src/pod/remove.ts';
import { VirtualClock } from '../support/clock.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { recordedPod } from '../support/pods.ts';

const ref = { namespace: 'builds', name: 'kbp-x' };
const removal = { graceSeconds: 1, patienceMs: 15_000 };
const running = recordedPod('running');

/** A cluster whose pod is still there for the first `reads` looks. */
function leaving(reads: number): ClusterDouble {
  let left = reads;
  return new ClusterDouble({
    deletePod: () => Promise.resolve(true),
    readPod: () => Promise.resolve(left-- > 0 ? running : undefined),
  });
}

/** A promise that settles only by the signal, like a request to a server that does not answer. */
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

test('deletes with the grace given and looks until the pod is gone, ever more seldom', async () => {
  const cluster = leaving(5);
  expect(await remove(cluster)).toEqual({ problem: undefined, ms: 100 + 200 + 400 + 500 + 500 });
  expect(cluster.calls).toEqual(['delete kbp-x 1', ...Array<string>(6).fill('read kbp-x')]);
});

test('a pod that is not gone soon enough is deleted by force, once', async () => {
  const cluster = leaving(9);
  expect(await remove(cluster)).toEqual({ problem: undefined, ms: 100 + 200 + 400 + 6 * 500 });
  expect(cluster.calls.filter((call) => call.startsWith('delete'))).toEqual([
    'delete kbp-x 1',
    'delete kbp-x 0',
  ]);
  expect(cluster.calls.indexOf('delete kbp-x 0')).toBe(10);
});

test('a pod that does not exist needs no look', async () => {
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
    name: 'a delete without an answer',
    cluster: new ClusterDouble({ deletePod: (_, __, signal) => hang(signal) }),
    problem: 'the pod was not deleted within 15 s',
    ms: 15_000,
  },
  {
    name: 'a look without an answer',
    cluster: new ClusterDouble({
      deletePod: () => Promise.resolve(true),
      readPod: (_, signal) => hang(signal),
    }),
    problem: 'the pod was not deleted within 15 s',
    ms: 15_000,
  },
  {
    name: 'a refused delete',
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
])('$name is told, not thrown', async ({ cluster, problem, ms }) => {
  expect(await remove(cluster)).toEqual({ problem, ms });
});

test('names the command that removes a pod by hand', () => {
  expect(removalCommand(ref)).toBe('kubectl delete pod kbp-x --namespace builds');
});
