// The files of an image: its layers applied one after the other, as containerd does.
import { posix } from 'node:path';
import type { ArchiveMember } from '../registry.ts';

/** What a path leads to. Paths of hard links share one. */
export interface File {
  /** As in the archive: file, directory, symlink, character-device, block-device, fifo. */
  readonly type: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Date | undefined;
  /** Of a symbolic link. */
  readonly target: string;
  readonly content: Buffer;
  readonly xattrs: Readonly<Record<string, string>>;
}

/** By absolute path, without the root directory itself. */
export type FileTree = ReadonlyMap<string, File>;

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
/** Limit of the kernel for symbolic links in one path. */
const mostLinks = 40;

/**
 * @param layers members of each layer, the lowest layer first.
 * @throws if a hard link leads to a path that does not exist.
 */
export function applyLayers(layers: readonly (readonly ArchiveMember[])[]): FileTree {
  const tree = new Map<string, File>();
  for (const layer of layers) applyLayer(tree, layer);
  return tree;
}

function applyLayer(tree: Map<string, File>, members: readonly ArchiveMember[]): void {
  /** Paths of this layer, which its whiteouts do not remove. */
  const added = new Set<string>();
  for (const member of members) {
    const directory = resolveDirectory(tree, posix.dirname(`/${member.name}`));
    const name = posix.basename(member.name);
    if (name === opaque) remove(tree, directory, (path) => path !== directory && !added.has(path));
    else if (name.startsWith(whiteout)) {
      const path = posix.join(directory, name.slice(whiteout.length));
      remove(tree, path, (below) => !added.has(below));
    } else if (name !== '' && name !== '.') {
      addParents(tree, directory, added);
      const path = posix.join(directory, name);
      add(tree, path, member);
      added.add(path);
    }
  }
}

function add(tree: Map<string, File>, path: string, member: ArchiveMember): void {
  const isMerged = member.type === 'directory' && tree.get(path)?.type === 'directory';
  const file = member.type === 'link' ? linkedFile(tree, path, member.linkName) : fileOf(member);
  if (!isMerged) remove(tree, path, () => true);
  tree.set(path, file);
}

function linkedFile(tree: FileTree, path: string, linkName: string): File {
  const directory = resolveDirectory(tree, posix.dirname(posix.join('/', linkName)));
  const target = posix.join(directory, posix.basename(linkName));
  const file = tree.get(target);
  if (file === undefined) throw new Error(`hard link ${path} leads to ${target}, which is missing`);
  // No file system allows it, so such an image cannot be unpacked.
  return file.type === 'directory' ? { ...file, type: 'hard link to a directory' } : file;
}

function fileOf({ type, mode, uid, gid, mtime, linkName, content, xattrs }: ArchiveMember): File {
  // The permissions of a symbolic link have no meaning.
  const own = type === 'symlink' ? 0o777 : mode;
  return { type, mode: own, uid, gid, mtime, target: linkName, content, xattrs };
}

/** Adds the directories that a layer does not list. */
function addParents(tree: Map<string, File>, directory: string, added: Set<string>): void {
  if (directory === '/' || tree.get(directory)?.type === 'directory') return;
  addParents(tree, posix.dirname(directory), added);
  const owner = { uid: 0, gid: 0, mtime: undefined };
  const empty = { target: '', content: Buffer.alloc(0), xattrs: {} };
  tree.set(directory, { type: 'directory', mode: 0o755, ...owner, ...empty });
  added.add(directory);
}

/** Removes the path and all below it that match. */
function remove(tree: Map<string, File>, path: string, matches: (path: string) => boolean): void {
  const prefix = path === '/' ? '/' : `${path}/`;
  for (const other of [...tree.keys()]) {
    if ((other === path || other.startsWith(prefix)) && matches(other)) tree.delete(other);
  }
}

/** The path of a directory after its symbolic links were followed inside the image. */
function resolveDirectory(tree: FileTree, path: string): string {
  let links = 0;
  let found = '/';
  const rest = path.split('/');
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '') continue;
    const next = posix.join(found, part);
    const file = tree.get(next);
    if (file?.type !== 'symlink' || ++links > mostLinks) {
      found = next;
      continue;
    }
    if (file.target.startsWith('/')) found = '/';
    rest.unshift(...file.target.split('/'));
  }
  return found;
}
