import { formatBytes } from '../attach/progress.ts';
import type { ContextEntry } from './entry.ts';

/** A context below this says nothing of what it consists of. */
const heavyBytes = 50e6;
const shownDirectories = 5;
/** Directories that hardly any build needs: what it needs of them it makes itself. */
const usuallyIgnored = ['node_modules', '.git', 'target', '.venv'];

/** What a heavy context consists of: its heaviest directories and its largest file. Empty for a light one. */
export function describeWeight(entries: readonly ContextEntry[]): readonly string[] {
  const files = entries.filter(({ content }) => content.kind === 'file');
  const totalBytes = sum(files);
  if (totalBytes < heavyBytes) return [];
  const byDirectory = new Map<string, number>();
  for (const { name, stat } of files) {
    const cut = name.indexOf('/');
    if (cut < 0) continue;
    const directory = name.slice(0, cut);
    byDirectory.set(directory, (byDirectory.get(directory) ?? 0) + stat.sizeBytes);
  }
  const heaviest = [...byDirectory]
    .sort(([, a], [, b]) => b - a)
    .slice(0, shownDirectories)
    .map(([directory, bytes]) => `${directory}/ ${formatBytes(bytes)}`);
  const largest = files.reduce<ContextEntry | undefined>(
    (best, file) => (file.stat.sizeBytes > (best?.stat.sizeBytes ?? 0) ? file : best),
    undefined,
  );
  return [
    ...(heaviest.length === 0 ? [] : [`heaviest directories: ${heaviest.join(', ')}`]),
    ...(largest !== undefined && largest.stat.sizeBytes >= heavyBytes
      ? [`largest file: ${largest.name} ${formatBytes(largest.stat.sizeBytes)}`]
      : []),
  ];
}

/** A warning where no ignore file keeps out what usually is kept out and weighs more than everything else; else none. */
export function warnOfBallast(entries: readonly ContextEntry[]): readonly string[] {
  const files = entries.filter(({ content }) => content.kind === 'file');
  const ballast = files.filter(({ name }) => ballastOf(name) !== undefined);
  const [ballastBytes, totalBytes] = [sum(ballast), sum(files)];
  if (totalBytes < heavyBytes || ballastBytes * 2 <= totalBytes) return [];
  const names = [...new Set(ballast.flatMap(({ name }) => ballastOf(name) ?? []))].join(', ');
  return [
    `${names}: ${formatBytes(ballastBytes)} of the ${formatBytes(totalBytes)} that are sent; keep them out by a .dockerignore`,
  ];
}

function ballastOf(name: string): string | undefined {
  return name
    .split('/')
    .slice(0, -1)
    .find((segment) => usuallyIgnored.includes(segment));
}

function sum(files: readonly ContextEntry[]): number {
  return files.reduce((total, { stat }) => total + stat.sizeBytes, 0);
}
