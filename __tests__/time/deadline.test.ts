import { expect, test } from '@jest/globals';
import { startDeadline, type Deadline } from '../../src/time/deadline.ts';
import { VirtualClock } from '../support/clock.ts';
import { visible } from '../support/failure.ts';

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
    deadline: startDeadline(
      { timeoutMs: 90_000, startedAtMs: clock.now() },
      clock,
      cancel.signal,
      () => started.state,
    ),
    state: 'no pod was created',
  };
  return started;
}

test('aborts at the deadline, with the current state', async () => {
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
    hint: "Raise 'timeout', or check the build output for the step that takes long.",
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

test('is aborted by a cancellation, with its reason', () => {
  const { cancel, deadline } = start();
  const reason = new Error('cancelled');
  cancel.abort(reason);
  expect(deadline.signal.reason).toBe(reason);
});

test('is aborted at once if the step is cancelled already', () => {
  const reason = new Error('cancelled');
  const clock = new VirtualClock();
  const times = { timeoutMs: 1_000, startedAtMs: clock.now() };
  const deadline = startDeadline(times, clock, AbortSignal.abort(reason), () => '');
  expect(deadline.signal.aborted).toBe(true);
  expect(deadline.signal.reason).toBe(reason);
});

test('leaves no timer at the end of the step, and is not aborted after it', async () => {
  const { clock, deadline } = start();
  deadline.end();
  await clock.advance(120_000);
  expect(clock.sleeping).toBe(0);
  expect(deadline.signal.aborted).toBe(false);
});

test('counts the time since the start of the step', async () => {
  const clock = new VirtualClock();
  const times = { timeoutMs: 90_000, startedAtMs: clock.now() - 80_000 };
  const deadline = startDeadline(times, clock, new AbortController().signal, () => 'x');
  expect(deadline.remainingMs()).toBe(10_000);
  await clock.advance(10_000);
  expect(deadline.signal.aborted).toBe(true);
});

test('is aborted at once if the time is up already', async () => {
  const clock = new VirtualClock();
  const times = { timeoutMs: 1_000, startedAtMs: clock.now() - 5_000 };
  const deadline = startDeadline(times, clock, new AbortController().signal, () => 'x');
  await clock.advance(0);
  expect(deadline.signal.aborted).toBe(true);
});
