import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsOf } from '../runner/job-log.ts';
import { runAction, type ActionRun } from '../runner/run-action.ts';
import type { RunSteps, StepsEnd, Trial } from './trial.ts';

/** Both steps by the committed bundle, as a runner would, in real time. */
export const runBundle: RunSteps = (trial) => runProcesses(trial, {});

/** Both steps as processes, in real time. */
export async function runProcesses(
  trial: Trial,
  run: Pick<ActionRun, 'code' | 'onMain'>,
): Promise<StepsEnd> {
  const stdin = join(trial.directory, 'stdin');
  writeFileSync(stdin, trial.context);
  const { main, log } = await runAction({
    ...run,
    directory: trial.directory,
    onLog: (text) => {
      trial.addLog(text);
    },
    inputs: {
      ...trial.inputs,
      kubeconfig: trial.cluster.kubeconfig(),
      'stdin-file': stdin,
      context: '',
    },
    // An empty repository disables the sweep: its requests would meet faults that are meant for others.
    env: { GITHUB_REPOSITORY: '' },
  });
  if (main === 0) return { failure: undefined, log };
  // Sentence and advice are one annotation.
  return { failure: { sentence: errorsOf(log).at(-1)?.message ?? '', hint: '' }, log };
}
