import { runProcesses } from '../../faults/processes.ts';
import type { RunSteps } from '../../faults/trial.ts';
import { PeakMemory } from '../../support/peak-memory.ts';
import type { Attack } from '../attack.ts';
import { compare, runBehaviour, type Behaviour } from './behaviour.ts';

/** Node with the sources of the action needs about 150 MiB. */
const mostBytes = 400 * 1024 * 1024;

/** The attack with one behaviour on processes of their own, as on a runner, in real time. */
export function attackProcess(behaviour: Behaviour): Attack {
  return {
    name: `server / ${behaviour.name}, in real time`,
    run: async (signal) => {
      const memory = new PeakMemory();
      const end = await runBehaviour(behaviour, stepsWith(memory), signal, 1);
      const problems = [...compare(behaviour, end)];
      if ((memory.bytes ?? 0) > mostBytes)
        problems.push(`the step needed ${Math.round((memory.bytes ?? 0) / 1024 / 1024)} MiB`);
      if (problems.length > 0) throw new Error(problems.join('; '));
    },
  };
}

/** Both steps from the sources. */
function stepsWith(memory: PeakMemory): RunSteps {
  return (trial) =>
    runProcesses(trial, {
      code: 'src',
      onMain: (child) => {
        memory.watch(child);
      },
    });
}
