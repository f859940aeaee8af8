import { saveState, setOutput, summary } from '@actions/core';
import type { Job } from '../ports.ts';
import { stateNames } from './state.ts';

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
    setOutput(name, value);
  },
  remember(pods) {
    saveState(stateNames.pods, JSON.stringify(pods));
  },
  async writeSummary(markdown) {
    // Runners before 2.300 and plain shells have no summary file.
    if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
    await summary.addRaw(markdown, true).write();
  },
};
