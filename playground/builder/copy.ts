import { posix } from 'node:path';
import { unpackedAt } from './context.ts';
import { stageFailure } from './failure.ts';
import { globPattern, isGlob } from './glob.ts';
import { openLayer } from './layer.ts';
import type { Owner } from './owner.ts';
import {
  cleanName,
  namesBelow,
  place,
  plainDirectory,
  resolveLinks,
  unpack,
  type Tree,
  type TreeEntry,
} from './tree.ts';

/** The source files of COPY. */
export interface CopySource {
  readonly files: Tree;
  /** Directory that sources are relative to; empty for a whole image. */
  readonly directory: string;
  /** Path of the root of `files` in the errors of kaniko. */
  readonly path: string;
}

export interface CopyOptions {
  readonly sources: readonly string[];
  /** Absolute; a slash at its end makes it a directory. */
  readonly destination: string;
  readonly owner: Owner;
  /** Permission bits for everything; undefined keeps them. */
  readonly mode: number | undefined;
  /** ADD unpacks archives. */
  readonly unpacks: boolean;
  readonly warn: (message: string) => void;
}

/** The context as COPY without `--from` sees it. */
export function contextSource(unpacked: Tree, subPath: string): CopySource {
  return { files: unpacked, directory: cleanName(subPath), path: unpackedAt };
}

/**
 * A tree with copies in it, as COPY and ADD make them.
 * @throws BuilderFailure with kaniko's text.
 */
export async function copyInto(
  target: Tree,
  source: CopySource,
  options: CopyOptions,
): Promise<Tree> {
  const names = options.sources.flatMap((text) => findSources(source, text));
  // kaniko accepts patterns that match nothing.
  if (names.length === 0) {
    options.warn('No files to copy');
    return target;
  }
  if (names.length > 1 && !options.destination.endsWith('/')) {
    throw filesFailure(
      "copy failed: when specifying multiple sources in a COPY command, destination must be a directory and end in '/'",
    );
  }
  const copy = new Copy(target, source, options);
  for (const name of names) await copy.add(name);
  return copy.tree;
}

/** Names in the source tree: those that a glob matches, or the literal name. */
function findSources(source: CopySource, text: string): readonly string[] {
  const name = cleanName(posix.join(source.directory, text));
  if (!isGlob(text)) {
    requireSource(source, name);
    return [name];
  }
  const pattern = globPattern(name);
  return [...source.files.keys()].filter((candidate) => pattern.test(candidate)).sort();
}

function requireSource(source: CopySource, name: string): void {
  const isRoot = name === source.directory || name === '';
  if (isRoot || source.files.has(resolveLinks(source.files, name, source.directory))) return;
  const path = posix.join(source.path, name);
  throw filesFailure(
    `failed to get fileinfo for ${path}: lstat ${path}: no such file or directory`,
  );
}

function filesFailure(reason: string): Error {
  return stageFailure(`failed to get files used from context: ${reason}`);
}

/** One COPY or ADD. */
class Copy {
  readonly #tree: Map<string, TreeEntry>;
  readonly #source: CopySource;
  readonly #options: CopyOptions;
  readonly #destination: string;

  constructor(target: Tree, source: CopySource, options: CopyOptions) {
    this.#tree = new Map(target);
    this.#source = source;
    this.#options = options;
    this.#destination = resolveLinks(target, cleanName(options.destination));
  }

  get tree(): Tree {
    return this.#tree;
  }

  /** Copies the content of a directory without the directory. */
  async add(name: string): Promise<void> {
    const { files, directory } = this.#source;
    const resolved = resolveLinks(files, name, directory);
    const entry = files.get(resolved) ?? plainDirectory;
    if (entry.type === 'directory') {
      this.#addDirectory(resolved, entry);
    } else if (this.#options.unpacks && isArchive(entry.content)) {
      await this.#addArchive(entry.content);
    } else {
      const intoDirectory =
        this.#options.destination.endsWith('/') ||
        this.#destination === '' ||
        this.#tree.get(this.#destination)?.type === 'directory';
      const base = intoDirectory ? posix.basename(name) : '';
      this.#put(posix.join(this.#destination, base), entry);
    }
  }

  #addDirectory(name: string, entry: TreeEntry): void {
    const hasDestination = this.#tree.get(this.#destination)?.type === 'directory';
    if (this.#destination !== '' && !hasDestination) this.#put(this.#destination, entry);
    for (const below of namesBelow(this.#source.files, name)) {
      const content = this.#source.files.get(posix.join(name, below));
      if (content !== undefined) this.#put(posix.join(this.#destination, below), content);
    }
  }

  /** Keeps the owners and modes of an archive, as Docker does. */
  async #addArchive(content: Buffer): Promise<void> {
    for (const [name, entry] of await unpack(openLayer(content))) {
      this.#place(posix.join(this.#destination, name), entry);
    }
  }

  #put(name: string, entry: TreeEntry): void {
    const { owner, mode } = this.#options;
    const isLink = entry.type === 'symlink';
    this.#place(name, { ...entry, ...owner, mode: isLink ? entry.mode : (mode ?? entry.mode) });
  }

  #place(name: string, entry: TreeEntry): void {
    const parent = resolveLinks(this.#tree, posix.dirname(name));
    place(this.#tree, posix.join(parent, posix.basename(name)), entry);
  }
}

/** A tar, gzipped or not, by its first bytes. */
function isArchive(content: Buffer): boolean {
  const isGzip = content[0] === 0x1f && content[1] === 0x8b;
  return isGzip || content.subarray(257, 262).toString('latin1') === 'ustar';
}
