import { describeError } from '../../errors.ts';

/** One HTTP request that was sent. Without headers and bodies, because they can contain secrets. */
export interface SentRequest {
  readonly method: string;
  /** Path with query, for example `/api/v1/namespaces/ci/pods?watch=true`. */
  readonly path: string;
  /** HTTP status of the response, or the error that ended the request without one. */
  readonly outcome: number | Error;
  /** Milliseconds until the head of a successful response, the end of a refusal, or the error. */
  readonly durationMs: number;
}

/** Called once for each request when its outcome is known; a retry is a separate request. */
export type RequestObserver = (request: SentRequest) => void;

/**
 * Observer that prints a line for each request, for example
 * `GET /api/v1/namespaces/ci/pods/kbp-x: 200 after 12 ms`.
 * @param print a rejection is ignored: the next message to the job log fails for the same reason.
 */
export function logRequests(print: (line: string) => Promise<void>): RequestObserver {
  return ({ method, path, outcome, durationMs }) => {
    const result = typeof outcome === 'number' ? String(outcome) : describeError(outcome);
    print(`${method} ${path}: ${result} after ${durationMs} ms`).catch(() => undefined);
  };
}
