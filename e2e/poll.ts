import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 100;

/**
 * Calls `ask` until it returns a value. It is called again after an error, too.
 * @param what condition for the message of the error, for example "the pod is deleted".
 * @throws after `timeoutMs`, with the last error of `ask` as its cause.
 */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const endsAt = Date.now() + timeoutMs;
  let failure: unknown;
  for (;;) {
    try {
      failure = undefined;
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= endsAt)
      throw new Error(`not within ${timeoutMs / 1_000} s: ${what}`, { cause: failure });
    await sleep(pauseMs);
  }
}
