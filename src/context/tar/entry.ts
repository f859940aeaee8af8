import type { FileStat } from '../../ports.ts';

/** One entry of the context. */
export interface ContextEntry {
  /** Relative to the context, with `/`, without a leading or trailing one. */
  readonly name: string;
  readonly stat: FileStat;
  readonly content:
    | { readonly kind: 'directory' }
    | { readonly kind: 'file' }
    | { readonly kind: 'symlink'; readonly target: string }
    /** A hard link to an earlier entry; `target` is the name of that entry. */
    | { readonly kind: 'link'; readonly target: string };
}

type EntryKind = 'file' | 'directory' | 'symlink';

/** Permission bits in the image layout: those on disk, as Docker sends them. A builder unpacks the stream as root. */
export function archiveMode(kind: EntryKind, mode: number): number {
  return kind === 'symlink' ? 0o777 : mode & 0o7777;
}

/**
 * Permission bits in the plain layout, which a container of any user can unpack: the owner can always read a file and enter
 * a directory.
 */
export function openMode(kind: EntryKind, mode: number): number {
  if (kind === 'symlink') return 0o777;
  return archiveMode(kind, mode) | (kind === 'directory' ? 0o700 : 0o400);
}
