/** Why the signal was aborted. Its reason may be any value; a promise is rejected with an error. */
export function abortReason({ reason }: AbortSignal): Error {
  return toError(reason);
}

/** Errors as they are; any other value as the text of an error. */
export function toError(value: unknown): Error {
  return Error.isError(value) ? value : new Error(String(value));
}

/** The result of the work, or the signal's reason as soon as it is aborted. The work itself is not stopped. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(abortReason(signal));
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}

/** Resolves when `awaited` is aborted. @throws the reason of `signal` if that is aborted first. */
export function untilAborted(awaited: AbortSignal, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      if (signal.aborted) reject(abortReason(signal));
      else if (awaited.aborted) resolve();
      else return;
      awaited.removeEventListener('abort', settle);
      signal.removeEventListener('abort', settle);
    };
    awaited.addEventListener('abort', settle);
    signal.addEventListener('abort', settle);
    settle();
  });
}
