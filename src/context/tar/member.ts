import { editLines } from '../../dockerfile/edit.ts';
import type { FileStat } from '../../ports.ts';
import { withoutCredentials } from '../git/clean-config.ts';
import type { GitConfigTest } from '../git/config-names.ts';
import type { StreamParts } from '../stdin.ts';
import { archiveMode, openMode, type ContextEntry } from './entry.ts';
import type { TarHeader } from './header.ts';

/** One member of the archive with the source of its content. */
export interface Member {
  /** Without the size, which is that of `content`. The size of a file on disk is read when it is opened. */
  readonly header: Omit<TarHeader, 'sizeBytes'>;
  readonly content: MemberContent;
  /** Whether the member counts as progress. False for members that are not files of the user. */
  readonly counts: boolean;
}

export type MemberContent =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | {
      readonly kind: 'disk';
      readonly path: string;
      /** As found by the walk. The file that is opened must be the same one. */
      readonly stat: FileStat;
      /** Changes a small file's content before it is sent. */
      readonly edit?: (content: Buffer) => Buffer;
    }
  | { readonly kind: 'stream'; readonly bytes: AsyncIterable<Buffer>; readonly sizeBytes: number };

/** The files that the image layout sends in addition to the context. */
interface Meta {
  /** As the user wrote it. */
  readonly dockerfile: Buffer;
  readonly parts: StreamParts;
  /** Seconds since the epoch, for members that are not files of the user. */
  readonly mtimeSeconds: number;
}

/** The directory of the context in the archive, by layout. */
export const contextRoot = { image: 'ctx', plain: '.' } as const;

export function directoryMember(name: string, mode: number, mtimeSeconds: number): Member {
  return {
    header: { name, type: 'directory', mode, mtimeSeconds },
    content: { kind: 'none' },
    counts: false,
  };
}

/** Options for converting entries of the context to members. */
export interface MemberRules {
  /** Replaces later modification times; undefined keeps all. */
  readonly latestSeconds: number | undefined;
  /** True: `.git/config` is sent with the credentials in it. */
  readonly keepGitCredentials?: boolean;
  /** True for names of files that git reads a configuration from, also through links. */
  readonly isGitConfig: GitConfigTest;
}

/** @param roots the directory of the context, on disk and in the archive. */
export function entryMember(
  entry: ContextEntry,
  roots: { readonly disk: string; readonly archive: string },
  { latestSeconds, keepGitCredentials = false, isGitConfig }: MemberRules,
): Member {
  const { stat } = entry;
  const modeOf = roots.archive === contextRoot.plain ? openMode : archiveMode;
  const name = `${roots.archive}/${entry.name}`;
  const mtimeSeconds = clampTime(stat.mtimeMs / 1_000, latestSeconds);
  switch (entry.content.kind) {
    case 'directory':
      return directoryMember(name, modeOf('directory', stat.mode), mtimeSeconds);
    case 'symlink':
      return {
        header: {
          name,
          type: 'symlink',
          mode: modeOf('symlink', stat.mode),
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
          mode: modeOf('file', stat.mode),
          mtimeSeconds,
          linkName: `${roots.archive}/${entry.content.target}`,
        },
        content: { kind: 'none' },
        counts: false,
      };
    case 'file':
      return {
        header: { name, type: 'file', mode: modeOf('file', stat.mode), mtimeSeconds },
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
 * The members after the context in the image layout. `meta/Dockerfile` is the last one, so a stream that was cut has no
 * Dockerfile and the builder fails. The empty ignore file prevents kaniko from applying a `.dockerignore` a second time.
 */
export function* metaMembers({ dockerfile, parts, mtimeSeconds }: Meta): Generator<Member> {
  const { config, ca, edits = [] } = parts;
  if (config !== undefined || ca !== undefined) {
    yield directoryMember('auth', 0o700, mtimeSeconds);
  }
  if (config !== undefined) {
    yield bytesMember('auth/config.json', 0o600, mtimeSeconds, config);
  }
  if (ca !== undefined) yield bytesMember('auth/ca.crt', 0o644, mtimeSeconds, ca);
  yield directoryMember('meta', 0o755, mtimeSeconds);
  yield bytesMember('meta/Dockerfile.dockerignore', 0o644, mtimeSeconds, Buffer.alloc(0));
  yield bytesMember('meta/Dockerfile', 0o644, mtimeSeconds, editLines(dockerfile, edits));
}

/** @param seconds NaN if the time could not be read. */
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
