import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderTable } from '../../faults/document.ts';
import { allFaults, nameOf, runCases } from '../../faults/table.ts';
import { scaleTimers } from '../../support/scaled-time.ts';

const takeBack: (() => void)[] = [];

beforeAll(() => {
  takeBack.push(scaleTimers(10));
});

afterAll(() => {
  for (const undo of takeBack) undo();
});

/** One of each phase that takes a second; the others are run by `npm run faults`. */
const quick = [
  'access / 403 / lasting',
  'create / reset / once',
  'schedule / web page / once',
  'attach / 500 / once',
  'upload at half / reset / once',
  'upload at all / closed / once',
  'build / 503 / once',
  'log / 500 / once',
  'verdict / reset / once',
  'delete / 409 / lasting',
];

test('a fault of each phase, in scaled time', async () => {
  const faults = allFaults.filter((fault) => quick.includes(nameOf(fault)));
  expect(faults).toHaveLength(quick.length);
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => {
    unhandled.push(error);
  };
  process.on('unhandledRejection', note);
  const problems: string[] = [];
  await runCases(faults, 4, (result) => {
    problems.push(...result.problems.map((problem) => `${nameOf(result.fault)}: ${problem}`));
  });
  process.off('unhandledRejection', note);
  expect(problems).toEqual([]);
  expect(unhandled).toEqual([]);
}, 30_000);

test('faults/faults.md is what the table says', () => {
  const path = join(import.meta.dirname, '..', '..', 'faults', 'faults.md');
  expect(readFileSync(path, 'utf8')).toBe(renderTable());
});
