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

/**
 * Permission bits as Docker's clients send them. The owner can always read a file and enter a directory, also if the umask
 * or the checkout on the runner removed these bits.
 */
export function archiveMode(kind: 'file' | 'directory' | 'symlink', mode: number): number {
  if (kind === 'symlink') return 0o777;
  return (mode & 0o7777) | (kind === 'directory' ? 0o700 : 0o400);
}
