// Every fault in every phase of a build, against the playground and in scaled time. One line a case; exit code 1 if one is not
// as docs/faults.md says.
//
//   npm run faults                        the whole table
//   npm run faults -- --only 'attach / '  cases whose name contains this
//   npm run faults -- --log               with the job log of the cases that failed
//   npm run faults -- --write             writes docs/faults.md, runs nothing
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderTable } from '../faults/document.ts';
import { allFaults, nameOf, runCases, type CaseResult } from '../faults/table.ts';
import { scaleTimers } from '../support/scaled-time.ts';
import { describeError } from '../src/errors.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '10' },
    log: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

/** For the timers that requests have for themselves: as fast as most cases run. */
const timerFactor = 10;

async function run(): Promise<number> {
  const faults = allFaults.filter((fault) => nameOf(fault).includes(values.only));
  const unhandled: string[] = [];
  process.on('unhandledRejection', (error) => {
    unhandled.push(describeError(error));
  });
  scaleTimers(timerFactor);
  const counts = { right: 0, wrong: 0 };
  await runCases(faults, Number(values['at-once']), (result) => {
    counts[print(result)] += 1;
  });
  for (const text of unhandled) console.log(`UNHANDLED  ${text}`);
  console.log(
    `${faults.length} cases: ${counts.right} as expected, ${counts.wrong} wrong, ${unhandled.length} unhandled rejections`,
  );
  return faults.length > 0 && counts.wrong + unhandled.length === 0 ? 0 : 1;
}

function print({ fault, end, problems }: CaseResult): 'right' | 'wrong' {
  const kind = problems.length > 0 ? 'wrong' : 'right';
  const what = end.sentence === '' ? '' : `: ${end.sentence}`;
  console.log(
    `${kind.padEnd(5)} ${nameOf(fault).padEnd(46)} ${end.verdict}, ${end.pods} pods, ${end.seconds} s${what}`,
  );
  for (const problem of problems) console.log(`       ${problem}`);
  if (values.log && kind === 'wrong') console.log(end.log);
  return kind;
}

if (values.write) {
  writeFileSync(join(import.meta.dirname, '..', 'docs', 'faults.md'), renderTable());
} else {
  // Connections that a fault has left half open must not keep the process.
  process.exit(await run());
}
