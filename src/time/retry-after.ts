/** The headers of a response that this reads; names in lower case, as Node has them. */
export interface RetryAfterHeaders {
  readonly 'retry-after'?: string | undefined;
  readonly date?: string | undefined;
}

/**
 * No pause is longer, whatever a server asks for. An overloaded API server asks for one second. The limits within which
 * requests are repeated are 30 s and more, so each of them has room for several attempts.
 */
export const longestRetryAfterMs = 10_000;

/** The one form of an HTTP date that servers may send. */
const httpDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * The pause that a response asks for, in milliseconds from 0 to `longestRetryAfterMs`; undefined without one, or if it cannot be
 * read. A date is compared with the time of the same server: the clock of the runner may be wrong.
 */
export function readRetryAfter(headers: RetryAfterHeaders): number | undefined {
  const { 'retry-after': asked = '', date = '' } = headers;
  if (/^\d+$/.test(asked)) return clamp(Number(asked) * 1_000);
  if (!httpDate.test(asked) || !httpDate.test(date)) return undefined;
  const pauseMs = Date.parse(asked) - Date.parse(date);
  return Number.isNaN(pauseMs) ? undefined : clamp(pauseMs);
}

function clamp(ms: number): number {
  return Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
