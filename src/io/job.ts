import { getState, saveState, setOutput, summary } from '@actions/core';
import type { Job, PodRef } from '../ports.ts';

const podsKey = 'pods';

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
    saveState(podsKey, JSON.stringify(pods));
  },
  async writeSummary(markdown) {
    // Runners before 2.300 and plain shells have no summary file.
    if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
    await summary.addRaw(markdown, true).write();
  },
};

/** What the main step left to remove. The state is ours, but a build could have written to its file: it is checked. */
export function rememberedPods(): readonly PodRef[] {
  return parsePods(getState(podsKey));
}

export function parsePods(state: string): readonly PodRef[] {
  let value: unknown;
  try {
    value = JSON.parse(state === '' ? '[]' : state);
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.filter(isOwnPod) : [];
}

function isOwnPod(value: unknown): value is PodRef {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('namespace' in value))
    return false;
  const { name, namespace } = value;
  return (
    typeof name === 'string' &&
    typeof namespace === 'string' &&
    /^kbp-[a-z0-9-]{1,59}$/.test(name) &&
    /^[a-z0-9-]{1,63}$/.test(namespace)
  );
}
