import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { isLeftover, sweepPods } from '../../src/pod/sweep.ts';
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

const running = recordedPod('running');
const completed = recordedPod('completed');
const failed = recordedPod('exit-7');
const now = endedMs(completed) + 20 * minute;
const later = new Date(now + minute).toISOString();
const earlier = new Date(now - minute).toISOString();

test.each([
  {
    name: 'a living pod',
    pod: annotated(running, { 'kube-build-push/expires': later }),
    leftover: false,
  },
  {
    name: 'a living pod whose time is past',
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
    name: 'a kept pod whose time is past',
    pod: annotated(failed, {
      'kube-build-push/expires': earlier,
      'kube-build-push/keep-pod': 'always',
    }),
    leftover: true,
  },
  { name: 'a living pod without a time', pod: annotated(running, {}), leftover: false },
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
    name: 'a pod that was never scheduled, before its time',
    pod: annotated(recordedPod('unschedulable'), { 'kube-build-push/expires': later }),
    leftover: false,
  },
])('$name is a leftover: $leftover', ({ pod, leftover }) => {
  expect(isLeftover(pod, now)).toBe(leftover);
});

test('a container that ended a moment ago may still have a reader', () => {
  const pod = annotated(completed, { 'kube-build-push/expires': later });
  expect(isLeftover(pod, endedMs(completed) + 9 * minute)).toBe(false);
  expect(isLeftover(pod, endedMs(completed) + 11 * minute)).toBe(true);
});

function named(pod: V1Pod, name: string): V1Pod {
  return { ...pod, metadata: { ...pod.metadata, name } };
}

test('removes leftovers only, asks for those of the repository, and says what it removed', async () => {
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
  expect(lines).toEqual(['removed pod kbp-dead, which an earlier run left behind']);
});

test.each([
  { name: 'no repository', repository: '', calls: [] },
  { name: 'no right to list', repository: 'acme/app', calls: ['list'] },
])('does nothing with $name', async ({ repository, calls }) => {
  const cluster = new ClusterDouble();
  await sweepPods(cluster, repository, () => Promise.resolve(), signal);
  expect(cluster.calls).toEqual(calls);
});

test('a list that fails is no failure of the run', async () => {
  const cluster = new ClusterDouble({
    listPods: () => Promise.reject(new BuildError('cluster', 'listing pods failed')),
  });
  await expect(
    sweepPods(cluster, 'acme/app', () => Promise.resolve(), signal),
  ).resolves.toBeUndefined();
});
