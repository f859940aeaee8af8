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

test('a run that has done nothing says so', () => {
  const report = new RunReport(0);
  expect([...report.phases]).toEqual([]);
  expect(report.describeState()).toBe('no pod was created');
});
