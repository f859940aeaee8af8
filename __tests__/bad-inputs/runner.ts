import { join } from 'node:path';
import type { BadInput, Chapter } from './run.ts';

function missingFile(variable: string, sentence: string): BadInput {
  return {
    name: `a ${variable} that is missing`,
    sentence,
    arrange: ({ directory }) => ({ env: { [variable]: join(directory, 'missing') } }),
  };
}

export const runnerChapter: Chapter = {
  title: 'The runner',
  cases: [
    missingFile(
      'GITHUB_STATE',
      'saving the state for the post step failed: Missing file at path: <workspace>/missing. Check that the runner can write to the file in $GITHUB_STATE.',
    ),
    missingFile(
      'GITHUB_OUTPUT',
      "writing the output 'pod-name' failed: Missing file at path: <workspace>/missing. Check that the runner can write to the file in $GITHUB_OUTPUT.",
    ),
  ],
};
