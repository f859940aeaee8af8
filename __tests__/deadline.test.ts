import { expect, test } from '@jest/globals';
import { startDeadline, type Deadline } from '../src/deadline.ts';
import { VirtualClock } from './support/clock.ts';
import { visible } from './support/failure.ts';

interface Started {
  readonly clock: VirtualClock;
  readonly cancel: AbortController;
  readonly deadline: Deadline;
  state: string;
}

function start(): Started {
  const clock = new VirtualClock();
  const cancel = new AbortController();
  const started: Started = {
    clock,
    cancel,
    deadline: startDeadline(90_000, clock, cancel.signal, () => started.state),
    state: 'no pod was created',
  };
  return started;
}

test('aborts when the time is up, with the state of that moment', async () => {
  const started = start();
  const { clock, deadline } = started;
  started.state = 'running on node lab';
  await clock.advance(89_999);
  expect(deadline.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(deadline.signal.aborted).toBe(true);
  expect(visible(deadline.signal.reason)).toEqual({
    kind: 'timeout',
    message: 'the step did not end within its timeout of 90 s; last state: running on node lab',
    hint: "Raise 'timeout', or look at what the builder was doing.",
  });
});

test('counts down to zero, not below', async () => {
  const { clock, deadline } = start();
  expect(deadline.remainingMs()).toBe(90_000);
  await clock.advance(60_000);
  expect(deadline.remainingMs()).toBe(30_000);
  await clock.advance(60_000);
  expect(deadline.remainingMs()).toBe(0);
});

test('passes a cancellation on, with its reason', () => {
  const { cancel, deadline } = start();
  const reason = new Error('cancelled');
  cancel.abort(reason);
  expect(deadline.signal.reason).toBe(reason);
});

test('a step that was cancelled before has no time at all', () => {
  const reason = new Error('cancelled');
  const deadline = startDeadline(1_000, new VirtualClock(), AbortSignal.abort(reason), () => '');
  expect(deadline.signal.aborted).toBe(true);
  expect(deadline.signal.reason).toBe(reason);
});

test('ends with the step: no timer is left, and time aborts nothing any more', async () => {
  const { clock, deadline } = start();
  deadline.end();
  await clock.advance(120_000);
  expect(clock.sleeping).toBe(0);
  expect(deadline.signal.aborted).toBe(false);
});
