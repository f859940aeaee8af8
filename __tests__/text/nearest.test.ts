import { expect, test } from '@jest/globals';
import { findNearest, suggest } from '../../src/text/nearest.ts';

const words = ['never', 'on-failure', 'always'];

test.each([
  { word: 'nevr', nearest: 'never' },
  { word: 'onfailure', nearest: 'on-failure' },
  { word: 'ALWAYS', nearest: 'always' },
  // One edit of five characters is within a third, two are not.
  { word: 'nexxr', nearest: undefined },
  { word: '', nearest: undefined },
])('the nearest word to "$word" is $nearest', ({ word, nearest }) => {
  expect(findNearest(word, words)).toBe(nearest);
});

test('a short word may differ by one edit', () => {
  expect(findNearest('x', ['y'])).toBe('y');
});

test('the first of two words with the same number of edits is the nearest', () => {
  expect(findNearest('cat', ['bat', 'hat'])).toBe('bat');
});

test.each([
  { word: 'nevr', words, hint: 'Use never.' },
  { word: 'sometimes', words, hint: 'Use one of: never, on-failure, always.' },
  { word: 'sometimes', words: ['never'], hint: 'Use never.' },
])('suggests for "$word": $hint', ({ word, words, hint }) => {
  expect(suggest(word, words)).toBe(hint);
});

test('compares no words whose lengths differ too much, and no long ones', () => {
  expect(findNearest('a'.repeat(201), ['a'.repeat(202)])).toBeUndefined();
  expect(findNearest('something', ['something-else-entirely'])).toBeUndefined();
});

test('lists the first of many words', () => {
  const words = Array.from({ length: 40 }, (_, index) => `word-number-${index}`);
  expect(suggest('x', words)).toBe(`Use one of: ${words.slice(0, 30).join(', ')}, and 10 more.`);
});
