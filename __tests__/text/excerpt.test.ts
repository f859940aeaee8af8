import { expect, test } from '@jest/globals';
import { excerpt } from '../../src/text/excerpt.ts';

test.each([
  { name: 'nothing of a text that fits', text: 'words', longest: 5, expected: 'words' },
  { name: 'a longer text', text: 'words', longest: 4, expected: 'word…' },
  {
    name: 'ahead of a character of two code units that does not fit',
    text: 'wo\u{1F600}ds',
    longest: 3,
    expected: 'wo…',
  },
  {
    name: 'after a character of two code units that fits',
    text: 'wo\u{1F600}ds',
    longest: 4,
    expected: 'wo\u{1F600}…',
  },
])('cuts $name', ({ text, longest, expected }) => {
  expect(excerpt(text, longest)).toBe(expected);
});

test('cuts after 2,000 characters by default', () => {
  expect(excerpt('x'.repeat(2_001))).toBe(`${'x'.repeat(2_000)}…`);
});
