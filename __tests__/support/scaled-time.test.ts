import { afterEach, describe, expect, test } from '@jest/globals';
import { scaledClock, scaleTimers } from '../../support/scaled-time.ts';

const running = new AbortController().signal;

describe('scaledClock', () => {
  test('sleeps for the given scaled time', async () => {
    const clock = scaledClock(1_000);
    const startedAtMs = clock.now();
    await clock.sleep(60_000, running);
    expect(clock.now() - startedAtMs).toBeGreaterThanOrEqual(60_000);
  });

  test('stops while the process cannot work', async () => {
    const clock = scaledClock(1);
    await clock.sleep(1, running);
    const startedAtMs = clock.now();
    const blockedUntil = performance.now() + 100;
    while (performance.now() < blockedUntil);
    await clock.sleep(1, running);
    expect(clock.now() - startedAtMs).toBeLessThan(100);
  });

  test('wakes sleepers in the order of their times', async () => {
    const clock = scaledClock(1_000);
    const woken: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      await clock.sleep(ms, running);
      woken.push(ms);
    };
    await Promise.all([sleep(9_000), sleep(1), sleep(5_000)]);
    expect(woken).toEqual([1, 5_000, 9_000]);
  });

  test.each(['before', 'during'])(
    'a sleep ends with the reason of its signal, aborted %s it',
    async (moment) => {
      const stop = new AbortController();
      const reason = new Error('stopped');
      if (moment === 'before') stop.abort(reason);
      const sleep = scaledClock(1).sleep(3_600_000, stop.signal);
      stop.abort(reason);
      await expect(sleep).rejects.toBe(reason);
    },
  );
});

describe('scaleTimers', () => {
  let restore = (): void => undefined;

  afterEach(() => {
    restore();
  });

  test('shortens long timers and passes their arguments', async () => {
    restore = scaleTimers(1_000);
    const text = await new Promise((resolve) => setTimeout(resolve, 60_000, 'woken'));
    expect(text).toBe('woken');
  });

  test('shortens timeouts of signals', async () => {
    restore = scaleTimers(1_000);
    const signal = AbortSignal.timeout(60_000);
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('a long timer can be cleared', async () => {
    restore = scaleTimers(1_000);
    let fired = false;
    const timer = setTimeout(() => {
      fired = true;
    }, 5_000);
    clearTimeout(timer);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    expect(fired).toBe(false);
  });

  test('restores the timers of Node', () => {
    const before = [setTimeout, clearTimeout];
    scaleTimers(10)();
    expect([setTimeout, clearTimeout]).toEqual(before);
  });
});
