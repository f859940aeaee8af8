import { formatBytes } from '../attach/progress.ts';
import type { ContextEntry } from './entry.ts';

/** A context below this says nothing of what it consists of. */
const heavyBytes = 50e6;
const shownDirectories = 5;
/** Directories that hardly any build needs: what it needs of them it makes itself. */
const usuallyIgnored = /(?:^|\/)(node_modules|\.git|target|\.venv)\//;

/** What a heavy context consists of: its heaviest directories and its largest file. Empty for a light one. */
export function describeWeight(entries: readonly ContextEntry[]): readonly string[] {
  const files = entries.filter(({ content }) => content.kind === 'file');
  const totalBytes = sum(files);
  if (totalBytes < heavyBytes) return [];
  const contents = weighContents(files);
  const heaviest = weighDirectories(contents, '')
    .slice(0, shownDirectories)
    .map((weight) => descend(contents, weight))
    .map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`);
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

interface Weight {
  /** With a slash at its end. */
  readonly name: string;
  readonly bytes: number;
}

/** Bytes of the files that are directly in each directory, by its name with a slash at its end. */
function weighContents(files: readonly ContextEntry[]): ReadonlyMap<string, number> {
  const contents = new Map<string, number>();
  for (const { name, stat } of files) {
    const directory = name.slice(0, name.lastIndexOf('/') + 1);
    contents.set(directory, (contents.get(directory) ?? 0) + stat.sizeBytes);
  }
  return contents;
}

/** The directories in one, the heaviest first. @param parent empty for the context itself. */
function weighDirectories(
  contents: ReadonlyMap<string, number>,
  parent: string,
): readonly Weight[] {
  const weights = new Map<string, number>();
  for (const [directory, bytes] of contents) {
    if (directory.length === parent.length || !directory.startsWith(parent)) continue;
    const name = directory.slice(0, directory.indexOf('/', parent.length) + 1);
    weights.set(name, (weights.get(name) ?? 0) + bytes);
  }
  return [...weights]
    .map(([name, bytes]) => ({ name, bytes }))
    .sort((one, other) => other.bytes - one.bytes);
}

/** Down to where the weight is: `packages` says little if most of it is in `packages/web/node_modules`. */
function descend(contents: ReadonlyMap<string, number>, weight: Weight): Weight {
  if (ballastOf(weight.name) !== undefined) return weight;
  const [heaviest] = weighDirectories(contents, weight.name);
  if (heaviest === undefined || heaviest.bytes * 2 <= weight.bytes) return weight;
  return descend(contents, heaviest);
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
  return usuallyIgnored.exec(name)?.[1];
}

function sum(files: readonly ContextEntry[]): number {
  return files.reduce((total, { stat }) => total + stat.sizeBytes, 0);
}
