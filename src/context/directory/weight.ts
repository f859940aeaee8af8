import { formatBytes } from '../../text/size.ts';

/** A context below this says nothing of what it consists of. */
const heavyBytes = 50e6;
const shownDirectories = 5;
/** Directories that hardly any build needs: what it needs of them it makes itself. */
const usuallyIgnored = /(?:^|\/)(node_modules|\.git|target|\.venv)\//;

/** What the files of a context weigh. */
export interface ContextWeight {
  readonly totalFiles: number;
  readonly totalBytes: number;
  /** The first of the largest files; undefined if there are none. */
  readonly largest: WeighedFile | undefined;
  /** Bytes of the files that are directly in each directory, by its name with a slash at its end. */
  readonly directories: ReadonlyMap<string, number>;
}

/** A file of the context. */
export interface WeighedFile {
  /** Relative to the context, with `/`. */
  readonly name: string;
  readonly sizeBytes: number;
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
    add(directories, directoryOf(name), sizeBytes);
  }
  return { totalFiles, totalBytes, largest, directories };
}

/** What a heavy context consists of: its heaviest directories and its largest file. Empty for a light one. */
export function describeWeight({
  totalBytes,
  largest,
  directories,
}: ContextWeight): readonly string[] {
  if (totalBytes < heavyBytes) return [];
  const children = weighChildren(directories);
  const heaviest = heaviestIn('', children)
    .slice(0, shownDirectories)
    .map((weight) => descend(weight, children))
    .map(([name, bytes]) => `${name} ${formatBytes(bytes)}`);
  return [
    ...(heaviest.length === 0 ? [] : [`heaviest directories: ${heaviest.join(', ')}`]),
    ...(largest !== undefined && largest.sizeBytes >= heavyBytes
      ? [`largest file: ${largest.name} ${formatBytes(largest.sizeBytes)}`]
      : []),
  ];
}

/** A directory's name, with a slash at its end, and its bytes, with all below it. */
type Weight = readonly [name: string, bytes: number];

/** The directories in each directory, by its name. The context itself has an empty one. */
type Children = ReadonlyMap<string, readonly Weight[]>;

function weighChildren(directories: ReadonlyMap<string, number>): Children {
  const totals = new Map(directories);
  for (const name of directories.keys()) {
    // What is there has its parents, or gets them when its own turn comes.
    for (let parent = parentOf(name); !totals.has(parent); parent = parentOf(parent)) {
      totals.set(parent, 0);
    }
  }
  const children = new Map<string, Weight[]>();
  // A name is longer than its parent's, so a total is complete before it is added to that one's.
  const deepestFirst = [...totals.keys()].sort((one, other) => other.length - one.length);
  for (const name of deepestFirst) {
    if (name === '') continue;
    const bytes = totals.get(name) ?? 0;
    const parent = parentOf(name);
    add(totals, parent, bytes);
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [[name, bytes]]);
    else siblings.push([name, bytes]);
  }
  return children;
}

/** Name of the directory that a file is in. */
function directoryOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}

function parentOf(directory: string): string {
  return directoryOf(directory.slice(0, -1));
}

function add(weights: Map<string, number>, name: string, bytes: number): void {
  weights.set(name, (weights.get(name) ?? 0) + bytes);
}

/** Equal ones in the order of their names. */
function heaviestIn(name: string, children: Children): readonly Weight[] {
  return [...(children.get(name) ?? [])].sort(
    ([one, oneBytes], [other, otherBytes]) => otherBytes - oneBytes || (one < other ? -1 : 1),
  );
}

/** Down to where the weight is: `packages` says little if most of it is in `packages/web/node_modules`. */
function descend(weight: Weight, children: Children): Weight {
  const [name, bytes] = weight;
  if (ballastOf(name) !== undefined) return weight;
  const [heaviest] = heaviestIn(name, children);
  if (heaviest === undefined || heaviest[1] * 2 <= bytes) return weight;
  return descend(heaviest, children);
}

/** A warning where no ignore file keeps out what usually is kept out and weighs more than everything else; else none. */
export function warnOfBallast({ totalBytes, directories }: ContextWeight): readonly string[] {
  const names = new Set<string>();
  let ballastBytes = 0;
  for (const [directory, bytes] of directories) {
    const name = ballastOf(directory);
    if (name === undefined) continue;
    names.add(name);
    ballastBytes += bytes;
  }
  if (totalBytes < heavyBytes || ballastBytes * 2 <= totalBytes) return [];
  return [
    `${[...names].join(', ')}: ${formatBytes(ballastBytes)} of the ${formatBytes(totalBytes)} that are sent; keep them out by a .dockerignore`,
  ];
}

function ballastOf(directory: string): string | undefined {
  return usuallyIgnored.exec(directory)?.[1];
}
