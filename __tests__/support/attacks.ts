import { expect, test } from '@jest/globals';
import { attacks } from '../../attack/attacks.ts';
import { runAttack } from '../../attack/run.ts';
import type { Attack } from '../../attack/attack.ts';

/** Defines a test for each of these attacks that takes little time. */
export function testAttacks(isWanted: (attack: Attack) => boolean): void {
  for (const attack of attacks.filter(isWanted)) {
    if (attack.isCostly === true) continue;
    test(
      attack.name,
      async () => {
        const { problem } = await runAttack(attack);
        expect(problem).toBeUndefined();
      },
      90_000,
    );
  }
}
