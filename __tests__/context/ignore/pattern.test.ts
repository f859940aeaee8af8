import { describe, expect, test } from '@jest/globals';
import { compilePattern, PatternSyntaxError } from '../../../src/context/ignore/pattern.ts';

/** What Docker's matcher says to whole rules is in ignore.test.ts; these are the parts of the translation. */
describe('a glob matches', () => {
  test.each([
    { glob: 'a.b', yes: ['a.b'], no: ['axb', 'a.bc', 'x/a.b'] },
    { glob: '*.b', yes: ['.b', 'a.b'], no: ['a/x.b', 'axb'] },
    { glob: 'a?c', yes: ['abc', 'a\u{1f600}c'], no: ['ac', 'a/c'] },
    { glob: 'a/**', yes: ['a/b', 'a/b/c', 'a/'], no: ['a', 'b/a'] },
    { glob: '**/a', yes: ['a', 'b/a', 'c/b/a'], no: ['ba', 'a/b'] },
    { glob: 'a/**/b', yes: ['a/b', 'a/x/b', 'a/x/y/b'], no: ['a/xb', 'ab'] },
    { glob: '[^a]', yes: ['b'], no: ['a', 'bb'] },
    { glob: '[[:upper:]]', yes: ['A'], no: ['a', ':'] },
    { glob: '[\\d-f]', yes: ['1', '-', 'f'], no: ['e'] },
    { glob: '[[:^digit:]]', yes: ['a', '\u00e9'], no: ['1'] },
    { glob: '\\W', yes: ['-', '\u00e9'], no: ['a', '_'] },
    { glob: '\\x{1F600}', yes: ['\u{1f600}'], no: ['x'] },
    { glob: '\\x41*', yes: ['A', 'Ab'], no: ['x41'] },
    { glob: '\\pN?', yes: ['1a'], no: ['aa'] },
    { glob: '\\p{^Lu}', yes: ['a'], no: ['A'] },
    { glob: '\\Qa*\\E', yes: [], no: ['a*'] },
    { glob: 'a{2,3}?', yes: ['aab', 'aaab'], no: ['ab', 'a{2,3}b'] },
    { glob: '(a)+*', yes: ['(a)+', '(a)+b'], no: ['a', 'aa'] },
    // An expression with an alternative is anchored only on one side of each.
    { glob: 'a|b*', yes: ['a', 'ab', 'b', 'bc', 'xb'], no: ['x', 'xa'] },
  ])('$glob', ({ glob, yes, no }) => {
    const pattern = compilePattern(glob, false);
    expect(yes.filter((path) => !pattern.matches(path))).toEqual([]);
    expect(no.filter((path) => pattern.matches(path))).toEqual([]);
  });
});

describe('a malformed glob', () => {
  test.each([
    { glob: '[a', message: 'a bracket is not closed' },
    { glob: '[]', message: 'a bracket has a "]" where a character must be' },
    { glob: '[-a]', message: 'a bracket has a "-" where a character must be' },
    { glob: 'x[a*', message: 'a bracket is not closed' },
    { glob: 'x*[a', message: 'no error' },
    { glob: '\\', message: 'it ends with a backslash' },
  ])('$glob is seen at once as far as Go looks: $message', ({ glob, message }) => {
    let found = 'no error';
    try {
      compilePattern(glob, false);
    } catch (error) {
      if (!(error instanceof PatternSyntaxError)) throw error;
      found = error.message;
    }
    expect(found).toBe(message);
  });

  test.each([
    { glob: 'x*[a', message: 'a bracket is not closed' },
    { glob: '[z-a]', message: 'a range in brackets runs backwards' },
    { glob: 'a{3,2}*', message: '{3,2} is no valid repetition' },
    { glob: '*{2}', message: '{2} repeats nothing' },
    { glob: '\\y', message: '\\y means nothing' },
    { glob: '\\8', message: '\\8 means nothing' },
    { glob: '\\x{}', message: '\\x needs two digits, or a character in braces' },
    { glob: '\\p{Nothing}', message: '\\p{Nothing} is not known' },
    { glob: 'x[[:nothing:]]', message: '[:nothing:] is not known' },
  ])('$glob is seen once it is needed', ({ glob, message }) => {
    const pattern = compilePattern(glob, false);
    expect(() => pattern.matches('x')).toThrow(new PatternSyntaxError(message));
  });
});

test.each([
  { glob: 'a/b/c', directory: 'a/', expected: true },
  { glob: 'a/b/c', directory: 'a/b/', expected: true },
  { glob: 'a/b/c', directory: 'b/', expected: false },
  { glob: 'ab', directory: 'a/', expected: false },
  { glob: 'a/**', directory: 'a/', expected: true },
  { glob: 'a/**', directory: 'a/x/', expected: true },
  { glob: 'a/**', directory: 'b/', expected: false },
  { glob: '**/a', directory: 'x/', expected: true },
  { glob: 'a/*/c', directory: 'a/', expected: true },
  { glob: 'a/*/c', directory: 'b/', expected: false },
  { glob: '*', directory: 'x/', expected: true },
  { glob: 'a\\*', directory: 'a*/', expected: true },
  { glob: 'x|a/*', directory: 'a/', expected: true },
])('$glob can match below $directory: $expected', ({ glob, directory, expected }) => {
  expect(compilePattern(glob, true).canMatchBelow(directory)).toBe(expected);
});
