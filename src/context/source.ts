import { Readable } from 'node:stream';
import type { StreamLayout } from '../engines/engine.ts';
import { BuildError } from '../errors.ts';
import type { Source } from '../inputs/inputs.ts';
import type { Workspace } from '../ports.ts';
import { pieceBytes } from './blocks.ts';
import { directorySource } from './directory.ts';
import { fileBytes } from './bytes.ts';
import { findPlace, type Place } from './places.ts';

/** Counts while a stream is packed; read at any time. */
export interface PackProgress {
  /** Regular files packed so far. */
  files: number;
  /** Content bytes packed so far. */
  bytes: number;
  /** Content bytes in total; undefined where nobody knows before the end. */
  totalBytes: number | undefined;
  /** Files in total; undefined likewise. */
  totalFiles: number | undefined;
}

/** One stream for one container: bytes as they go to stdin. */
export interface StdinStream {
  /** Bytes in chunks of any size. Errors are BuildError('context'). Destroy it to stop packing and to close files. */
  readonly stream: Readable;
  readonly progress: PackProgress;
}

/** Files that travel beside the context in the image layout; ignored in the plain one. */
export interface StreamAuth {
  /** `auth/config.json`: a Docker configuration with logins, mode 0600. */
  readonly config?: Buffer;
  /** `auth/ca.crt`: PEM. */
  readonly ca?: Buffer;
}

/** Where a path of the context is. `unknown`: a link is on the way, or it cannot be read. */
export type Presence = 'sent' | 'ignored' | 'missing' | 'unknown';

/** What goes to stdin; each `open` starts from the beginning, so that a restart packs again. */
export interface StdinSource {
  /** Named in the log, for example `directory "." (3 entries kept out by .dockerignore)`. */
  readonly description: string;
  /** Text of the Dockerfile; empty for engines without one. */
  readonly dockerfile: string;
  /** Where the Dockerfile is, as the user would write it; absent for engines without one and inside of an archive. */
  readonly dockerfilePath?: string;
  /** Absent for bytes that are sent as they are: nothing is gained by reading them before the container runs. */
  readonly isPacked?: true;
  /** What else the log says of it, for example its heaviest directories. */
  readonly notes: readonly string[];
  /** Warnings that the user should read once, for example a socket that was left out. */
  readonly warnings: readonly string[];
  /** Whether a clean path, relative to the context, is sent. Absent for what is sent as it is. */
  readonly lookUp?: (path: string) => Presence;
  open(auth: StreamAuth): StdinStream;
}

/** What the inputs say about the stream. Paths are as written by the user. */
export interface SourceOptions {
  readonly source: Source;
  /** The Dockerfile; undefined means the one in the context. */
  readonly file: string | undefined;
  readonly layout: StreamLayout;
  /** 0 to 9. */
  readonly compressionLevel: number;
  /** Patterns behind those of the ignore file. */
  readonly excludes?: readonly string[];
  /** True: `.git/config` is sent with the logins in it. */
  readonly keepGitCredentials?: boolean;
  /** `SOURCE_DATE_EPOCH` of the environment: modification times after it become it. */
  readonly sourceDateEpoch: string | undefined;
}

/**
 * Finds what the inputs name and looks through it, so that what is wrong with it is said before any pod exists. Nothing is
 * packed before `open`.
 * @throws BuildError('context' or 'input')
 */
export async function createSource(
  options: SourceOptions,
  workspace: Workspace,
): Promise<StdinSource> {
  const { source } = options;
  if (source.kind === 'text') return textSource(source.text);
  if (source.kind === 'file') {
    return rawSource(findFile(source.path, 'stdin-file', workspace), source.path, workspace);
  }
  const latestSeconds = readSourceDateEpoch(options.sourceDateEpoch);
  const place = findPlace(source.path, ['.'], workspace);
  if (place === undefined) throw noContext(source.path);
  if (place.kind === 'directory') {
    return directorySource({ ...options, path: source.path, place, latestSeconds }, workspace);
  }
  if (!isArchiveName(source.path)) {
    throw new BuildError('context', `the context ${source.path} is a file, but no archive`, {
      hint: "Set 'context' to a directory, or to a file with the ending .tar, .tar.gz or .tgz.",
    });
  }
  if (options.layout === 'plain') return rawSource(place, source.path, workspace);
  // Reading archives takes a library that directories do not need.
  const { archiveSource } = await import('./archive.ts');
  return archiveSource({ ...options, path: source.path, place, latestSeconds }, workspace);
}

/** True for the endings that make a file a ready-made context. */
function isArchiveName(path: string): boolean {
  return /\.(?:tar|tar\.gz|tgz)$/i.test(path);
}

function textSource(text: string): StdinSource {
  const bytes = Buffer.from(text);
  return {
    description: `text of the input 'stdin' (${bytes.length} bytes)`,
    dockerfile: '',
    notes: [],
    warnings: [],
    open: () => ({
      stream: Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }),
      progress: { files: 0, bytes: bytes.length, totalBytes: bytes.length, totalFiles: 0 },
    }),
  };
}

/** A file byte for byte. */
function rawSource(place: Place, name: string, workspace: Workspace): StdinSource {
  const sizeBytes = workspace.stat(place.path)?.sizeBytes ?? 0;
  return {
    description: `file ${JSON.stringify(name)} (${sizeBytes} bytes, unchanged)`,
    dockerfile: '',
    notes: [],
    warnings: [],
    open: () => {
      const progress = { files: 0, bytes: 0, totalBytes: sizeBytes, totalFiles: 1 };
      const count = (bytes: number): void => {
        progress.bytes += bytes;
        if (progress.bytes === sizeBytes) progress.files = 1;
      };
      return {
        stream: Readable.from(fileBytes(place.path, workspace, count), {
          objectMode: false,
          highWaterMark: pieceBytes,
        }),
        progress,
      };
    },
  };
}

function findFile(path: string, input: string, workspace: Workspace): Place {
  const place = findPlace(path, ['.'], workspace);
  if (place?.kind === 'file') return place;
  throw new BuildError(
    'context',
    place === undefined
      ? `the file ${path} does not exist`
      : `${path} is a directory, but '${input}' takes a file`,
    { hint: `Correct the input '${input}'; its path is relative to the working directory.` },
  );
}

function noContext(path: string): BuildError {
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/|git@)/i.test(path)) {
    // The URL is not quoted: there may be a token in it.
    return new BuildError('context', 'the context is a URL, but Git URLs are not supported', {
      hint: "Check out the repository in a step before this one, and set 'context' to its directory.",
    });
  }
  return new BuildError('context', `the context ${path} does not exist`, {
    hint: "Correct the input 'context', relative to the working directory, and check out the repository in a step before this one.",
  });
}

/** Seconds since the epoch, see reproducible-builds.org. */
function readSourceDateEpoch(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const seconds = /^\d{1,11}$/.test(text) ? Number(text) : undefined;
  if (seconds !== undefined) return seconds;
  throw new BuildError(
    'input',
    `the environment variable SOURCE_DATE_EPOCH is ${JSON.stringify(text)}, which is no number of seconds`,
    { hint: 'Set it to whole seconds since 1970, for example by `git log -1 --format=%ct`.' },
  );
}
