import { saveState, setOutput, summary } from '@actions/core';
import { BuildError, describeError } from '../../errors.ts';
import type { Job } from '../../ports.ts';
import { stateNames } from './state.ts';

const mostStateBytes = 65_536;

/** The GitHub Actions runner. */
export const runnerJob: Job = {
  write: (text) =>
    new Promise((resolve, reject) => {
      process.stdout.write(text, (error) => {
        if (error) reject(error);
        else resolve();
      });
    }),
  setOutput(name, value) {
    writeFor('GITHUB_OUTPUT', `writing the output '${name}'`, () => {
      setOutput(name, value);
    });
  },
  remember(pods) {
    writeFor('GITHUB_STATE', 'saving the state for the post step', () => {
      saveState(stateNames.pods, JSON.stringify(pods));
    });
  },
  rememberCa(pem) {
    // The runner passes the state in an environment variable, which Linux limits to 128 KiB; a larger one would end the post step.
    if (Buffer.byteLength(pem) > mostStateBytes) return;
    writeFor('GITHUB_STATE', 'saving the state for the post step', () => {
      saveState(stateNames.ca, pem);
    });
  },
  async writeSummary(markdown) {
    // Runners before 2.300 and plain shells have no summary file.
    if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
    await summary.addRaw(markdown, true).write();
  },
};

/**
 * Writes to one of the runner's files. Without the file, @actions/core would print commands that runners no longer support.
 * @throws BuildError if it cannot be written: later steps depend on it.
 */
function writeFor(variable: string, doing: string, write: () => void): void {
  const hint = `Check that the runner can write to the file in $${variable}.`;
  if ((process.env[variable] ?? '') === '')
    throw new BuildError('build', `${doing} failed: ${variable} is not set`, { hint });
  try {
    write();
  } catch (error) {
    throw new BuildError('build', `${doing} failed: ${describeError(error)}`, {
      hint,
      cause: error,
    });
  }
}
