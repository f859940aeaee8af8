import { BuildError, isCertificateError, isTlsError } from '../../errors.ts';
import { fieldsOf, parseJson, text } from '../../text/json.ts';
import { oneLine } from '../../text/one-line.ts';
import { ProxyError } from '../proxy/proxy-error.ts';
import { readRetryAfter, type RetryAfterHeaders } from '../../time/retry-after.ts';

const longestReason = 256;

/** A response with an HTTP status other than 2xx. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly code: number;
  /** `reason` of the Status object: NotFound, AlreadyExists, Forbidden, …, or Unknown; empty without a Status. */
  readonly reason: string;
  /** See readRetryAfter. */
  readonly retryAfterMs: number | undefined;

  constructor(code: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A response to the request for a WebSocket that refuses it. */
export class UpgradeRefusal extends ApiError {}

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
export function readApiError(code: number, body: string, headers: RetryAfterHeaders): ApiError {
  const status = readStatus(body);
  const quote = quoteBody(body, 200);
  const message = status?.message ?? (quote === '' ? `HTTP ${code}` : `HTTP ${code}: ${quote}`);
  return new ApiError(code, status?.reason ?? '', message, readRetryAfter(headers));
}

/** Reads a `metav1.Status`, or the message in the JSON of another server, which has no reason; undefined for anything else. */
function readStatus(
  body: string,
): { readonly reason: string; readonly message: string } | undefined {
  const { kind, message, reason } = fieldsOf(parseJson(body));
  if (typeof message !== 'string') return undefined;
  const given = (text(reason) ?? '').slice(0, longestReason);
  return {
    reason: kind === 'Status' ? given || 'Unknown' : '',
    message: oneLine(message),
  };
}

export function isApiError(error: unknown, ...codes: readonly number[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

/** True if Kubernetes reports that the object does not exist; false for the 404 page of a gateway. */
export function isNotFound(error: unknown): boolean {
  return isApiError(error, 404) && error.reason === 'NotFound';
}

/** True for a failure that a retry can resolve: of the network, or of a busy or unavailable server, that of the tokens included. */
export function isTransient(error: unknown): boolean {
  // The credentials could not be loaded.
  if (error instanceof BuildError) return error.isTemporary;
  if (error instanceof ProxyError) return error.isTemporary;
  if (error instanceof ApiError) {
    return error.code === 429 || (error.code >= 500 && error.code !== 501);
  }
  return !isTlsError(error) && !isCertificateError(error);
}

/** Redirects are not followed, because that would send the credentials to another server. */
export function redirectError(code: number, location = 'an unknown address'): ApiError {
  return new ApiError(
    code,
    'Redirect',
    `the server redirects to ${oneLine(location)}; redirects are not followed`,
  );
}

/** More than enough for a quote, also of a page that begins with empty lines. */
const longestStart = 10_000;

/** The beginning of a body in one line; empty for binary data. */
function quoteBody(body: string, mostCharacters: number): string {
  const quote = oneLine(body.slice(0, longestStart).replace(/\s+/g, ' ').trim(), mostCharacters);
  return quote.includes('\uFFFD') ? '' : quote;
}
