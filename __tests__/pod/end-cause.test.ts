import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { readEndCause, type EndCause } from '../../src/pod/end-cause.ts';
import { readPodState } from '../../src/pod/state/read.ts';
import type { Cluster } from '../../src/ports.ts';
import { orAborted } from '../../src/time/abort.ts';
import { VirtualClock } from '../support/clock.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { overPod, recordedEvents, recordedPod } from '../support/pods.ts';

const ref = { namespace: 'builds', name: 'kbp-x' };
const unknown: EndCause = { killing: undefined, removal: undefined };
const unreadable = new BuildError('cluster', 'reading the events failed');

interface Question {
  readonly events?: Cluster['podEvents'];
  readonly isProvedByExit?: boolean;
  readonly signal?: AbortSignal;
  readonly clock?: VirtualClock;
}

/** The cause of the end of a recorded pod. */
async function ask(
  name: string,
  {
    events = () => Promise.resolve(recordedEvents(name)),
    isProvedByExit = true,
    signal = new AbortController().signal,
    clock = new VirtualClock(),
  }: Question = {},
): Promise<{ cause: EndCause; warnings: readonly string[]; calls: readonly string[] }> {
  const cluster = new ClusterDouble({ podEvents: events });
  const warnings: string[] = [];
  const warn = (text: string): Promise<void> => {
    warnings.push(text);
    return Promise.resolve();
  };
  const state = readPodState(overPod(recordedPod(name)), 'builder');
  const options = { cluster, clock, ref, isProvedByExit, warn };
  const cause = await clock.until(readEndCause(state, options, signal));
  expect(clock.sleeping).toBe(0);
  return { cause, warnings, calls: cluster.calls };
}

test('returns no reason of a kill if the events cannot be read', async () => {
  const { cause, warnings } = await ask('post-start-hook', {
    events: () => Promise.reject(unreadable),
  });
  expect(cause).toEqual(unknown);
  expect(warnings).toEqual([]);
});

test('reports an eviction of a pod that ended with exit code 0', async () => {
  const { cause } = await ask('evicted-with-0');
  expect(cause).toMatchObject({
    killing: undefined,
    removal: { kind: 'lost', reason: 'Evicted' },
  });
});

test.each([
  { name: 'an exit code that is not a signal', state: 'exit-7', isProvedByExit: true },
  { name: 'exit code 0 if that is not the only proof', state: 'completed', isProvedByExit: false },
  { name: 'no exit code', state: 'evicted', isProvedByExit: true },
])('does not read the events of an end with $name', async ({ state, isProvedByExit }) => {
  expect(await ask(state, { isProvedByExit })).toEqual({ cause: unknown, warnings: [], calls: [] });
});

test.each([
  { name: 'why a container was killed', state: 'post-start-hook', warnings: [] },
  {
    name: 'whether a pod was evicted',
    state: 'completed',
    warnings: [
      'the builder ended with exit code 0, but the events that would report an eviction or preemption cannot be read: timed out after 5 s',
    ],
  },
])('waits five seconds for the events that report $name', async ({ state, warnings }) => {
  const clock = new VirtualClock(0);
  const never = new Promise<never>(() => undefined);
  const answer = await ask(state, { clock, events: (_ref, signal) => orAborted(never, signal) });
  expect(answer).toMatchObject({ cause: unknown, warnings });
  expect(clock.now()).toBe(5_000);
});

test('does not warn about events that a cancellation has stopped', async () => {
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const asked = ask('completed', {
    signal: cancel.signal,
    events: () => {
      cancel.abort(reason);
      return Promise.reject(unreadable);
    },
  });
  await expect(asked).rejects.toBe(reason);
});
