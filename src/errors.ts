import { show } from './text/show.ts';

/** The origin of a failure. `lost`: the pod, the connection or a registry was lost before a result, so the build is retried in a new pod. */
export type ErrorKind =
  'input' | 'context' | 'cluster' | 'pod' | 'attach' | 'build' | 'lost' | 'timeout' | 'cancelled';

/** Everything that is known about a failure apart from its kind and its message. */
export interface BuildErrorOptions {
  /** One imperative sentence that names an input, a permission or a field; absent when there is nothing to change. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** HTTP status of the response that reports the failure. */
  readonly code?: number | undefined;
  /** Kubernetes' reason for that status, for example NotFound; empty or undefined if the response is not from Kubernetes. */
  readonly reason?: string | undefined;
  /** The pause that the `Retry-After` header of that response asks for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** True if the same request can succeed later, because what it needs first, for example a token, is not available now. */
  readonly isTemporary?: boolean | undefined;
  /** Line of the Dockerfile that the failure is about, from 1. */
  readonly line?: number | undefined;
}

/** The one error class of the action. The message says what was tried and what happened, the hint says what to change. */
export class BuildError extends Error {
  readonly kind: ErrorKind;
  readonly hint: BuildErrorOptions['hint'];
  readonly code: BuildErrorOptions['code'];
  readonly reason: BuildErrorOptions['reason'];
  readonly retryAfterMs: BuildErrorOptions['retryAfterMs'];
  readonly isTemporary: boolean;
  readonly line: BuildErrorOptions['line'];

  constructor(kind: ErrorKind, message: string, options: BuildErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BuildError';
    this.kind = kind;
    this.hint = options.hint;
    this.code = options.code;
    this.reason = options.reason;
    this.retryAfterMs = options.retryAfterMs;
    this.isTemporary = options.isTemporary === true;
    this.line = options.line;
  }
}

/** A program that was ended because it did not answer in time, with its output so far. */
export class ProgramTimeout extends Error {
  readonly stdout: string;
  readonly stderr: string;

  constructor(timeoutMs: number, output: { readonly stdout: string; readonly stderr: string }) {
    super(`it did not answer within ${timeoutMs / 1_000} s`);
    this.name = 'ProgramTimeout';
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
}

/**
 * One line of text for anything that was thrown. The causes are appended if their text is not part of the message, for
 * example the `ECONNREFUSED` of a network error. Objects and stacks are never printed.
 */
export function describeError(error: unknown): string {
  if (!Error.isError(error)) return typeof error === 'string' ? error : 'unknown error';
  if (error.message === '' && 'errors' in error && Array.isArray(error.errors)) {
    return [...new Set(error.errors.map(describeError))].join('; ');
  }
  const message = error.message === '' ? error.name : withoutPath(error, error.message);
  if (error instanceof BuildError || error.cause === undefined) return message;
  const cause = describeError(error.cause);
  return message.includes(cause) ? message : `${message}: ${cause}`;
}

/** Errors of Node quote the path that they are about. It can come from an input, and have the value of another one. */
function withoutPath(error: Error, text: string): string {
  const path = 'path' in error && typeof error.path === 'string' ? error.path : '';
  return path === '' ? text : text.replaceAll(path, () => show(path));
}

/**
 * The stacks of an error and of all of its causes, in lines. Without their other fields, which can hold secrets.
 * @param seen errors that are not followed again: a cause can refer to itself.
 */
export function stackOf(error: unknown, seen: ReadonlySet<unknown> = new Set()): string {
  if (!Error.isError(error)) return describeError(error);
  if (seen.has(error)) return error.name;
  const inner: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const causes = error.cause === undefined ? inner : [...inner, error.cause];
  const own = withoutPath(error, error.stack ?? describeError(error));
  return [
    own,
    ...causes.map((cause) => `caused by ${stackOf(cause, new Set([...seen, error]))}`),
  ].join('\n');
}

/** The code of an error of Node's, for example `ENOENT`; undefined without one. */
export function errorCode(error: unknown): string | undefined {
  if (!Error.isError(error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True if the certificate of the server was rejected. */
export function isCertificateError(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(errorCode(error) ?? '') && !isTlsError(error);
}

/** True if the TLS handshake failed for another reason, for example because the server uses plain HTTP. */
export function isTlsError(error: unknown): boolean {
  return /^(?:ERR_SSL|ERR_TLS(?!_CERT)|EPROTO)/.test(errorCode(error) ?? '');
}

/** Anything that was thrown as a BuildError. Anything that is not one yet is a bug. */
export function toBuildError(error: unknown, doing: string): BuildError {
  if (error instanceof BuildError) return error;
  return new BuildError('build', `${doing} failed: ${describeError(error)}`, {
    hint: 'Please report this with the job log.',
    cause: error,
  });
}
