import { expect, test } from '@jest/globals';
import { untilAborted } from '../../src/time/abort.ts';
import { race } from '../../src/time/race.ts';
import type { Work } from '../../src/time/scope.ts';
import { VirtualClock } from '../support/clock.ts';

const { signal: forever } = new AbortController();

/** Work that ends only with its signal, and one turn later. */
function loser(ends: string[]): Work<never> {
  return async (signal) => {
    await untilAborted(signal, forever);
    await Promise.resolve();
    ends.push('loser');
    throw new Error('the loser failed');
  };
}

test('returns the first result, after the other work has settled', async () => {
  const ends: string[] = [];
  await expect(race(undefined, [() => Promise.resolve(7), loser(ends)])).resolves.toBe(7);
  expect(ends).toEqual(['loser']);
});

test('throws the first error, after the other work has settled', async () => {
  const ends: string[] = [];
  const failing: Work<never> = () => Promise.reject(new Error('failed'));
  await expect(race(undefined, [loser(ends), failing])).rejects.toThrow('failed');
  expect(ends).toEqual(['loser']);
});

test('ends a timer that lost', async () => {
  const clock = new VirtualClock();
  await race<unknown>(undefined, [(signal) => clock.sleep(1_000, signal), () => Promise.resolve()]);
  expect(clock.sleeping).toBe(0);
});

test('throws the reason of the outer signal when that is aborted', async () => {
  const clock = new VirtualClock();
  const outer = new AbortController();
  const racing = race(outer.signal, [
    (signal) => clock.sleep(1_000, signal),
    (signal) => clock.sleep(2_000, signal),
  ]);
  const reason = new Error('cancelled');
  outer.abort(reason);
  await expect(racing).rejects.toBe(reason);
  expect(clock.sleeping).toBe(0);
});
