import { expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { BuildError } from '../../src/errors.ts';
import { sweepPods } from '../../src/pod/sweep.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { recordedPod } from '../support/pods.ts';

const second = 1_000;
const signal = new AbortController().signal;
const createdMs = Date.UTC(2026, 0, 1);

/** What the API server knows about a pod: annotations, and seconds from its creation to its last update. */
interface Known {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly updatedAfter?: number;
}

/** A recorded pod with the times of the API server. The times of the node in its status stay, and are of another year. */
function known(pod: V1Pod, { annotations = {}, updatedAfter }: Known): V1Pod {
  const time = new Date(createdMs + (updatedAfter ?? 0) * second);
  const metadata = {
    ...pod.metadata,
    annotations: { ...annotations },
    creationTimestamp: new Date(createdMs),
    managedFields: updatedAfter === undefined ? [] : [{ manager: 'kubelet', time }],
  };
  return { ...pod, metadata };
}

/** True if a run deletes this pod when the API server's clock shows this many seconds after the creation of the pod. */
async function deletes(pod: V1Pod, after: number): Promise<boolean> {
  let isDeleted = false;
  const cluster = new ClusterDouble({
    listPods: () => Promise.resolve([pod]),
    serverTime: () => Promise.resolve(createdMs + after * second),
    deleteUnchanged: () => {
      isDeleted = true;
      return Promise.resolve(true);
    },
  });
  await sweepPods(cluster, 'acme/app', () => Promise.resolve(), signal);
  return isDeleted;
}

const running = recordedPod('running');
const completed = recordedPod('completed');
const failed = recordedPod('exit-7');
const pending = recordedPod('unschedulable');
const lifetime = { 'kube-build-push/lifetime-seconds': '3600' };
const kept = { ...lifetime, 'kube-build-push/keep-pod': 'on-failure' };

test.each([
  // The kubelet ends a running container at its deadline, whatever any clock shows.
  { name: 'a running pod', pod: known(running, { annotations: lifetime }) },
  {
    name: 'a pod that waits for a node',
    pod: known(pending, { annotations: lifetime }),
    from: 3_600,
  },
  {
    name: 'a pod without a lifetime that waits for a node',
    pod: known(pending, {}),
  },
  {
    name: 'a pod that ended after 100 s',
    pod: known(completed, { annotations: lifetime, updatedAfter: 100 }),
    from: 700,
  },
  {
    name: 'a failed pod that ended after 100 s',
    pod: known(failed, { annotations: lifetime, updatedAfter: 100 }),
    from: 700,
  },
  {
    name: 'an ended pod whose last update is unknown',
    pod: known(completed, { annotations: lifetime }),
    from: 3_600,
  },
  {
    name: 'a pod that ended after 100 s and is kept',
    pod: known(completed, { annotations: kept, updatedAfter: 100 }),
    from: 3_600,
  },
  {
    name: 'a lifetime that is shorter than the deadline of the kubelet',
    pod: known(
      { ...pending, spec: { containers: [], ...pending.spec, activeDeadlineSeconds: 7_200 } },
      { annotations: lifetime },
    ),
    from: 7_200,
  },
])('deletes $name in its time', async ({ pod, from = Infinity }) => {
  const times = [-7_200, 0, 60, 700, 701, 3_600, 3_601, 7_200, 7_201, 10 ** 8];
  const deleted: number[] = [];
  for (const after of times) if (await deletes(pod, after)) deleted.push(after);
  expect(deleted).toEqual(times.filter((after) => after > from));
});

test.each(['', '-1', '1e3', 'soon', '0x10', '3600.5', '9'.repeat(20)])(
  'does not use a lifetime of %j',
  async (text) => {
    const annotations = { 'kube-build-push/lifetime-seconds': text };
    expect(await deletes(known(pending, { annotations }), 10 ** 8)).toBe(false);
  },
);

test('does not delete a pod that is being deleted', async () => {
  const pod = known(pending, { annotations: lifetime });
  const metadata = { ...pod.metadata, deletionTimestamp: new Date(createdMs) };
  expect(await deletes({ ...pod, metadata }, 10 ** 8)).toBe(false);
});

function named(pod: V1Pod, name: string): V1Pod {
  return { ...pod, metadata: { ...pod.metadata, name } };
}

test('deletes leftovers of the repository only, and reports each of them', async () => {
  let asked = '';
  const cluster = new ClusterDouble({
    listPods: (selector) => {
      asked = selector;
      const expired = known(pending, { annotations: lifetime });
      return Promise.resolve([
        named(expired, 'kbp-dead'),
        named(known(running, { annotations: lifetime }), 'kbp-alive'),
        named(expired, 'kbp-changed'),
      ]);
    },
    serverTime: () => Promise.resolve(createdMs + 3_601 * second),
    deleteUnchanged: (pod) => Promise.resolve(pod.metadata?.name === 'kbp-dead'),
  });
  const lines: string[] = [];
  await sweepPods(
    cluster,
    'acme/web app',
    (line) => {
      lines.push(line);
      return Promise.resolve();
    },
    signal,
  );
  expect(asked).toBe(
    'app.kubernetes.io/name=kube-build-push,app.kubernetes.io/managed-by=kube-build-push,app.kubernetes.io/component=builder,kube-build-push/repository=acme.web.app',
  );
  expect(cluster.calls).toEqual([
    'list',
    'time',
    'delete unchanged kbp-dead',
    'delete unchanged kbp-changed',
  ]);
  expect(lines).toEqual(['deleted pod kbp-dead of an earlier run']);
});

test('does not ask for the time if there are no pods', async () => {
  const cluster = new ClusterDouble({ listPods: () => Promise.resolve([]) });
  await sweepPods(cluster, 'acme/app', () => Promise.resolve(), signal);
  expect(cluster.calls).toEqual(['list']);
});

test('deletes nothing if the time of the API server is unknown', async () => {
  const cluster = new ClusterDouble({
    listPods: () => Promise.resolve([known(pending, { annotations: lifetime })]),
    serverTime: () => Promise.resolve(undefined),
  });
  await sweepPods(cluster, 'acme/app', () => Promise.resolve(), signal);
  expect(cluster.calls).toEqual(['list', 'time']);
});

test.each([
  { name: 'no repository', repository: '', calls: [] },
  { name: 'no permission to list pods', repository: 'acme/app', calls: ['list'] },
])('deletes nothing with $name', async ({ repository, calls }) => {
  const cluster = new ClusterDouble();
  await sweepPods(cluster, repository, () => Promise.resolve(), signal);
  expect(cluster.calls).toEqual(calls);
});

test('does not fail if the list fails', async () => {
  const cluster = new ClusterDouble({
    listPods: () => Promise.reject(new BuildError('cluster', 'listing pods failed')),
  });
  await expect(
    sweepPods(cluster, 'acme/app', () => Promise.resolve(), signal),
  ).resolves.toBeUndefined();
});
