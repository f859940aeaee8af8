import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const modules = join(import.meta.dirname, '../node_modules');
/** Of very small files kaniko makes some hundred a second, which would hide everything else; programs are not a usual context. */
const leastBytes = 8e3;
const largestBytes = 2e6;

/**
 * Writes a context like a real one: the files of this project's own dependencies, again and again in directories of their own
 * until there are so many bytes. Deflate sees 32 KiB at once, so copies shrink no better than the first.
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
