import { expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { BuildError } from '../../src/errors.ts';
import { sweepPods } from '../../src/pod/sweep.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { recordedPod } from '../support/pods.ts';

const minute = 60_000;
const signal = new AbortController().signal;

/** When the container of a recorded pod ended. */
function endedMs(pod: V1Pod): number {
  const finishedAt = pod.status?.containerStatuses?.[0]?.state?.terminated?.finishedAt;
  return new Date(finishedAt ?? '').getTime();
}

function annotated(pod: V1Pod, annotations: Readonly<Record<string, string>>): V1Pod {
  return { ...pod, metadata: { ...pod.metadata, annotations: { ...annotations } } };
}

/** True if a run that finds this pod at this time of the server deletes it. */
async function deletes(pod: V1Pod, serverTimeMs: number): Promise<boolean> {
  let isDeleted = false;
  const cluster = new ClusterDouble({
    listPods: () => Promise.resolve({ pods: [pod], serverTimeMs }),
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
const now = endedMs(completed) + 20 * minute;
const later = new Date(now + minute).toISOString();
const earlier = new Date(now - minute).toISOString();

test.each([
  {
    name: 'a running pod',
    pod: annotated(running, { 'kube-build-push/expires': later }),
    leftover: false,
  },
  {
    name: 'a running pod that has expired',
    pod: annotated(running, { 'kube-build-push/expires': earlier }),
    leftover: true,
  },
  {
    name: 'a pod that ended long ago',
    pod: annotated(completed, { 'kube-build-push/expires': later }),
    leftover: true,
  },
  {
    name: 'a pod that ended long ago and was kept',
    pod: annotated(completed, {
      'kube-build-push/expires': later,
      'kube-build-push/keep-pod': 'on-failure',
    }),
    leftover: false,
  },
  {
    name: 'a kept pod that has expired',
    pod: annotated(failed, {
      'kube-build-push/expires': earlier,
      'kube-build-push/keep-pod': 'always',
    }),
    leftover: true,
  },
  { name: 'a running pod without an expiry time', pod: annotated(running, {}), leftover: false },
  {
    name: 'a pod that is being deleted',
    pod: {
      ...running,
      metadata: {
        ...annotated(running, { 'kube-build-push/expires': earlier }).metadata,
        deletionTimestamp: new Date(now),
      },
    },
    leftover: false,
  },
  {
    name: 'a pod that was never scheduled and has not expired',
    pod: annotated(recordedPod('unschedulable'), { 'kube-build-push/expires': later }),
    leftover: false,
  },
])('deletes $name: $leftover', async ({ pod, leftover }) => {
  expect(await deletes(pod, now)).toBe(leftover);
});

test('keeps a pod until ten minutes after its container ended', async () => {
  const pod = annotated(completed, { 'kube-build-push/expires': later });
  expect(await deletes(pod, endedMs(completed) + 9 * minute)).toBe(false);
  expect(await deletes(pod, endedMs(completed) + 11 * minute)).toBe(true);
});

function named(pod: V1Pod, name: string): V1Pod {
  return { ...pod, metadata: { ...pod.metadata, name } };
}

test('deletes leftovers of the repository only, and reports each of them', async () => {
  let asked = '';
  const cluster = new ClusterDouble({
    listPods: (selector) => {
      asked = selector;
      const expired = annotated(running, { 'kube-build-push/expires': earlier });
      return Promise.resolve({
        pods: [
          named(expired, 'kbp-dead'),
          named(annotated(running, { 'kube-build-push/expires': later }), 'kbp-alive'),
          named(expired, 'kbp-changed'),
        ],
        serverTimeMs: now,
      });
    },
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
    'delete unchanged kbp-dead',
    'delete unchanged kbp-changed',
  ]);
  expect(lines).toEqual(['deleted pod kbp-dead of an earlier run']);
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
