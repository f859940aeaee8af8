import { expect, test } from '@jest/globals';
import { RunReport } from '../../src/result/report.ts';

test('each phase lasts from the end of the one before it, over all attempts', () => {
  const report = new RunReport(1_000);
  report.phase('create', 1_200);
  report.phase('start', 3_200);
  report.phase('create', 3_300);
  report.phase('build', 10_300);
  expect([...report.phases]).toEqual([
    ['create', 300],
    ['start', 2_000],
    ['build', 7_000],
  ]);
  expect(report.startedAtMs).toBe(1_000);
});

test.each([
  { ended: [], open: 'create' },
  { ended: ['create', 'start'], open: 'upload' },
  { ended: ['create', 'start', 'upload'], open: 'build' },
  { ended: ['create', 'start', 'build'], open: undefined },
])('an attempt that breaks off after $ended was in $open', ({ ended, open }) => {
  const report = new RunReport(0);
  report.phase('prepare', 50);
  report.attempts = 1;
  for (const phase of ended) report.phase(phase, 100);
  report.breakOff(300);
  const [, ...spans] = report.spans;
  expect(spans.map(({ phase }) => phase)).toEqual([
    ...ended,
    ...(open === undefined ? [] : [open]),
  ]);
});

test('the next attempt starts with its first phase', () => {
  const report = new RunReport(0);
  report.attempts = 1;
  for (const phase of ['create', 'start', 'upload', 'build', 'remove']) report.phase(phase, 100);
  report.attempts = 2;
  report.breakOff(150);
  expect(report.spans.at(-1)).toEqual({ attempt: 2, phase: 'create', startMs: 100, endMs: 150 });
});

test('describes a run without phases', () => {
  const report = new RunReport(0);
  expect([...report.phases]).toEqual([]);
  expect(report.describeState()).toBe('no pod was created');
});
