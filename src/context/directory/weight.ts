import { formatBytes } from '../../text/size.ts';

/** A context below this size is sent without a note about its directories. */
const heavyBytes = 50e6;
const shownDirectories = 5;
/** The path up to the first directory that usually is ignored, because builds create it themselves or do not need it. */
const usuallyIgnored = /^(?:.*?\/)??(node_modules|\.git|target|\.venv)\//s;

/** A file of the context. */
export interface WeighedFile {
  /** Relative to the context, with `/`. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** Numbers and sizes of the files of a context. */
export interface ContextWeight {
  readonly totalFiles: number;
  readonly totalBytes: number;
  /** The first of the largest files; undefined without files. */
  readonly largest: WeighedFile | undefined;
  /**
   * Bytes of the directories at the top, by name with a slash at the end. Directories that usually are ignored are counted
   * apart, also inside of others: `packages/web/node_modules/` is not a part of `packages/`.
   */
  readonly directories: ReadonlyMap<string, number>;
}

export function weigh(files: Iterable<WeighedFile>): ContextWeight {
  let [totalFiles, totalBytes] = [0, 0];
  let largest: WeighedFile | undefined;
  const directories = new Map<string, number>();
  for (const file of files) {
    const { name, sizeBytes } = file;
    totalFiles += 1;
    totalBytes += sizeBytes;
    if (largest === undefined || sizeBytes > largest.sizeBytes) largest = file;
    const directory = usuallyIgnored.exec(name)?.[0] ?? name.slice(0, name.indexOf('/') + 1);
    directories.set(directory, (directories.get(directory) ?? 0) + sizeBytes);
  }
  return { totalFiles, totalBytes, largest, directories };
}

/** Notes for the log: the heaviest directories and the largest file. Empty for a light context. */
export function describeWeight(weight: ContextWeight): readonly string[] {
  const { totalBytes, largest, directories } = weight;
  if (totalBytes < heavyBytes) return [];
  const heaviest = [...directories]
    .filter(([name]) => name !== '')
    // Directories of equal size are in the order of their names.
    .sort(([one, oneBytes], [other, otherBytes]) => otherBytes - oneBytes || (one < other ? -1 : 1))
    .slice(0, shownDirectories)
    .map(([name, bytes]) => `${name} ${formatBytes(bytes)}`);
  return [
    ...(heaviest.length === 0 ? [] : [`heaviest directories: ${heaviest.join(', ')}`]),
    ...(largest !== undefined && largest.sizeBytes >= heavyBytes
      ? [`largest file: ${largest.name} ${formatBytes(largest.sizeBytes)}`]
      : []),
  ];
}

/** A warning if more than half of a heavy context is in directories that usually are ignored. */
export function warnOfBallast({ totalBytes, directories }: ContextWeight): readonly string[] {
  const names = new Set<string>();
  let ballastBytes = 0;
  for (const [directory, bytes] of directories) {
    const name = usuallyIgnored.exec(directory)?.[1];
    if (name === undefined) continue;
    names.add(name);
    ballastBytes += bytes;
  }
  if (totalBytes < heavyBytes || ballastBytes * 2 <= totalBytes) return [];
  return [
    `${[...names].join(', ')}: ${formatBytes(ballastBytes)} of the ${formatBytes(totalBytes)} that are sent; exclude them with a .dockerignore`,
  ];
}
