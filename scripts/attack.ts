// Runs the attacks; see the usage below.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { attacks } from '../attack/attacks.ts';
import { runAttack } from '../attack/run.ts';
import { testCluster } from '../e2e/cluster.ts';
import { runCommand } from '../support/command.ts';

const usage = `usage: npm run attack -- [--only TEXT]

Runs every attack of attack/ and prints one line for each. The exit code is 1 if an attack succeeded.
With the environment variables of a test cluster (CONTRIBUTING.md), the attacks of builds run as well.

  --only TEXT    runs the attacks whose name contains the text, for example 'input / '
  --help         prints this text`;

/** Begins the name of the attacks that need a cluster. They are cases of the end-to-end tests. */
const buildPrefix = 'build / ';

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { only: { type: 'string', default: '' } },
  });
  let broken = 0;
  const chosen = attacks.filter(({ name }) => name.includes(values.only));
  for (const attack of chosen) {
    const { problem, ms } = await runAttack(attack);
    console.log(
      `${problem === undefined ? 'held  ' : 'BROKEN'} ${attack.name} (${ms.toFixed(0)} ms)`,
    );
    if (problem === undefined) continue;
    broken += 1;
    console.log(`       ${problem}`);
  }
  console.log(`${chosen.length} attacks: ${chosen.length - broken} held, ${broken} broken`);
  const builds =
    values.only === '' || values.only.startsWith(buildPrefix) ? runBuilds(values.only) : 0;
  return broken > 0 || builds > 0 ? 1 : 0;
}

/** Runs the attacks of builds as end-to-end tests. @returns their exit code; 0 if there is no cluster. */
function runBuilds(only: string): number {
  if (testCluster(process.env) === undefined) {
    console.log(`attacks of builds: SKIPPED, no cluster`);
    return 0;
  }
  const pattern = `^${(only === '' ? buildPrefix : only).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`;
  const { status } = spawnSync('npm', ['run', '-s', 'e2e', '--', '--only', pattern], {
    stdio: 'inherit',
  });
  return status ?? 1;
}

// An attack may leave connections open on purpose.
process.exit(await runCommand(usage, main));
