import type { Readable } from 'node:stream';
import type { Presence } from '../dockerfile/check.ts';
import type { StreamLayout } from '../engines/engine.ts';
import type { Source } from '../inputs/inputs.ts';

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

/** What goes to stdin; each `open` starts from the beginning, so that a restart packs again. */
export interface StdinSource {
  /** Named in the log, for example `directory "." (3 entries excluded by .dockerignore)`. */
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
