import { expect, test } from '@jest/globals';
import { RotationWatch } from '../../src/logs/rotation.ts';

const startMs = Date.UTC(2026, 0, 1);

/** Reads a line of the first second, then one of the next second, with these delays and bytes. */
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
  { name: 'a response without delay', delayMs: 50, expected: false },
  { name: 'a delay as long as the shortest lifetime of a file', delayMs: 3_020, expected: true },
  { name: 'a delay shorter than that', delayMs: 3_000, expected: false },
  { name: 'fewer bytes than a file has', delayMs: 9_000, bytes: 7e6, expected: false },
  {
    name: 'a pause shorter than the lifetime of a file',
    delayMs: 9_000,
    jumpMs: 2_999,
    expected: false,
  },
  { name: 'a node whose clock is slow', firstDelayMs: 60_020, delayMs: 60_050, expected: false },
  {
    name: 'a delay on a node whose clock is fast',
    firstDelayMs: -60_000,
    delayMs: -56_000,
    expected: true,
  },
])(
  '$name: lines may be missing is $expected',
  ({ firstDelayMs = 20, delayMs, bytes = 9e6, jumpMs = 3_000, expected }) => {
    const after = nanos(startMs + 2_000);
    const pause = { after, before: after + nanos(jumpMs) };
    expect(watch(firstDelayMs, delayMs, bytes).mayHide(pause)).toBe(expected);
  },
);
