import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { renderTable } from '../../faults/document.ts';
import { allFaults, nameOf, runCases } from '../../faults/table.ts';
import { scaleTimers } from '../../support/scaled-time.ts';

/** No limit of the cases: each of them is ended in process time. */
const testMs = 600_000;

let restoreTimers = (): void => undefined;

beforeAll(() => {
  restoreTimers = scaleTimers(10);
});

afterAll(() => {
  restoreTimers();
});

/** Two faults of each phase, one of them a certificate; all the others are run by `npm run faults`. */
const quick = [
  'access / 403 / lasting',
  'access / foreign certificate / lasting',
  'create / reset / once',
  'create / foreign certificate / lasting',
  'schedule / web page / once',
  'schedule / renewed certificate / once',
  'attach / 500 / once',
  'attach / foreign certificate / once',
  'upload at half / reset / once',
  'upload at half / renewed certificate / once',
  'upload at all / closed / once',
  'build / 503 / once',
  'build / foreign certificate / once',
  'log / 500 / once',
  'log / renewed certificate / once',
  'verdict / reset / once',
  'verdict / foreign certificate / lasting',
  'delete / 409 / lasting',
  'delete / foreign certificate / lasting',
];

test(
  'each phase ends as expected with a fault, in scaled time',
  async () => {
    const faults = allFaults.filter((fault) => quick.includes(nameOf(fault)));
    expect(faults).toHaveLength(quick.length);
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => {
      unhandled.push(error);
    };
    process.on('unhandledRejection', note);
    const problems: string[] = [];
    await runCases(faults, 10, (result) => {
      problems.push(...result.problems.map((problem) => `${nameOf(result.fault)}: ${problem}`));
    });
    process.off('unhandledRejection', note);
    expect(problems).toEqual([]);
    expect(unhandled).toEqual([]);
  },
  testMs,
);

test('faults/faults.md is up to date', () => {
  const path = join(import.meta.dirname, '..', '..', 'faults', 'faults.md');
  expect(readFileSync(path, 'utf8')).toBe(renderTable());
});
