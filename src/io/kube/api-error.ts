import { excerpt } from '../../text/excerpt.ts';
import { fieldsOf, parseJson, text } from '../../text/json.ts';

/** A response with an HTTP status other than 2xx. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly code: number;
  /** `reason` of the Status object: NotFound, AlreadyExists, Forbidden, …; empty without a Status. */
  readonly reason: string;
  /** Value of `Retry-After` in milliseconds; undefined without the header. */
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
 * A 2xx response that is not from Kubernetes, or that is incomplete: a proxy or gateway in front of the
 * API server has sent it. A retry can succeed.
 */
export class NonKubernetesResponse extends Error {
  /**
   * @param mismatch what is wrong with the response, for example `not JSON`.
   * @param body is quoted in the message.
   */
  constructor(mismatch: string, body = '') {
    const quote = quoteBody(body, 80);
    super(`unexpected response (${mismatch})${quote === '' ? '' : `: ${quote}`}`);
    this.name = 'NonKubernetesResponse';
  }
}

/** The error of a response: the message of the Status object, else the beginning of the body. */
export function readApiError(code: number, body: string, retryAfter: string | undefined): ApiError {
  const status = readStatus(body);
  const seconds = Number(retryAfter);
  const retryAfterMs = retryAfter !== undefined && seconds >= 0 ? seconds * 1_000 : undefined;
  const quote = quoteBody(body, 200);
  const message = status?.message ?? (quote === '' ? `HTTP ${code}` : `HTTP ${code}: ${quote}`);
  return new ApiError(code, status?.reason ?? '', message, retryAfterMs);
}

/** Reads a `metav1.Status`; undefined for anything else. */
function readStatus(
  body: string,
): { readonly reason: string; readonly message: string } | undefined {
  const { message, reason } = fieldsOf(parseJson(body));
  if (typeof message !== 'string') return undefined;
  return { reason: text(reason) ?? '', message: excerpt(message) };
}

export function isApiError(error: unknown, ...codes: readonly number[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

/** True if Kubernetes reports that the object does not exist; false for the 404 page of a gateway. */
export function isNotFound(error: unknown): boolean {
  return isApiError(error, 404) && error.reason === 'NotFound';
}

/** Redirects are not followed, because that would send the credentials to another server. */
export function redirectError(code: number, location = 'an unknown address'): ApiError {
  return new ApiError(
    code,
    'Redirect',
    `the server redirects to ${excerpt(location)}; redirects are not followed`,
  );
}

/** The beginning of a body in one line. */
function quoteBody(body: string, mostCharacters: number): string {
  return excerpt(body.replace(/\s+/g, ' ').trim(), mostCharacters);
}
