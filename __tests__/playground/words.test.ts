import { describe, expect, test } from '@jest/globals';
import { expandWord, splitWords } from '../../playground/builder/words.ts';

const values: Readonly<Record<string, string>> = { A: 'a', SPACED: 'b c', EMPTY: '' };

function expand(word: string, escape = '\\'): string {
  return expandWord(word, (name) => values[name], escape);
}

describe('splitWords', () => {
  test.each([
    ['a  b\tc', ['a', 'b', 'c']],
    ['a="b c" d', ['a="b c"', 'd']],
    ["'a \" b' c", ["'a \" b'", 'c']],
    ['a\\ b c', ['a\\ b', 'c']],
    ['"a\\" b" c', ['"a\\" b"', 'c']],
    ['', []],
  ])('splits %j', (text, words) => {
    expect(splitWords(text, '\\')).toEqual(words);
  });
});

describe('expandWord', () => {
  test.each([
    ['$A-${A}', 'a-a'],
    ['$SPACED', 'b c'],
    ['"$A" \'$A\' \\$A', 'a $A $A'],
    ['"\\$A \\" \\n"', '$A " \\n'],
    ['$NONE.', '.'],
    ['${NONE:-x} ${EMPTY:-x} ${EMPTY-x} ${A:-x}', 'x x  a'],
    ['${NONE:+x} ${EMPTY:+x} ${EMPTY+x} ${A:+x}', '  x x'],
    ['${NONE:-${A}}', 'a'],
    ['$', '$'],
    ['a$1', 'a'],
  ])('makes %j to %j', (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  test('supports another escape character', () => {
    expect(expand('C:\\`$A', '`')).toBe('C:\\$A');
  });
});
