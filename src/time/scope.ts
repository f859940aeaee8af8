/** Work that ends when its signal is aborted. */
export type Work<T> = (signal: AbortSignal) => Promise<T>;

/**
 * The lifetime of concurrent work. `signal` is aborted with the reason of the outer signal, by a failure of the work that runs
 * in the scope, and at the end of the scope. A generator ends its scope in `finally`; other code uses `withScope`.
 */
export class Scope {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #outer: AbortSignal | undefined;
  readonly #abortWithOuter = (): void => {
    this.abort(this.#outer?.reason);
  };

  constructor(outer?: AbortSignal) {
    this.#outer = outer;
    outer?.addEventListener('abort', this.#abortWithOuter);
    if (outer?.aborted === true) this.#abortWithOuter();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Starts work that ends with the scope at the latest. A failure aborts the scope, with the failure as the reason.
   * @returns its result. May be ignored: a rejection counts as handled.
   */
  run<T>(work: Work<T>): Promise<T> {
    const running = start(work, this.signal);
    this.#running.add(running);
    running.then(
      () => this.#running.delete(running),
      (error: unknown) => {
        this.#running.delete(running);
        this.abort(error);
      },
    );
    return running;
  }

  /** Aborts the signal. Without effect if it is aborted already. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Aborts the signal and waits until all work has settled. Never rejects. */
  async end(): Promise<void> {
    this.#outer?.removeEventListener('abort', this.#abortWithOuter);
    this.abort(new Error('the work has ended'));
    await Promise.allSettled(this.#running);
  }
}

/**
 * Runs the body in a scope that ends with it: when this settles, everything that was started with `run` has settled.
 * @param outer aborts the scope, with its reason.
 */
export async function withScope<T>(
  outer: AbortSignal | undefined,
  body: (scope: Scope) => Promise<T>,
): Promise<T> {
  const scope = new Scope(outer);
  try {
    return await body(scope);
  } finally {
    await scope.end();
  }
}

/** An error before the first `await` of the work is a rejection too. */
async function start<T>(work: Work<T>, signal: AbortSignal): Promise<T> {
  return work(signal);
}
