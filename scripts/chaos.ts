// Runs random faults; see the usage below.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { chaosFactor, describePlan, drawPlan, runChaos, type ChaosPlan } from '../faults/chaos.ts';
import { describeError } from '../src/errors.ts';
import { readCount, runCommand } from '../support/command.ts';
import { randomNumbers } from '../support/random.ts';
import { scaleTimers } from '../support/scaled-time.ts';

const usage = `usage: npm run chaos -- [--seed N] [--runs N] [--run N] [--at-once N]

Runs builds with several random faults each against the playground, in scaled time. The exit code is 1 if a run violates one
of these rules: it never succeeds unless the builder ended with 0 and got the whole context, it never fails if the
builder succeeded and the cluster could still report it, and it leaves no pod that the job log does not name.

  --seed N     repeats the runs of this seed; without it, a random seed is printed
  --runs N     number of runs; default 100
  --run N      runs only the Nth of them, with its job log
  --at-once N  runs N builds at the same time; default 8
  --help       prints this text`;

interface NumberedPlan {
  readonly number: number;
  readonly plan: ChaosPlan;
}

function drawPlans(seed: number, runs: number, only: number | undefined): readonly NumberedPlan[] {
  const random = randomNumbers(seed);
  const count = Math.max(runs, only ?? 0);
  const plans = Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    plan: drawPlan(random),
  }));
  return only === undefined ? plans : plans.filter(({ number }) => number === only);
}

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      runs: { type: 'string', default: '100' },
      run: { type: 'string' },
      'at-once': { type: 'string', default: '8' },
    },
  });
  const seed = readCount('--seed', values.seed);
  const runs = readCount('--runs', values.runs, 1);
  const only = values.run === undefined ? undefined : readCount('--run', values.run, 1);
  const atOnce = readCount('--at-once', values['at-once'], 1);
  console.log(`seed ${seed}`);
  let broken = 0;
  const verdicts = { green: 0, red: 0, hangs: 0 };
  process.on('unhandledRejection', (error) => {
    broken += 1;
    console.log(`UNHANDLED  ${describeError(error)}`);
  });
  scaleTimers(chaosFactor);
  const queue = drawPlans(seed, runs, only).values();
  const work = async (): Promise<void> => {
    for (const { number, plan } of queue) {
      const { end, problems } = await runChaos(plan);
      verdicts[end.verdict] += 1;
      if (problems.length > 0) broken += 1;
      if (problems.length > 0 || only !== undefined) {
        console.log(`run ${number}: ${describePlan(plan)}`);
        console.log(`  ${end.verdict}, ${end.pods} pods, ${end.seconds} s ${end.sentence}`);
        for (const problem of problems) console.log(`  ${problem}`);
      }
      if (only !== undefined) console.log(end.log);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  console.log(
    `seed ${seed}: ${verdicts.green} green, ${verdicts.red} red, ${verdicts.hangs} hanging; ${broken} runs with problems`,
  );
  return broken === 0 ? 0 : 1;
}

// Connections that are half open after a fault must not keep the process running.
process.exit(await runCommand(usage, main));
