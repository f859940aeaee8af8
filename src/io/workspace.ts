import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { resolve } from 'node:path';
import type { FileStat, OpenFile, Workspace } from '../ports.ts';

/** Windows has neither flag; there, creating a link needs a privilege that a pull request does not have. */
const openFlags =
  constants.O_RDONLY |
  ((constants as Partial<typeof constants>).O_NOFOLLOW ?? 0) |
  ((constants as Partial<typeof constants>).O_NONBLOCK ?? 0);

/** @param directory what relative paths are relative to. */
export function createWorkspace(directory: string): Workspace {
  return {
    resolve: (path) => resolve(directory, path),
    realpath: (path) => realpathSync.native(path),
    stat(path) {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats === undefined) return undefined;
      return toFileStat(stats, () => lstatSync(path, { bigint: true }).ino);
    },
    names: (path) => sortByBytes(readdirSync(path)),
    readLink: (path) => readlinkSync(path),
    open: openFile,
  };
}

function openFile(path: string): OpenFile {
  const descriptor = openSync(path, openFlags);
  return {
    stat: () =>
      toFileStat(fstatSync(descriptor), () => fstatSync(descriptor, { bigint: true }).ino),
    read: (buffer) => readSync(descriptor, buffer, 0, buffer.length, null),
    close() {
      closeSync(descriptor);
    },
  };
}

function toFileStat(stats: Stats, inode: () => bigint): FileStat {
  return {
    kind: kindOf(stats),
    sizeBytes: stats.size,
    mode: process.platform === 'win32' ? windowsMode : stats.mode & 0o7777,
    mtimeMs: stats.mtimeMs,
    device: stats.dev,
    inode: exactInode(stats.ino, inode),
    links: stats.nlink,
  };
}

/**
 * Inodes of NTFS and of overlay file systems have up to 64 bits. Rounded to a number, those of two different files can be
 * equal, and the files would look like hard links.
 */
export function exactInode(inode: number, read: () => bigint): number | bigint {
  return Number.isSafeInteger(inode) ? inode : read();
}

/** Windows has no permission bits; Docker sends this mode for all files. */
const windowsMode = 0o755;

function kindOf({ mode }: Stats): FileStat['kind'] {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFDIR:
      return 'directory';
    case constants.S_IFLNK:
      return 'symlink';
    default:
      return 'other';
  }
}

/** In the order of UTF-8 bytes. JavaScript's own is that of UTF-16 units, which differs only if there are surrogates. */
function sortByBytes(names: string[]): string[] {
  if (!names.some((name) => /[\ud800-\udfff]/.test(name))) return names.sort();
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
