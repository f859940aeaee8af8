import { setImmediate } from 'node:timers/promises';

/** Work of this length is not noticed: a signal of the runner is handled after it. */
const longestMs = 25;

/**
 * Lets the event loop turn during long work on files that anyone may have written, so that the job can be cancelled and time
 * limits apply. Between two turns the work must call `take` often enough.
 */
export class Turns {
  readonly #signal: AbortSignal;
  #dueAtMs = performance.now() + longestMs;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * Undefined while no turn is due: callers then continue without awaiting, which is faster.
   * @returns a promise that rejects with the signal's reason if it is aborted.
   */
  take(): Promise<void> | undefined {
    return performance.now() < this.#dueAtMs ? undefined : this.#turn();
  }

  async #turn(): Promise<void> {
    await setImmediate();
    this.#signal.throwIfAborted();
    this.#dueAtMs = performance.now() + longestMs;
  }
}
