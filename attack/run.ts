import { describeError } from '../src/errors.ts';
import type { Attack } from './attack.ts';

/** How one attack ended. */
export interface AttackResult {
  readonly attack: Attack;
  /** What was seen instead of the promise; undefined if the promise was kept. */
  readonly problem: string | undefined;
  readonly ms: number;
}

/** An attack that has not ended after this time has succeeded. */
const attackLimitMs = 60_000;

/** Runs one attack. Never rejects. */
export async function runAttack(attack: Attack): Promise<AttackResult> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(attackLimitMs);
  const ended = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error(`did not end within ${attackLimitMs / 1_000} s`));
    });
  });
  let problem: string | undefined;
  try {
    await Promise.race([attack.run(signal), ended]);
  } catch (error) {
    problem = describeError(error);
  }
  return { attack, problem, ms: performance.now() - startedAt };
}
