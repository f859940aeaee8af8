import { expect, test } from '@jest/globals';
import type { Clock } from '../../src/ports.ts';
import { PhaseRecorder, phaseTimes } from '../../src/result/phases.ts';

/** A clock whose time the test sets. */
class SetClock implements Clock {
  nowMs: number;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  now(): number {
    return this.nowMs;
  }

  sleep(): Promise<void> {
    return Promise.reject(new Error('the test does not sleep'));
  }
}

/** Ends phases at these times. */
function record(
  startMs: number,
  ...ends: readonly (readonly [phase: string, atMs: number])[]
): PhaseRecorder {
  const clock = new SetClock(startMs);
  const phases = new PhaseRecorder(clock);
  for (const [phase, atMs] of ends) {
    clock.nowMs = atMs;
    phases.end(phase);
  }
  return phases;
}

test('each phase lasts from the end of the one before it, over all attempts', () => {
  const phases = record(
    1_000,
    ['create', 1_200],
    ['start', 3_200],
    ['create', 3_300],
    ['build', 10_300],
  );
  expect([...phaseTimes(phases.spans)]).toEqual([
    ['create', 300],
    ['start', 2_000],
    ['build', 7_000],
  ]);
  expect(phases.startedAtMs).toBe(1_000);
});

test.each([
  { ended: [], open: ['create'] },
  { ended: ['create', 'start'], open: ['upload'] },
  { ended: ['create', 'start', 'upload'], open: ['build'] },
  { ended: ['create', 'start', 'build'], open: [] },
])('an attempt that is interrupted after $ended was in $open', ({ ended, open }) => {
  const phases = record(0, ['prepare', 50]);
  phases.beginAttempt();
  for (const phase of ended) phases.end(phase);
  phases.interrupt();
  const [, ...spans] = phases.spans;
  expect(spans.map(({ phase }) => phase)).toEqual([...ended, ...open]);
});

test('each attempt has separate phases', () => {
  const clock = new SetClock(0);
  const phases = new PhaseRecorder(clock);
  phases.beginAttempt();
  clock.nowMs = 100;
  for (const phase of ['create', 'start', 'upload', 'build', 'remove']) phases.end(phase);
  phases.beginAttempt();
  clock.nowMs = 150;
  phases.interrupt();
  expect(phases.spans.at(-1)).toEqual({ attempt: 2, phase: 'create', startMs: 100, endMs: 150 });
});

test('a run without work has no phases', () => {
  expect([...phaseTimes(record(0).spans)]).toEqual([]);
});
