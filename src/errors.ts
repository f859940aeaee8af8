/** Where a failure belongs. `lost`: the infrastructure took the pod or the stream away, so a restart makes sense. */
export type ErrorKind =
  'input' | 'context' | 'cluster' | 'pod' | 'attach' | 'build' | 'lost' | 'timeout' | 'cancelled';

/** The one error class of the action: what was being done and why it failed, and what the user can change. */
export class BuildError extends Error {
  readonly kind: ErrorKind;
  /** One imperative sentence that names an input, a right or a field; absent when there is nothing to change. */
  readonly hint: string | undefined;
  /** HTTP status of the answer that refused something; undefined without one. */
  readonly code: number | undefined;
  /** Kubernetes' word for that refusal, for example NotFound; empty or undefined where something else has answered. */
  readonly reason: string | undefined;
  /** Line of the Dockerfile that it is about, from 1. */
  readonly line: number | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    options: { hint?: string; cause?: unknown; code?: number; reason?: string; line?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BuildError';
    this.kind = kind;
    this.hint = options.hint;
    this.code = options.code;
    this.reason = options.reason;
    this.line = options.line;
  }
}

/**
 * One line of text for anything that was thrown. Follows `cause` where it says more than the message (a network error's
 * `ECONNREFUSED` hides there), and never prints an object dump or a stack.
 */
export function describeError(error: unknown): string {
  if (!Error.isError(error)) return typeof error === 'string' ? error : 'unknown error';
  if (error.message === '' && 'errors' in error && Array.isArray(error.errors)) {
    return [...new Set(error.errors.map(describeError))].join('; ');
  }
  const message = error.message === '' ? error.name : error.message;
  if (error instanceof BuildError || error.cause === undefined) return message;
  const cause = describeError(error.cause);
  return message.includes(cause) ? message : `${message}: ${cause}`;
}

/** The code of an error of Node's, for example `ENOENT`; undefined without one. */
export function errorCode(error: unknown): string | undefined {
  if (!Error.isError(error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** How long the server asked to be left alone, in milliseconds, if one of the causes says it. */
export function askedPauseMs(error: unknown): number | undefined {
  if (!Error.isError(error)) return undefined;
  if ('retryAfterMs' in error && typeof error.retryAfterMs === 'number') return error.retryAfterMs;
  return askedPauseMs(error.cause);
}

/** Whatever was thrown as a BuildError; what is none already is a defect of ours or of a library. */
export function toBuildError(error: unknown, doing: string): BuildError {
  if (error instanceof BuildError) return error;
  return new BuildError('build', `${doing} failed: ${describeError(error)}`, {
    hint: 'Please report this with the job log.',
    cause: error,
  });
}
