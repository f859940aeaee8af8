import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { readEndCause, type EndCause } from '../../src/pod/end-cause.ts';
import { readPodState } from '../../src/pod/state.ts';
import type { PodEvent } from '../../src/ports.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { overPod, recordedEvents, recordedPod } from '../support/pods.ts';

const ref = { namespace: 'builds', name: 'kbp-x' };
const unknown: EndCause = { killing: undefined, removal: undefined };
const unreadable = new BuildError('cluster', 'reading the events failed');

interface Question {
  readonly events?: () => Promise<readonly PodEvent[]>;
  readonly isProvedByExit?: boolean;
  readonly signal?: AbortSignal;
}

/** What is found out about the end of a recorded pod. */
async function ask(
  name: string,
  {
    events = () => Promise.resolve(recordedEvents(name)),
    isProvedByExit = true,
    signal = new AbortController().signal,
  }: Question = {},
): Promise<{ cause: EndCause; warnings: readonly string[]; calls: readonly string[] }> {
  const cluster = new ClusterDouble({ podEvents: events });
  const warnings: string[] = [];
  const warn = (text: string): Promise<void> => {
    warnings.push(text);
    return Promise.resolve();
  };
  const state = readPodState(overPod(recordedPod(name)), 'builder');
  const cause = await readEndCause(state, { cluster, ref, isProvedByExit, warn }, signal);
  return { cause, warnings, calls: cluster.calls };
}

test('a container that was killed stays one without its events', async () => {
  const { cause, warnings } = await ask('post-start-hook', {
    events: () => Promise.reject(unreadable),
  });
  expect(cause).toEqual(unknown);
  expect(warnings).toEqual([]);
});

test('exit code 0 is no proof where the kubelet has ended the pod', async () => {
  const { cause } = await ask('evicted-with-0');
  expect(cause).toMatchObject({
    killing: undefined,
    removal: { kind: 'lost', reason: 'Evicted' },
  });
});

test.each([
  { name: 'an exit code of its own', state: 'exit-7', isProvedByExit: true },
  { name: 'exit code 0 and a better proof', state: 'completed', isProvedByExit: false },
  { name: 'no exit code', state: 'evicted', isProvedByExit: true },
])('nobody asks for the events of an end with $name', async ({ state, isProvedByExit }) => {
  expect(await ask(state, { isProvedByExit })).toEqual({ cause: unknown, warnings: [], calls: [] });
});

test('events that a cancel breaks off are nothing to warn about', async () => {
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
