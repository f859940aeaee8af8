import type { Readable } from 'node:stream';
import type { HasPrefix, Presence } from '../dockerfile/check/findings.ts';
import type { LineEdit } from '../dockerfile/edit.ts';
import type { StreamLayout } from '../engines/engine.ts';
import type { Source } from '../inputs/inputs.ts';
import type { WorkflowFiles } from './workflow-files.ts';

/** Counters of a stream, updated while it is packed. */
export interface PackProgress {
  /** Regular files packed so far. */
  files: number;
  /** Content bytes packed so far. */
  bytes: number;
  /** Content bytes in total; undefined if the total is unknown before the end. */
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

/** What the image layout sends in addition to the context, and how its Dockerfile is changed. The plain layout ignores it. */
export interface StreamParts {
  /** `auth/config.json`: a Docker configuration with credentials, mode 0600. */
  readonly config?: Buffer;
  /** `auth/ca.crt`: PEM. */
  readonly ca?: Buffer;
  /** Changes of `meta/Dockerfile`. The Dockerfile in the context, if it is there, is sent as it is. */
  readonly edits?: readonly LineEdit[];
}

/** The source of the bytes for stdin. Each `open` packs from the beginning, so that a new pod gets the whole stream. */
export interface StdinSource {
  /** Named in the log, for example `directory "." (3 entries excluded by .dockerignore)`. */
  readonly description: string;
  /** Text of the Dockerfile as the user wrote it; empty for engines without one. */
  readonly dockerfile: string;
  /** Path of the Dockerfile, as the user would write it. Absent for engines without one and for archives. */
  readonly dockerfilePath?: string;
  /** Absent for bytes that are sent unchanged: reading them before the container runs saves no time. */
  readonly isPacked?: true;
  /** Further lines for the log, for example the heaviest directories. */
  readonly notes: readonly string[];
  /** Warnings for the user, for example about a socket that is not sent. */
  readonly warnings: readonly string[];
  /** Whether a clean path, relative to the context, is sent. Absent for bytes that are sent unchanged. */
  readonly lookUp?: (path: string) => Presence;
  /** Whether the path of an entry that is sent begins with a text. Absent with `lookUp`. */
  readonly hasPrefix?: HasPrefix;
  open(parts: StreamParts): StdinStream;
}

/** The inputs that determine the stream. Paths are as the user wrote them. */
export interface SourceOptions {
  readonly source: Source;
  /** The Dockerfile; undefined means the one in the context. */
  readonly file: string | undefined;
  readonly layout: StreamLayout;
  /** 0 to 9. */
  readonly compressionLevel: number;
  /** Patterns that follow those of the ignore file. */
  readonly excludes?: readonly string[];
  /** True: the files of git are sent with the credentials in them. */
  readonly keepGitCredentials?: boolean;
  /** Files with credentials of the workflow, which are not sent; undefined sends them. */
  readonly workflowFiles?: WorkflowFiles | undefined;
  /** The environment variable `SOURCE_DATE_EPOCH`. It replaces modification times that are later. */
  readonly sourceDateEpoch: string | undefined;
}
