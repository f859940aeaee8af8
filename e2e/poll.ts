import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 100;

/**
 * Asks again and again until there is an answer.
 * @throws after `timeoutMs`, with what was waited for.
 */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const endsAt = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= endsAt) throw new Error(`not within ${timeoutMs / 1_000} s: ${what}`);
    await sleep(pauseMs);
  }
}
