// Random faults, several in one run, against the playground and in scaled time. Whatever happens: never green unless the builder
// ended with 0 and had the whole context, never red when it did and the cluster could still say so, no pod left that the log
// does not name. Exit code 1 if one of these promises is broken.
//
//   npm run chaos                           100 runs with a seed of its own, which is printed
//   npm run chaos -- --seed 7 --runs 300    the same runs again
//   npm run chaos -- --seed 7 --run 41      only the 41st of them, with its job log
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { chaosFactor, describePlan, drawPlan, runChaos, type ChaosPlan } from '../faults/chaos.ts';
import { randomNumbers } from '../support/random.ts';
import { scaleTimers } from '../support/scaled-time.ts';
import { describeError } from '../src/errors.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    runs: { type: 'string', default: '100' },
    run: { type: 'string' },
    'at-once': { type: 'string', default: '8' },
  },
});

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

async function main(): Promise<number> {
  const seed = Number(values.seed);
  const only = values.run === undefined ? undefined : Number(values.run);
  console.log(`seed ${seed}`);
  let broken = 0;
  const verdicts = { green: 0, red: 0, hangs: 0 };
  process.on('unhandledRejection', (error) => {
    broken += 1;
    console.log(`UNHANDLED  ${describeError(error)}`);
  });
  scaleTimers(chaosFactor);
  const queue = drawPlans(seed, Number(values.runs), only).values();
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
  await Promise.all(Array.from({ length: Number(values['at-once']) }, work));
  console.log(
    `seed ${seed}: ${verdicts.green} green, ${verdicts.red} red, ${verdicts.hangs} hanging; ${broken} broken promises`,
  );
  return broken === 0 ? 0 : 1;
}

// Connections that a fault has left half open must not keep the process.
process.exit(await main());
