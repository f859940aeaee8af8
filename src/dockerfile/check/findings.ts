/**
 * Whether a path is in the context: sent to the builder, sent as a symbolic link, excluded by .dockerignore or 'excludes',
 * withheld because it has credentials, or missing. `unknown` if a symbolic link is on the way, or if the path cannot be read.
 */
export type Presence = 'sent' | 'link' | 'ignored' | 'withheld' | 'missing' | 'unknown';

/** Looks up a clean path, relative to the context. */
export type LookUp = (path: string) => Presence;

/** Whether the name of a file or directory that is sent begins with a text. */
export type HasPrefix = (prefix: string) => boolean;

export interface DockerfileProblem {
  readonly message: string;
  readonly hint: string;
  /** From 1. */
  readonly line: number;
}

export interface DockerfileFindings {
  /** Each would fail the build, or make an image that is wrong without a sign of it. */
  readonly problems: readonly DockerfileProblem[];
  /** One for each kind. The message names the line. */
  readonly warnings: readonly DockerfileProblem[];
  /** For the log: why the Dockerfile is not checked. */
  readonly notes: readonly string[];
}
