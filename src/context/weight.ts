import { formatBytes } from '../attach/progress.ts';

/** A context below this says nothing of what it consists of. */
const heavyBytes = 50e6;
const shownDirectories = 5;
/** Directories that hardly any build needs: what it needs of them it makes itself. */
const usuallyIgnored = /(?:^|\/)(node_modules|\.git|target|\.venv)\//;

/** A file of the context. */
export interface WeighedFile {
  /** Relative to the context, with `/`. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** What a heavy context consists of: its heaviest directories and its largest file. Empty for a light one. */
export function describeWeight(files: readonly WeighedFile[]): readonly string[] {
  if (sumOf(files) < heavyBytes) return [];
  const contents = weighContents(files);
  const heaviest = weighDirectories(contents, '')
    .slice(0, shownDirectories)
    .map((weight) => descend(contents, weight))
    .map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`);
  const largest = files.reduce<WeighedFile | undefined>(
    (best, file) => (file.sizeBytes > (best?.sizeBytes ?? 0) ? file : best),
    undefined,
  );
  return [
    ...(heaviest.length === 0 ? [] : [`heaviest directories: ${heaviest.join(', ')}`]),
    ...(largest !== undefined && largest.sizeBytes >= heavyBytes
      ? [`largest file: ${largest.name} ${formatBytes(largest.sizeBytes)}`]
      : []),
  ];
}

interface Weight {
  /** With a slash at its end. */
  readonly name: string;
  readonly bytes: number;
}

/** Bytes of the files that are directly in each directory, by its name with a slash at its end. */
function weighContents(files: readonly WeighedFile[]): ReadonlyMap<string, number> {
  const contents = new Map<string, number>();
  for (const { name, sizeBytes } of files) {
    const directory = name.slice(0, name.lastIndexOf('/') + 1);
    contents.set(directory, (contents.get(directory) ?? 0) + sizeBytes);
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
export function warnOfBallast(files: readonly WeighedFile[]): readonly string[] {
  const ballast = files.filter(({ name }) => ballastOf(name) !== undefined);
  const [ballastBytes, totalBytes] = [sumOf(ballast), sumOf(files)];
  if (totalBytes < heavyBytes || ballastBytes * 2 <= totalBytes) return [];
  const names = [...new Set(ballast.flatMap(({ name }) => ballastOf(name) ?? []))].join(', ');
  return [
    `${names}: ${formatBytes(ballastBytes)} of the ${formatBytes(totalBytes)} that are sent; keep them out by a .dockerignore`,
  ];
}

function ballastOf(name: string): string | undefined {
  return usuallyIgnored.exec(name)?.[1];
}

/** What progress is measured by. */
export function totalsOf(files: readonly WeighedFile[]): {
  readonly totalFiles: number;
  readonly totalBytes: number;
} {
  return { totalFiles: files.length, totalBytes: sumOf(files) };
}

function sumOf(files: readonly WeighedFile[]): number {
  return files.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
