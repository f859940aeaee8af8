import { expect, test } from '@jest/globals';
import { JobDouble } from '../runner/job-double.ts';
import { disposeOf, type CleanupPorts, type LastUse } from '../src/cleanup.ts';
import { BuildError } from '../src/errors.ts';
import { JobLog } from '../src/logs/fence.ts';
import { SavedPods } from '../src/pod/saved-pods.ts';
import type { Cluster } from '../src/ports.ts';
import { VirtualClock } from './support/clock.ts';
import { ClusterDouble } from './support/cluster.ts';
import { recordedPod } from './support/pods.ts';

const ref = { namespace: 'builds', name: 'kbp-x' };
const failure = new BuildError('build', 'exit code 7');
const cancelled = new BuildError('cancelled', 'the job was cancelled');

interface Disposal {
  readonly isKept: boolean;
  readonly calls: readonly string[];
  readonly text: string;
  /** The pods that the post step removes. */
  readonly saved: unknown;
}

/** Disposes of a pod that exists and can be deleted, except where the test gives other answers. */
async function dispose(use: Partial<LastUse>, answers: Partial<Cluster> = {}): Promise<Disposal> {
  const job = new JobDouble();
  const pods = new SavedPods(job);
  pods.add(ref);
  let exists = true;
  const cluster = new ClusterDouble({
    readPod: () => Promise.resolve(exists ? recordedPod('running') : undefined),
    deletePod: () => {
      exists = false;
      return Promise.resolve(true);
    },
    ...answers,
  });
  const ports: CleanupPorts = {
    cluster,
    pods,
    clock: new VirtualClock(),
    log: new JobLog(job, () => 'token-of-the-fence'),
  };
  const lastUse: LastUse = {
    keepPod: 'never',
    failure: undefined,
    isRefused: false,
    hasEnded: false,
    ...use,
  };
  const isKept = await disposeOf(ref, lastUse, ports);
  return { isKept, calls: cluster.calls, text: job.text, saved: job.remembered.at(-1) };
}

test.each([
  { name: 'has ended is deleted at once', use: { hasEnded: true }, grace: 0 },
  { name: 'may still run has a second to end', use: { hasEnded: false }, grace: 1 },
  { name: 'was cancelled is never kept', use: { keepPod: 'always', failure: cancelled }, grace: 1 },
  { name: 'succeeded is not kept on failure', use: { keepPod: 'on-failure' }, grace: 1 },
] as const)('a pod whose container $name', async ({ use, grace }) => {
  expect(await dispose(use)).toEqual({
    isKept: false,
    calls: [`delete kbp-x ${grace}`, 'read kbp-x'],
    text: '',
    saved: [],
  });
});

test.each([
  { keepPod: 'always', failure: undefined },
  { keepPod: 'always', failure },
  { keepPod: 'on-failure', failure },
] as const)('a pod is kept with keep-pod $keepPod after $failure', async (use) => {
  expect(await dispose(use)).toEqual({
    isKept: true,
    calls: ['read kbp-x'],
    text: "pod kbp-x in namespace builds is kept (input 'keep-pod')\n",
    saved: [],
  });
});

test('a pod that was refused is neither deleted nor looked for, with every keep-pod', async () => {
  for (const keepPod of ['never', 'on-failure', 'always'] as const) {
    expect(await dispose({ keepPod, failure, isRefused: true })).toEqual({
      isKept: false,
      calls: [],
      text: '',
      saved: [],
    });
  }
});

test('a pod that does not exist is not kept', async () => {
  const nothing = { readPod: () => Promise.resolve(undefined) };
  expect(await dispose({ keepPod: 'always' }, nothing)).toMatchObject({ isKept: false, text: '' });
});

test('a pod that cannot be looked for may exist, and counts as kept', async () => {
  const unknown = { readPod: () => Promise.reject(new BuildError('cluster', 'forbidden')) };
  expect(await dispose({ keepPod: 'always' }, unknown)).toMatchObject({ isKept: true, saved: [] });
});

test('a removal that fails is a warning and left to the post step', async () => {
  const refused = {
    deletePod: () => Promise.reject(new BuildError('cluster', 'deleting failed: forbidden')),
  };
  expect(await dispose({ hasEnded: true }, refused)).toMatchObject({
    text: '::warning::pod kbp-x could not be removed yet (deleting failed: forbidden); the post step tries again\n',
    saved: [ref],
  });
});
