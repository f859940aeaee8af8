import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 100;

/**
 * Asks again and again until there is an answer; a question that fails is asked again too.
 * @throws after `timeoutMs`, with what was waited for and the last failure.
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
