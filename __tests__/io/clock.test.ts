import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { systemClock } from '../../src/io/clock.ts';

const longMs = 60_000;

test('a sleep takes the time of the clock', async () => {
  const startedAt = systemClock.now();
  await systemClock.sleep(20, new AbortController().signal);
  // Timers are rounded to whole milliseconds.
  expect(systemClock.now() - startedAt).toBeGreaterThanOrEqual(19);
});

test('a sleep that is interrupted rejects with the reason of the signal', async () => {
  const controller = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const sleep = systemClock.sleep(longMs, controller.signal);
  controller.abort(reason);
  await expect(sleep).rejects.toBe(reason);
});

test('a signal that was aborted before interrupts at once', async () => {
  const reason = new BuildError('timeout', 'too late');
  await expect(systemClock.sleep(longMs, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test.each([
  { name: 'more than a timer of Node can hold', ms: 60 * 24 * 60 * 60_000 },
  { name: 'for ever', ms: Infinity },
])('a sleep of $name does not end early', async ({ ms }) => {
  const stop = new AbortController();
  let hasEnded = false;
  const sleep = systemClock.sleep(ms, stop.signal).finally(() => {
    hasEnded = true;
  });
  sleep.catch(() => undefined);
  await systemClock.sleep(20, new AbortController().signal);
  expect(hasEnded).toBe(false);
  stop.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
});
