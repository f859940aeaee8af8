import { abortReason, toError } from './abort.ts';

/**
 * Waiting for a change of state, for any number of waiters. The owner of the state calls `notify` after each change; the tests
 * of all waiters run within that call, so no state is missed, even if it is short.
 */
export class Condition {
  readonly #waiters = new Set<() => void>();
  #failure: { readonly error: unknown } | undefined;

  /**
   * Resolves when the test is true, at once if it is true already.
   * @throws the signal's reason, the error of `fail`, or the error of the test.
   */
  until(test: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#waiters.delete(check);
        signal.removeEventListener('abort', check);
        settle();
      };
      const fail = (error: unknown): void => {
        end(() => {
          reject(toError(error));
        });
      };
      const check = (): void => {
        try {
          if (signal.aborted) fail(abortReason(signal));
          else if (test()) end(resolve);
          else if (this.#failure !== undefined) fail(this.#failure.error);
        } catch (error) {
          fail(error);
        }
      };
      this.#waiters.add(check);
      signal.addEventListener('abort', check);
      check();
    });
  }

  /** The state has changed: every waiter whose test is true now is resolved. */
  notify(): void {
    for (const check of [...this.#waiters]) check();
  }

  /** The state does not change any more: waiters whose test is false are rejected, present and future ones. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.notify();
  }
}
