// What differs between two images, in sentences. Times of creation and the history of layers are not compared.
import { isDeepStrictEqual } from 'node:util';
import type { File, FileTree } from './files.ts';
import type { Image } from './image.ts';

export interface Comparison {
  /** Names of both images in the sentences, for example the builders. */
  readonly names: readonly [string, string];
  /** Paths whose modification times are compared, too. */
  readonly times?: readonly string[];
}

/** Longer contents are described by their size. */
const shownBytes = 400;
/** Settings whose order has no meaning. */
const unordered = new Set(['Env']);
/** Settings of an image configuration that a container depends on. */
const settings = [
  'Env',
  'Entrypoint',
  'Cmd',
  'User',
  'WorkingDir',
  'ExposedPorts',
  'Volumes',
  'Labels',
  'StopSignal',
  'Healthcheck',
  'Shell',
  'OnBuild',
] as const;

/** One sentence for each difference: the configuration first, then the files in the order of their paths. */
export function differencesOf(one: Image, other: Image, comparison: Comparison): readonly string[] {
  return [
    ...configDifferences(one, other, comparison),
    ...fileDifferences(one.files, other.files, comparison),
    ...linkDifferences(one.files, other.files, comparison),
  ];
}

function configDifferences(
  one: Image,
  other: Image,
  { names: [first, second] }: Comparison,
): readonly string[] {
  const all = [settingsOf(one), settingsOf(other)] as const;
  return Object.keys(all[0]).flatMap((name) => {
    const [mine, theirs] = [all[0][name], all[1][name]];
    if (isDeepStrictEqual(mine, theirs)) return [];
    return [`${name}: ${show(mine)} in ${first}, ${show(theirs)} in ${second}`];
  });
}

/** The settings in one form: undefined if they are empty, which builders write in several ways. */
function settingsOf({ config }: Image): Readonly<Record<string, unknown>> {
  const own = new Map<string, unknown>(Object.entries(config.config ?? {}));
  const values = settings.map((name) => {
    const value = own.get(name);
    const sorted = unordered.has(name) && Array.isArray(value) ? value.toSorted() : value;
    return [name, isEmpty(sorted) ? undefined : sorted] as const;
  });
  return {
    ...Object.fromEntries(values),
    // A container without a working directory starts in the root directory.
    WorkingDir: own.get('WorkingDir') === '' ? '/' : (own.get('WorkingDir') ?? '/'),
    platform: [config.os, config.architecture, config.variant].filter(Boolean).join('/'),
  };
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function fileDifferences(one: FileTree, other: FileTree, comparison: Comparison): string[] {
  const paths = [...new Set([...one.keys(), ...other.keys()])].toSorted();
  return paths.flatMap((path) => {
    const [mine, theirs] = [one.get(path), other.get(path)];
    const [first, second] = comparison.names;
    if (mine === undefined) return theirs === undefined ? [] : [only(path, theirs, second)];
    if (theirs === undefined) return [only(path, mine, first)];
    return attributeDifferences(path, mine, theirs, comparison);
  });
}

function only(path: string, file: File, name: string): string {
  const owner = `${file.uid}:${file.gid}`;
  return `${path}: only in ${name} (${typeOf(file)}, mode ${octal(file.mode)}, owner ${owner})`;
}

function attributeDifferences(
  path: string,
  mine: File,
  theirs: File,
  { names: [first, second], times = [] }: Comparison,
): string[] {
  const views: readonly (readonly [string, (file: File) => string])[] =
    mine.type === theirs.type
      ? [
          ['mode', ({ mode }) => octal(mode)],
          ['owner', ({ uid, gid }) => `${uid}:${gid}`],
          ['target', ({ target }) => target],
          ['extended attributes', ({ xattrs }) => show(xattrs)],
          ['modification time', ({ mtime }) => (times.includes(path) ? timeOf(mtime) : '')],
        ]
      : [['type', typeOf]];
  const differences = views.flatMap(([name, view]) =>
    view(mine) === view(theirs)
      ? []
      : [`${path}: ${name} ${view(mine)} in ${first}, ${view(theirs)} in ${second}`],
  );
  if (mine.type !== theirs.type || mine.content.equals(theirs.content)) return differences;
  const contents = `${contentOf(mine)} in ${first}, ${contentOf(theirs)} in ${second}`;
  return [...differences, `${path}: content ${contents}`];
}

/** Files with several names in one image, and other names in the other image. Names in one image only were reported. */
function linkDifferences(one: FileTree, other: FileTree, { names }: Comparison): string[] {
  const [mine, theirs] = [linkedNames(one, other), linkedNames(other, one)];
  const [first, second] = names;
  return [...mine.keys()].toSorted().flatMap((path) => {
    const [left = [], right = []] = [mine.get(path), theirs.get(path)];
    if (isDeepStrictEqual(left, right)) return [];
    return [`${path}: hard links ${show(left)} in ${first}, ${show(right)} in ${second}`];
  });
}

/** For each path in both trees: the other paths in both trees that are hard links to the same file. */
function linkedNames(tree: FileTree, other: FileTree): ReadonlyMap<string, readonly string[]> {
  const shared = [...tree.keys()].filter((path) => other.has(path)).toSorted();
  const groups = Map.groupBy(shared, (path) => tree.get(path));
  return new Map(
    [...groups.values()].flatMap((paths) =>
      paths.map((path) => [path, paths.filter((name) => name !== path)] as const),
    ),
  );
}

function typeOf({ type }: File): string {
  return type === 'symlink' ? 'symbolic link' : type.replace('-', ' ');
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function timeOf(time: Date | undefined): string {
  return time === undefined ? 'unset' : time.toISOString();
}

function contentOf({ content }: File): string {
  return content.length <= shownBytes ? show(content.toString()) : `of ${content.length} bytes`;
}

function show(value: unknown): string {
  return value === undefined ? 'unset' : JSON.stringify(value);
}
