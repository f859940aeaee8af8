import type { FileStat } from '../../ports.ts';
import { withoutCredentials } from '../git/clean-config.ts';
import type { GitConfigTest } from '../git/config-names.ts';
import type { StreamAuth } from '../stdin.ts';
import { archiveMode, type ContextEntry } from './entry.ts';
import type { TarHeader } from './header.ts';

/** One member of the archive with where its content comes from. */
export interface Member {
  /** Its size is that of `content` unless the member is a file on disk, which is asked when it is opened. */
  readonly header: Omit<TarHeader, 'sizeBytes'>;
  readonly content: MemberContent;
  /** False for what is not the user's: it does not count as progress. */
  readonly counts: boolean;
}

export type MemberContent =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | {
      readonly kind: 'disk';
      readonly path: string;
      /** As the walk saw it; the file that is opened must be the same one. */
      readonly stat: FileStat;
      /** Changes a small file's content before it is sent. */
      readonly edit?: (content: Buffer) => Buffer;
    }
  | { readonly kind: 'stream'; readonly bytes: AsyncIterable<Buffer>; readonly sizeBytes: number };

/** What the image layout carries beside the context. */
interface Meta {
  readonly dockerfile: Buffer;
  readonly auth: StreamAuth;
  /** Seconds since the epoch, for the members that are no files of the user's. */
  readonly mtimeSeconds: number;
}

/** Where the context is in the archive. */
export const contextRoot = { image: 'ctx', plain: '.' } as const;

export function directoryMember(name: string, mode: number, mtimeSeconds: number): Member {
  return {
    header: { name, type: 'directory', mode, mtimeSeconds },
    content: { kind: 'none' },
    counts: false,
  };
}

/** How a context's entries become members. */
export interface MemberRules {
  /** Modification times after it become it; undefined keeps them. */
  readonly latestSeconds: number | undefined;
  /** True: `.git/config` is sent with the logins in it. */
  readonly keepGitCredentials?: boolean;
  /** True for names of files that git reads a configuration from, whatever leads to them. */
  readonly isGitConfig: GitConfigTest;
}

/** @param roots where the context is, on disk and in the archive. */
export function entryMember(
  entry: ContextEntry,
  roots: { readonly disk: string; readonly archive: string },
  { latestSeconds, keepGitCredentials = false, isGitConfig }: MemberRules,
): Member {
  const { stat } = entry;
  const name = `${roots.archive}/${entry.name}`;
  const mtimeSeconds = clampTime(stat.mtimeMs / 1_000, latestSeconds);
  switch (entry.content.kind) {
    case 'directory':
      return directoryMember(name, archiveMode('directory', stat.mode), mtimeSeconds);
    case 'symlink':
      return {
        header: {
          name,
          type: 'symlink',
          mode: archiveMode('symlink', stat.mode),
          mtimeSeconds,
          linkName: entry.content.target,
        },
        content: { kind: 'none' },
        counts: false,
      };
    case 'link':
      return {
        header: {
          name,
          type: 'link',
          mode: archiveMode('file', stat.mode),
          mtimeSeconds,
          linkName: `${roots.archive}/${entry.content.target}`,
        },
        content: { kind: 'none' },
        counts: false,
      };
    case 'file':
      return {
        header: { name, type: 'file', mode: archiveMode('file', stat.mode), mtimeSeconds },
        content: {
          kind: 'disk',
          path: `${roots.disk}/${entry.name}`,
          stat,
          ...(!keepGitCredentials && isGitConfig(entry.name) && { edit: withoutCredentials }),
        },
        counts: true,
      };
  }
}

/**
 * The members behind the context in the image layout. `meta/Dockerfile` is the very last one: a stream that lost anything
 * before its end has no Dockerfile. The empty ignore file keeps kaniko from applying a `.dockerignore` again.
 */
export function* metaMembers({ dockerfile, auth, mtimeSeconds }: Meta): Generator<Member> {
  if (auth.config !== undefined || auth.ca !== undefined) {
    yield directoryMember('auth', 0o700, mtimeSeconds);
  }
  if (auth.config !== undefined) {
    yield bytesMember('auth/config.json', 0o600, mtimeSeconds, auth.config);
  }
  if (auth.ca !== undefined) yield bytesMember('auth/ca.crt', 0o644, mtimeSeconds, auth.ca);
  yield directoryMember('meta', 0o755, mtimeSeconds);
  yield bytesMember('meta/Dockerfile.dockerignore', 0o644, mtimeSeconds, Buffer.alloc(0));
  yield bytesMember('meta/Dockerfile', 0o644, mtimeSeconds, dockerfile);
}

/** @param seconds NaN for a time that nobody can read. */
export function clampTime(seconds: number, latestSeconds: number | undefined): number {
  const whole = Number.isNaN(seconds) ? 0 : Math.max(0, Math.floor(seconds));
  return latestSeconds === undefined ? whole : Math.min(whole, latestSeconds);
}

function bytesMember(name: string, mode: number, mtimeSeconds: number, bytes: Buffer): Member {
  return {
    header: { name, type: 'file', mode, mtimeSeconds },
    content: { kind: 'bytes', bytes },
    counts: false,
  };
}
