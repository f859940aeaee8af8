import { expect, test } from '@jest/globals';
import { attacks } from '../../attack/attacks.ts';
import { testAttacks } from '../support/attacks.ts';

test('every attack has a name of its own', () => {
  const names = attacks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

testAttacks(({ name }) => !name.startsWith('server / '));
