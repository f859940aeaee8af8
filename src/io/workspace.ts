import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { resolve } from 'node:path';
import type { FileStat, OpenFile, Workspace } from '../ports.ts';

/** Windows has neither flag; there a link needs rights that a pull request does not have. */
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
      return stats === undefined ? undefined : toFileStat(stats);
    },
    names: (path) => readdirSync(path).sort(compareBytes),
    readLink: (path) => readlinkSync(path),
    readFile: (path) => readFileSync(path),
    open: openFile,
  };
}

function openFile(path: string): OpenFile {
  const descriptor = openSync(path, openFlags);
  return {
    stat: () => toFileStat(fstatSync(descriptor)),
    read: (buffer) => readSync(descriptor, buffer),
    close() {
      closeSync(descriptor);
    },
  };
}

function toFileStat(stats: Stats): FileStat {
  return {
    kind: kindOf(stats),
    sizeBytes: stats.size,
    mode: process.platform === 'win32' ? windowsMode : stats.mode & 0o7777,
    mtimeMs: stats.mtimeMs,
    device: stats.dev,
    inode: stats.ino,
    links: stats.nlink,
  };
}

/** Windows keeps no permission bits; Docker sends this for everything. */
const windowsMode = 0o755;

function kindOf(stats: Stats): FileStat['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

/** The order of UTF-8 bytes; JavaScript's own is that of UTF-16 units, which differs for some characters. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
