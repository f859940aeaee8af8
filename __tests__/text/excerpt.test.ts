import { expect, test } from '@jest/globals';
import { excerpt } from '../../src/text/excerpt.ts';

test.each([
  { name: 'a text that fits', text: 'words', longest: 5, expected: 'words' },
  { name: 'a longer one', text: 'words', longest: 4, expected: 'word…' },
  { name: 'a character that does not fit', text: 'wo\u{1F600}ds', longest: 3, expected: 'wo…' },
  { name: 'a character that fits', text: 'wo\u{1F600}ds', longest: 4, expected: 'wo\u{1F600}…' },
])('cuts $name', ({ text, longest, expected }) => {
  expect(excerpt(text, longest)).toBe(expected);
});

test('2,000 characters are enough for the words of others', () => {
  expect(excerpt('x'.repeat(2_001))).toBe(`${'x'.repeat(2_000)}…`);
});
