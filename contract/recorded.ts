import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Results } from './run.ts';

/** Relative to the repository. */
export const recordedPath = 'contract/recorded.json';

/** Results of a real cluster (Kubernetes 1.35.4, containerd 1.6), written by `npm run contract -- --record`. */
export function readRecorded(): Results {
  const path = join(resolve(import.meta.dirname, '..'), recordedPath);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : {};
}
