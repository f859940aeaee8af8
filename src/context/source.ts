import type { Readable } from 'node:stream';

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
  /** Named in the log, for example `directory "." (3 files kept out by .dockerignore)`. */
  readonly description: string;
  /** Text of the Dockerfile; empty for engines without one. */
  readonly dockerfile: string;
  /** Warnings that the user should read once, for example a socket that was left out. */
  readonly warnings: readonly string[];
  open(auth: StreamAuth): StdinStream;
}
