import { expect, test } from '@jest/globals';
import { runBundle } from '../../faults/processes.ts';
import { allFaults, nameOf, runCases } from '../../faults/table.ts';

/** Cases that take one to two seconds in real time. */
const sample = [
  'access / reset / once',
  'access / 401 / lasting',
  'access / redirect / lasting',
  'access / foreign certificate / lasting',
  'create / reset / once',
  'create / 403 / lasting',
  'create / 404 / lasting',
  'create / 409 / once',
  'create / 500 / once',
  'create / redirect / lasting',
  'schedule / reset / once',
  'schedule / 403 / once',
  'schedule / web page / once',
  'attach / reset / once',
  'attach / 500 / once',
  'attach / closed / once',
  'upload at 0 / reset / once',
  'upload at 1 byte / closed / once',
  'upload at half / reset / once',
  'upload at all / reset / lasting',
  'build / reset / once',
  'build / 500 / once',
  'log / reset / once',
  'verdict / reset / once',
  'verdict / 503 / once',
  'delete / reset / once',
  'delete / 503 / once',
];

test('a sample of the faults with the committed bundle', async () => {
  const faults = allFaults.filter((fault) => sample.includes(nameOf(fault)));
  expect(faults).toHaveLength(sample.length);
  const problems: string[] = [];
  await runCases(
    faults,
    8,
    ({ fault, problems: found, end }) => {
      const name = nameOf(fault);
      problems.push(...found.map((problem) => `${name}: ${problem}\n${end.log}`));
    },
    runBundle,
  );
  expect(problems).toEqual([]);
}, 180_000);
