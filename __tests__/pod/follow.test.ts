import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { PodFollower } from '../../src/pod/follow.ts';
import { isFinal, type PodState } from '../../src/pod/state/state.ts';
import { turn, VirtualClock } from '../support/clock.ts';
import { overPod, recordedPod } from '../support/pods.ts';
import { Source } from '../support/source.ts';

const { signal } = new AbortController();
const isRunning = (state: PodState): boolean => state.kind === 'running';

test('returns the last state, Pending before the first', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  expect(follower.state).toEqual({ kind: 'starting', reason: 'Pending', message: '' });
  states.push(recordedPod('container-creating'));
  states.push(recordedPod('running'));
  await turn();
  expect(follower.state).toEqual({ kind: 'running', node: 'lab' });
});

test('resolves each waiter with the first state that passes its test', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  const started = follower.until(isRunning, signal);
  const ended = follower.until(isFinal, signal);
  states.push(recordedPod('container-creating'));
  states.push(recordedPod('running'));
  expect(await started).toEqual({ kind: 'running', node: 'lab' });
  states.push(overPod(recordedPod('exit-7')));
  expect(await ended).toMatchObject({ kind: 'ended', exitCode: 7 });
});

test('resolves with the present state if that passes', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  states.push(recordedPod('running'));
  await turn();
  expect(await follower.until(isRunning, signal)).toEqual({ kind: 'running', node: 'lab' });
});

test.each([
  { name: 'the end of the container', last: recordedPod('completed'), kind: 'ended' },
  { name: 'an eviction', last: recordedPod('evicted'), kind: 'lost' },
  { name: 'the deletion', last: undefined, kind: 'gone' },
])('reads no state after $name', async ({ last, kind }) => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  states.push(last);
  states.push(recordedPod('running'));
  expect(await follower.until(isFinal, signal)).toMatchObject({ kind });
  await turn();
  expect(follower.state.kind).toBe(kind);
  expect(states.closed).toBe(true);
});

const forgotten = recordedPod('container-lost-by-kubelet');

test('uses the reason that follows the end of a failed container', async () => {
  const clock = new VirtualClock();
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', clock, signal);
  const ended = follower.until(isFinal, signal);
  states.push(forgotten);
  await clock.advance(14_000);
  expect(follower.state.kind).toBe('ending');
  states.push({
    ...forgotten,
    status: { ...forgotten.status, phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
  });
  expect(await ended).toMatchObject({ kind: 'lost', reason: 'Evicted' });
  await turn();
  expect(clock.sleeping).toBe(0);
});

test('waits fifteen seconds for the reason of a failed container, also if its status is repeated', async () => {
  const clock = new VirtualClock();
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', clock, signal);
  const ended = follower.until(isFinal, signal);
  states.push(forgotten);
  await clock.advance(10_000);
  states.push(forgotten);
  await clock.advance(4_999);
  expect(follower.state.kind).toBe('ending');
  await clock.advance(1);
  expect(await ended).toMatchObject({ kind: 'lost', reason: 'ContainerStatusUnknown' });
  states.push(recordedPod('evicted'));
  await turn();
  expect(follower.state).toMatchObject({ reason: 'ContainerStatusUnknown' });
});

test.each<{ name: string; stop: (states: Source<V1Pod | undefined>) => void }>([
  {
    name: 'the pod is deleted',
    stop: (states) => {
      states.push(undefined);
    },
  },
  {
    name: 'the states fail',
    stop: (states) => {
      states.fail(new Error('the watch is refused'));
    },
  },
])('does not wait for the reason of a failed container when $name', async ({ stop }) => {
  const clock = new VirtualClock();
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', clock, signal);
  const ended = follower.until(isFinal, signal);
  states.push(recordedPod('exit-7'));
  await turn();
  expect(follower.state.kind).toBe('ending');
  stop(states);
  expect(await ended).toMatchObject({ kind: 'ended', exitCode: 7 });
  await turn();
  expect(clock.sleeping).toBe(0);
});

test('does not wait for a reason after the signal is aborted', async () => {
  const clock = new VirtualClock();
  const states = new Source<V1Pod | undefined>();
  const stop = new AbortController();
  const follower = new PodFollower(states, 'builder', clock, stop.signal);
  states.push(forgotten);
  await turn();
  expect(clock.sleeping).toBe(1);
  stop.abort(new Error('the attempt has ended'));
  await turn();
  expect(clock.sleeping).toBe(0);
  expect(follower.state.kind).toBe('ending');
});

test('rejects present and later waiters when the source fails', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  states.push(recordedPod('running'));
  const waiting = follower.until(isFinal, signal);
  const failure = new Error('the watch is refused');
  states.fail(failure);
  await expect(waiting).rejects.toBe(failure);
  await expect(follower.until(isFinal, signal)).rejects.toBe(failure);
  expect(await follower.until(isRunning, signal)).toEqual({ kind: 'running', node: 'lab' });
});

test('rejects waiters when the source ends before the pod does', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  const waiting = follower.until(isFinal, signal);
  states.push(recordedPod('running'));
  states.end();
  await expect(waiting).rejects.toThrow('the states of the pod ended before the pod did');
});

test('rejects a waiter whose signal is aborted, and no other', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  const stop = new AbortController();
  const stopped = follower.until(isRunning, stop.signal);
  const waiting = follower.until(isRunning, signal);
  const reason = new Error('cancelled');
  stop.abort(reason);
  await expect(stopped).rejects.toBe(reason);
  states.push(recordedPod('running'));
  expect(await waiting).toEqual({ kind: 'running', node: 'lab' });
  await expect(follower.until(isRunning, stop.signal)).rejects.toBe(reason);
});

test('removes its listener from the signal of a waiter', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  const step = new AbortController();
  const started = follower.until(isRunning, step.signal);
  expect(getEventListeners(step.signal, 'abort')).toHaveLength(1);
  states.push(recordedPod('running'));
  await started;
  expect(getEventListeners(step.signal, 'abort')).toHaveLength(0);
});
