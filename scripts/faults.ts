// Runs the fault-injection matrix; see the usage below.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderTable } from '../faults/document.ts';
import { allFaults, nameOf, runCases, type CaseResult } from '../faults/table.ts';
import { describeError } from '../src/errors.ts';
import { readCount, runCommand } from '../support/command.ts';
import { scaleTimers } from '../support/scaled-time.ts';

const usage = `usage: npm run faults -- [--only TEXT] [--at-once N] [--log] [--write]

Runs every fault in every phase of a build against the playground, in scaled time, and prints one line for each case.
The exit code is 1 if a case does not end as faults/faults.md describes it.

  --only TEXT    runs the cases whose name contains the text, for example 'attach / '
  --at-once N    runs N cases at the same time; default 10
  --log          prints the job log of the cases that failed
  --write        writes faults/faults.md and runs nothing
  --help         prints this text`;

/** Factor of the timers of requests, the same as in most cases. */
const timerFactor = 10;

async function run(only: string, atOnce: number, showsLogs: boolean): Promise<number> {
  const faults = allFaults.filter((fault) => nameOf(fault).includes(only));
  const unhandled: string[] = [];
  process.on('unhandledRejection', (error) => {
    unhandled.push(describeError(error));
  });
  scaleTimers(timerFactor);
  let wrong = 0;
  await runCases(faults, atOnce, (result) => {
    printCase(result);
    if (result.problems.length === 0) return;
    wrong += 1;
    if (showsLogs) console.log(result.end.log);
  });
  for (const text of unhandled) console.log(`UNHANDLED  ${text}`);
  console.log(
    `${faults.length} cases: ${faults.length - wrong} as expected, ${wrong} wrong, ${unhandled.length} unhandled rejections`,
  );
  return faults.length > 0 && wrong + unhandled.length === 0 ? 0 : 1;
}

function printCase({ fault, end, problems }: CaseResult): void {
  const verdict = problems.length > 0 ? 'wrong' : 'ok';
  const message = end.sentence === '' ? '' : `: ${end.sentence}`;
  console.log(
    `${verdict.padEnd(5)} ${nameOf(fault).padEnd(46)} ${end.verdict}, ${end.pods} pods, ${end.seconds} s${message}`,
  );
  for (const problem of problems) console.log(`       ${problem}`);
}

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      only: { type: 'string', default: '' },
      'at-once': { type: 'string', default: '10' },
      log: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  if (!values.write)
    return run(values.only, readCount('--at-once', values['at-once'], 1), values.log);
  writeFileSync(join(import.meta.dirname, '..', 'faults', 'faults.md'), renderTable());
  return 0;
}

// Connections that are half open after a fault must not keep the process running.
process.exit(await runCommand(usage, main));
