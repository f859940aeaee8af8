import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const modules = join(import.meta.dirname, '../node_modules');
/** kaniko unpacks a few hundred very small files a second, which would dominate the times. Large programs are unusual. */
const leastBytes = 8e3;
const largestBytes = 2e6;

/**
 * Writes a context like a real one: numbered copies of the dependencies of this project, until the files have `bytes` in
 * total. Deflate looks back 32 KiB, so further copies compress no better than the first.
 */
export function writeTree(directory: string, bytes: number, dockerfile: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'Dockerfile'), dockerfile);
  const names = readdirSync(modules, { recursive: true, encoding: 'utf8' }).toSorted();
  let left = bytes;
  for (let copy = 0; left > 0; copy += 1) {
    for (const name of names) {
      const stat = statSync(join(modules, name), { throwIfNoEntry: false });
      if (stat?.isFile() !== true || stat.size < leastBytes || stat.size > largestBytes) continue;
      const target = join(directory, `copy${copy}`, name);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(modules, name), target);
      left -= stat.size;
      if (left <= 0) break;
    }
  }
}
