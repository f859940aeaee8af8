import { expect, test } from '@jest/globals';
import { longestRetryAfterMs, readRetryAfter } from '../../src/time/retry-after.ts';

const date = 'Wed, 21 Oct 2026 07:28:00 GMT';

test.each([
  { asked: undefined, expected: undefined },
  { asked: '0', expected: 0 },
  { asked: '3', expected: 3_000 },
  { asked: '10', expected: 10_000 },
  { asked: '30', expected: longestRetryAfterMs },
  { asked: '99999999', expected: longestRetryAfterMs },
  { asked: '9'.repeat(10_000), expected: longestRetryAfterMs },
  { asked: '-1', expected: undefined },
  { asked: '1e3', expected: undefined },
  { asked: '0x10', expected: undefined },
  { asked: 'NaN', expected: undefined },
  { asked: 'Infinity', expected: undefined },
  { asked: '', expected: undefined },
  { asked: 'Wed, 21 Oct 2026 07:28:05 GMT', expected: 5_000 },
  { asked: 'Wed, 21 Oct 2026 07:27:00 GMT', expected: 0 },
  { asked: 'Wed, 21 Oct 2099 07:28:00 GMT', expected: longestRetryAfterMs },
  { asked: 'Wed, 99 Oct 2026 07:28:00 GMT', expected: undefined },
  { asked: '2026-10-21T07:28:05Z', expected: undefined },
])('Retry-After $asked is a pause of $expected ms', ({ asked, expected }) => {
  expect(readRetryAfter({ 'retry-after': asked, date })).toBe(expected);
});

test('a date is read only with the time of the same server', () => {
  expect(readRetryAfter({ 'retry-after': date })).toBeUndefined();
  expect(readRetryAfter({ 'retry-after': date, date: 'today' })).toBeUndefined();
});
