import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { PodFollower } from '../../src/pod/follow.ts';
import { isFinal, type PodState } from '../../src/pod/state.ts';
import { turn, VirtualClock } from '../support/clock.ts';
import { overPod, recordedPod } from '../support/pods.ts';
import { Source } from '../support/source.ts';

const { signal } = new AbortController();
const isRunning = (state: PodState): boolean => state.kind === 'running';

test('the state is the last one seen, pending before the first', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  expect(follower.state).toEqual({ kind: 'starting', reason: 'Pending', message: '' });
  states.push(recordedPod('container-creating'));
  states.push(recordedPod('running'));
  await turn();
  expect(follower.state).toEqual({ kind: 'running', node: 'lab' });
});

test('waiters get the first state that passes, each its own', async () => {
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

test('the present state counts', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  states.push(recordedPod('running'));
  await turn();
  expect(await follower.until(isRunning, signal)).toEqual({ kind: 'running', node: 'lab' });
});

test.each([
  { name: 'its end', last: recordedPod('completed'), kind: 'ended' },
  { name: 'its loss', last: recordedPod('evicted'), kind: 'lost' },
  { name: 'its disappearance', last: undefined, kind: 'gone' },
])('nothing is read after $name', async ({ last, kind }) => {
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

test('the reason of a bad end that follows is the one that counts', async () => {
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

test('a bad end without a reason is one after fifteen seconds, however often it is told', async () => {
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
    name: 'the pod is gone',
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
])('a bad end is one at once when $name', async ({ stop }) => {
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

test('nobody waits for a reason after the signal', async () => {
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

test('a source that fails fails those who wait and those who come later', async () => {
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

test('a source that ends before the pod is a failure', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  const waiting = follower.until(isFinal, signal);
  states.push(recordedPod('running'));
  states.end();
  await expect(waiting).rejects.toThrow('the states of the pod ended before the pod did');
});

test('a waiter stops by its signal, the others wait on', async () => {
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

test('a waiter that is done leaves nothing at its signal', async () => {
  const states = new Source<V1Pod | undefined>();
  const follower = new PodFollower(states, 'builder', new VirtualClock(), signal);
  const step = new AbortController();
  const started = follower.until(isRunning, step.signal);
  expect(getEventListeners(step.signal, 'abort')).toHaveLength(1);
  states.push(recordedPod('running'));
  await started;
  expect(getEventListeners(step.signal, 'abort')).toHaveLength(0);
});
