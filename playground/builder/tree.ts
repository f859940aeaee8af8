import { posix } from 'node:path';
import { pipeline } from 'node:stream';
import { extract, type Header } from 'tar-stream';

export interface TreeEntry {
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** Empty for everything but files. */
  readonly content: Buffer;
  /** Where a symbolic link points; empty for everything else. */
  readonly linkName: string;
}

/** A file system by clean names without a leading slash; the root has none of its own. */
export type Tree = ReadonlyMap<string, TreeEntry>;

export const emptyContent = Buffer.alloc(0);

/** The mode that builders give the root and directories without an entry of their own. */
export const plainDirectory: TreeEntry = {
  type: 'directory',
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtimeSeconds: 0,
  content: emptyContent,
  linkName: '',
};

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';

/**
 * Unpacks a tar archive on top of a tree: later members win, missing parents are made, names stay below the root. With
 * `isLayer`, whiteouts (OCI image specification, "Representing Changes") remove what earlier layers have.
 * @throws Error for a damaged archive, or the error of the source.
 */
export async function unpack(
  archive: AsyncIterable<Buffer>,
  base: Tree = new Map(),
  { isLayer = false } = {},
): Promise<Tree> {
  const tree = new Map(base);
  const reader = extract();
  // The loop below throws the error of either.
  pipeline(archive, reader, () => undefined);
  for await (const source of reader) {
    const { header } = source;
    const chunks: Buffer[] = [];
    for await (const chunk of source) chunks.push(chunk as Buffer);
    const name = cleanName(header.name);
    if (name === '') continue;
    const base = posix.basename(name);
    if (isLayer && base === opaque) removeBelow(tree, posix.dirname(name));
    else if (isLayer && base.startsWith(whiteout)) removeHidden(tree, name);
    else place(tree, name, toEntry(header, Buffer.concat(chunks), tree));
  }
  return tree;
}

/** Puts an entry at a name; parents that are missing are made, and a file that replaces a directory removes its content. */
export function place(
  tree: Map<string, TreeEntry>,
  name: string,
  entry: TreeEntry | undefined,
): void {
  if (entry === undefined) return;
  const parent = posix.dirname(name);
  if (parent !== '.' && tree.get(parent)?.type !== 'directory') place(tree, parent, plainDirectory);
  if (entry.type !== 'directory' && tree.get(name)?.type === 'directory') removeBelow(tree, name);
  tree.set(name, entry);
}

/** Without `.`, `..` and slashes at both ends: a path cannot leave the root, as in a chroot. */
export function cleanName(name: string): string {
  return posix.normalize(`/${name}`).replace(/^\/+|\/+$/g, '');
}

const mostLinks = 40;

/**
 * Resolves the symbolic links in a name. Parts that do not exist are unchanged.
 * @param root directory that absolute links begin at.
 */
export function resolveLinks(tree: Tree, name: string, root = '', left = mostLinks): string {
  let resolved = '';
  for (const part of cleanName(name).split('/')) {
    const next = posix.join(resolved, part);
    const entry = tree.get(next);
    if (entry?.type !== 'symlink' || left === 0) {
      resolved = next;
      continue;
    }
    const base = entry.linkName.startsWith('/') ? root : resolved;
    resolved = resolveLinks(tree, cleanName(posix.join(base, entry.linkName)), root, left - 1);
  }
  return resolved === '.' ? '' : resolved;
}

/** Names below a directory, relative to it, in the order of the tree. */
export function namesBelow(tree: Tree, directory: string): readonly string[] {
  if (directory === '') return [...tree.keys()];
  const prefix = `${directory}/`;
  return [...tree.keys()].flatMap((name) =>
    name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
  );
}

function toEntry(header: Header, content: Buffer, tree: Tree): TreeEntry | undefined {
  const common = {
    mode: header.mode & 0o7777,
    uid: header.uid,
    gid: header.gid,
    mtimeSeconds: Math.floor(header.mtime.getTime() / 1_000),
  };
  switch (header.type) {
    case 'directory':
      return { ...common, type: 'directory', content: emptyContent, linkName: '' };
    case 'symlink':
      return { ...common, type: 'symlink', content: emptyContent, linkName: header.linkname };
    case 'link':
      return linked(header, tree);
    case 'file':
    case 'contiguous-file':
      return { ...common, type: 'file', content, linkName: '' };
    default:
      // kaniko skips devices and fifos without a message.
      return undefined;
  }
}

/** A tree has no inodes: a hard link is another file with the same content. */
function linked({ name, linkname }: Header, tree: Tree): TreeEntry {
  const target = tree.get(cleanName(linkname));
  if (target !== undefined) return target;
  throw new Error(`link ${linkname} ${name}: no such file or directory`);
}

function removeHidden(tree: Map<string, TreeEntry>, marker: string): void {
  const name = posix.join(posix.dirname(marker), posix.basename(marker).slice(whiteout.length));
  tree.delete(name);
  removeBelow(tree, name);
}

function removeBelow(tree: Map<string, TreeEntry>, directory: string): void {
  for (const name of namesBelow(tree, directory === '.' ? '' : directory)) {
    tree.delete(posix.join(directory, name));
  }
}
