import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runAction } from '../scripts/action.ts';
import type { StepsEnd, Trial } from './trial.ts';

/** Both steps by the committed bundle, as a runner would, in real time. */
export async function runBundle(trial: Trial): Promise<StepsEnd> {
  const stdin = join(trial.directory, 'stdin');
  writeFileSync(stdin, trial.context);
  const { main, log } = await runAction({
    directory: trial.directory,
    inputs: {
      ...trial.inputs,
      kubeconfig: trial.cluster.kubeconfig(),
      'stdin-file': stdin,
      context: '',
    },
    // Without a repository there is no sweep: its requests would take the faults of others.
    env: { GITHUB_REPOSITORY: '' },
  });
  if (main === 0) return { failure: undefined, log };
  return { failure: { sentence: lastError(log), hint: '' }, log };
}

/** Sentence and advice stand in one annotation. */
function lastError(log: string): string {
  const text = [...log.matchAll(/^::error.*?::(.*)$/gm)].at(-1)?.[1] ?? '';
  return text.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
}
