export interface BackoffOptions {
  /** The first pause; each further one is twice as long. */
  readonly firstMs: number;
  /** No pause is longer, except if Retry-After asks for more. */
  readonly longestMs: number;
  /** The share of each pause that is random, from 0 to 1; default 0. With 0.5 a pause is between half and all of its length. */
  readonly jitter?: number;
  /** A number from 0 up to 1; default Math.random. */
  readonly random?: () => number;
}

/** An overloaded server sends the same Retry-After to all clients, so the retries are spread over at least this time. */
const spreadMs = 1_000;

/** Pauses between attempts: exponential, limited, with jitter so that many clients do not retry at the same moment. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #jitter: number;
  readonly #random: () => number;
  #attempts = 0;

  constructor({ firstMs, longestMs, jitter = 0, random = Math.random }: BackoffOptions) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#jitter = jitter;
    this.#random = random;
  }

  /**
   * The pause before the next attempt, in milliseconds.
   * @param askedMs the pause that the server requested, if any: the result is never shorter, even if `longestMs` is.
   */
  next(askedMs?: number): number {
    const pauseMs = Math.min(this.#longestMs, this.#firstMs * 2 ** this.#attempts);
    this.#attempts++;
    return askedMs === undefined
      ? pauseMs * (1 - this.#jitter * this.#random())
      : askedMs + Math.max(pauseMs, spreadMs) * this.#random();
  }

  /** An attempt has succeeded: the next pause is the first one again. */
  reset(): void {
    this.#attempts = 0;
  }
}
