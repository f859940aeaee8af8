import { expect, test } from '@jest/globals';
import { within } from '../../src/time/within.ts';
import { VirtualClock } from '../support/clock.ts';

const limit = { ms: 5_000, late: () => new Error('too late') };

test('returns the result of work that ends in time, and ends the timer', async () => {
  const clock = new VirtualClock();
  const working = within({ clock, ...limit }, undefined, async (signal) => {
    await clock.sleep(4_999, signal);
    return 7;
  });
  await clock.advance(4_999);
  await expect(working).resolves.toBe(7);
  expect(clock.sleeping).toBe(0);
});

test('throws the error of work that fails in time', async () => {
  const clock = new VirtualClock();
  const failing = within({ clock, ...limit }, undefined, () => Promise.reject(new Error('failed')));
  await expect(failing).rejects.toThrow('failed');
  expect(clock.sleeping).toBe(0);
});

test('aborts the work when the time is up', async () => {
  const clock = new VirtualClock();
  const outer = new AbortController();
  const working = within({ clock, ...limit }, outer.signal, (signal) =>
    clock.sleep(10_000, signal),
  );
  working.catch(() => undefined);
  await clock.advance(5_000);
  await expect(working).rejects.toThrow('too late');
  expect(outer.signal.aborted).toBe(false);
  expect(clock.sleeping).toBe(0);
});

test('aborts with a plain error by default', async () => {
  const clock = new VirtualClock();
  const working = within({ clock, ms: 5_000 }, undefined, (signal) => clock.sleep(10_000, signal));
  working.catch(() => undefined);
  await clock.advance(5_000);
  await expect(working).rejects.toThrow('timed out after 5 s');
});

test('aborts the work with the reason of the outer signal', async () => {
  const clock = new VirtualClock();
  const outer = new AbortController();
  const working = within({ clock, ...limit }, outer.signal, (signal) =>
    clock.sleep(10_000, signal),
  );
  const reason = new Error('cancelled');
  outer.abort(reason);
  await expect(working).rejects.toBe(reason);
  expect(clock.sleeping).toBe(0);
});

test('returns the result of work that ends well although the time is up', async () => {
  const clock = new VirtualClock();
  const working = within({ clock, ...limit }, undefined, async (signal) => {
    await clock.sleep(10_000, signal).catch(() => undefined);
    return 7;
  });
  await clock.advance(5_000);
  await expect(working).resolves.toBe(7);
});
