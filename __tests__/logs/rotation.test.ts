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
    rotation.read(BigInt(lineMs) * 1_000_000n);
  }
  return rotation;
}

test.each([
  { name: 'a reader at the head', firstDelayMs: 20, delayMs: 50, bytes: 9e6, expected: false },
  {
    name: 'a late reader of a whole file',
    firstDelayMs: 20,
    delayMs: 1_020,
    bytes: 9e6,
    expected: true,
  },
  { name: 'a late reader of less', firstDelayMs: 20, delayMs: 9_000, bytes: 7e6, expected: false },
  {
    name: 'a clock that is slow',
    firstDelayMs: 60_020,
    delayMs: 60_050,
    bytes: 9e6,
    expected: false,
  },
  {
    name: 'a clock that is fast',
    firstDelayMs: -60_000,
    delayMs: -58_000,
    bytes: 9e6,
    expected: true,
  },
])('$name', ({ firstDelayMs, delayMs, bytes, expected }) => {
  expect(watch(firstDelayMs, delayMs, bytes).hasFallenBehind()).toBe(expected);
});
