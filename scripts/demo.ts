// Runs the demo; see the usage below.
import { parseArgs } from 'node:util';
import { runDemo } from '../playground/demo.ts';
import { runCommand } from '../support/command.ts';

const usage = `usage: npm run demo -- [--keep]

Starts the playground (a cluster and a registry look-alike), runs the committed bundle on a small project as a runner
does, and prints the job log and the image. It needs only Node.

  --keep  leaves the playground running until Ctrl-C
  --help  prints this text`;

function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { keep: { type: 'boolean', default: false } },
  });
  return runDemo(values.keep);
}

process.exitCode = await runCommand(usage, main);
