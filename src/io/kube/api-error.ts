import { excerpt } from '../../text/excerpt.ts';
import { fieldsOf, parseJson, text } from '../../text/json.ts';

/** An answer of the API server that is no success. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly code: number;
  /** `reason` of the Status object: NotFound, AlreadyExists, Forbidden, …; empty if the body was none. */
  readonly reason: string;
  /** What `Retry-After` asks for; undefined without the header. */
  readonly retryAfterMs: number | undefined;

  constructor(code: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * An answer with a status of success that is none of Kubernetes': something before the API server has given it, or it has
 * been cut. Asking again may get another one.
 */
export class NonKubernetesResponse extends Error {
  /** @param what it is instead. */
  constructor(what: string) {
    super(`the server answered with ${what}`);
    this.name = 'NonKubernetesResponse';
  }
}

/** The server's own words: the message of a Status object, else the beginning of whatever the body is. */
export function readApiError(code: number, body: string, retryAfter: string | undefined): ApiError {
  const status = readStatus(body);
  const seconds = Number(retryAfter);
  const retryAfterMs = retryAfter !== undefined && seconds >= 0 ? seconds * 1_000 : undefined;
  const words = excerpt(body.replace(/\s+/g, ' ').trim(), 200);
  const message = status?.message ?? (words === '' ? `HTTP ${code}` : `HTTP ${code}: ${words}`);
  return new ApiError(code, status?.reason ?? '', message, retryAfterMs);
}

/** `metav1.Status` as it comes in bodies and on the attach status channel; undefined for anything else. */
export function readStatus(
  body: string,
): { readonly reason: string; readonly message: string } | undefined {
  const { message, reason } = fieldsOf(parseJson(body));
  if (typeof message !== 'string') return undefined;
  return { reason: text(reason) ?? '', message: excerpt(message) };
}

export function isApiError(error: unknown, ...codes: readonly number[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

/** The cluster's own word that a thing does not exist; a gateway's page with that status is none. */
export function isNotFound(error: unknown): boolean {
  return isApiError(error, 404) && error.reason === 'NotFound';
}

/** Following it would carry the token elsewhere. */
export function redirectError(code: number, location = 'nowhere'): ApiError {
  return new ApiError(
    code,
    'Redirect',
    `the server redirects to ${excerpt(location)}, which is never followed`,
  );
}
