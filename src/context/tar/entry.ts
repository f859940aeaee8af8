import type { FileStat } from '../../ports.ts';

/** One entry of the context, before it gets its place in the archive. */
export interface ContextEntry {
  /** Relative to the context, with `/`, without a leading or trailing one. */
  readonly name: string;
  readonly stat: FileStat;
  readonly content:
    | { readonly kind: 'directory' }
    | { readonly kind: 'file' }
    | { readonly kind: 'symlink'; readonly target: string }
    /** Another name of a file that comes earlier; `target` is that entry's name. */
    | { readonly kind: 'link'; readonly target: string };
}

/**
 * Permission bits as Docker's clients send them: its owner may always read a file and enter a directory, also where the
 * runner's umask or checkout took that away.
 */
export function archiveMode(kind: 'file' | 'directory' | 'symlink', mode: number): number {
  if (kind === 'symlink') return 0o777;
  return (mode & 0o7777) | (kind === 'directory' ? 0o700 : 0o400);
}
