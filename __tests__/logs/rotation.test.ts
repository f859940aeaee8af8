import { expect, test } from '@jest/globals';
import { RotationWatch } from '../../src/logs/rotation.ts';

const startMs = Date.UTC(2026, 0, 1);

/** A line of the first second that arrives so late, then one of the second second, with so many bytes. */
function watch(firstDelayMs: number, delayMs: number, bytes: number): RotationWatch {
  const rotation = new RotationWatch();
  for (const [lineMs, ms] of [
    [startMs + 1_000, firstDelayMs],
    [startMs + 2_000, delayMs],
  ] as const) {
    rotation.heard(lineMs + ms, bytes / 2);
    rotation.read(nanos(lineMs));
  }
  return rotation;
}

function nanos(ms: number): bigint {
  return BigInt(ms) * 1_000_000n;
}

test.each([
  { name: 'a reader at the head', delayMs: 50, expected: false },
  { name: 'a late reader of a whole file', delayMs: 3_020, expected: true },
  { name: 'a reader less late than a file lasts', delayMs: 3_000, expected: false },
  { name: 'a late reader of less', delayMs: 9_000, bytes: 7e6, expected: false },
  { name: 'a jump shorter than a file lasts', delayMs: 9_000, jumpMs: 2_999, expected: false },
  { name: 'a clock that is slow', firstDelayMs: 60_020, delayMs: 60_050, expected: false },
  { name: 'a clock that is fast', firstDelayMs: -60_000, delayMs: -56_000, expected: true },
])('$name', ({ firstDelayMs = 20, delayMs, bytes = 9e6, jumpMs = 3_000, expected }) => {
  const after = nanos(startMs + 2_000);
  const pause = { after, before: after + nanos(jumpMs) };
  expect(watch(firstDelayMs, delayMs, bytes).mayHide(pause)).toBe(expected);
});
