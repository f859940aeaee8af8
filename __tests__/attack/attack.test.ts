import { expect, test } from '@jest/globals';
import { attacks } from '../../attack/attacks.ts';
import { runAttack } from '../../attack/run.ts';

test('every attack has a name of its own', () => {
  const names = attacks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

for (const attack of attacks.filter(({ isCostly }) => isCostly !== true)) {
  test(
    attack.name,
    async () => {
      const { problem } = await runAttack(attack);
      expect(problem).toBeUndefined();
    },
    90_000,
  );
}
