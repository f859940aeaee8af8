import { describe, expect, test } from '@jest/globals';
import { Backoff, type BackoffOptions } from '../../src/time/backoff.ts';

const limits = { firstMs: 100, longestMs: 1_000 };

/** The first pauses. */
function pauses(options: BackoffOptions, count = 6): readonly number[] {
  const backoff = new Backoff(options);
  return Array.from({ length: count }, () => backoff.next());
}

describe('without jitter', () => {
  test('doubles up to the longest pause', () => {
    expect(pauses(limits)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('stays at the longest pause for any number of attempts', () => {
    expect(pauses(limits, 2_000).at(-1)).toBe(1_000);
  });

  test('begins again after a success', () => {
    const backoff = new Backoff(limits);
    backoff.next();
    backoff.next();
    backoff.reset();
    expect([backoff.next(), backoff.next()]).toEqual([100, 200]);
  });
});

test.each<[number, number, readonly number[]]>([
  [0.5, 0, [100, 200, 400]],
  [0.5, 0.5, [75, 150, 300]],
  [1, 0.75, [25, 50, 100]],
])('takes a jitter of %d off by a random %d', (jitter, random, expected) => {
  expect(pauses({ ...limits, jitter, random: () => random }, 3)).toEqual(expected);
});

test('by default the random number is one of Math.random', () => {
  for (const pause of pauses({ firstMs: 1_000, longestMs: 1_000, jitter: 0.5 }, 100)) {
    expect(pause).toBeGreaterThan(500);
    expect(pause).toBeLessThanOrEqual(1_000);
  }
});

describe('a pause that the server requests', () => {
  test.each<[number, number]>([
    [0, 30_000],
    [0.5, 30_500],
  ])('is spread over a second: random %d', (random, expected) => {
    expect(new Backoff({ ...limits, random: () => random }).next(30_000)).toBe(expected);
  });

  test('is spread over the present pause if that is longer', () => {
    const backoff = new Backoff({ firstMs: 3_000, longestMs: 10_000, random: () => 0.5 });
    expect([backoff.next(1_000), backoff.next(1_000), backoff.next(1_000)]).toEqual([
      2_500, 4_000, 6_000,
    ]);
  });
});
