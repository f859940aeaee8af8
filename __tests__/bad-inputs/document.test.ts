import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { failuresPath, renderFailures } from '../../scripts/failures.ts';
import { chapters } from './chapters.ts';

test('docs/failures.md has every sentence', () => {
  // Repair it with: node scripts/failures.ts
  expect(readFileSync(failuresPath, 'utf8')).toBe(renderFailures(chapters));
});

test('every mistake has a unique name', () => {
  const names = chapters.flatMap(({ cases }) => cases.map(({ name }) => name));
  expect(names).toEqual([...new Set(names)]);
});
