import { describe, expect, test } from '@jest/globals';
import { PatternSyntaxError } from '../../../src/context/ignore/glob-syntax.ts';
import { compilePattern } from '../../../src/context/ignore/pattern.ts';

/** The verdicts of Docker's matcher on whole ignore files are in rules.test.ts; these are the parts of the translation. */
describe('a glob matches', () => {
  test.each([
    { glob: 'a.b', yes: ['a.b'], no: ['axb', 'a.bc', 'x/a.b'] },
    { glob: '*.b', yes: ['.b', 'a.b'], no: ['a/x.b', 'axb'] },
    { glob: 'a?c', yes: ['abc', 'a\u{1f600}c'], no: ['ac', 'a/c'] },
    { glob: 'a/**', yes: ['a/b', 'a/b/c', 'a/'], no: ['a', 'b/a'] },
    { glob: '**/a', yes: ['a', 'b/a', 'c/b/a'], no: ['ba', 'a/b'] },
    { glob: '*', yes: ['a', 'a\nb'], no: ['a/b'] },
    { glob: '*a', yes: ['a', 'aa', 'ba'], no: ['ab', 'b/a'] },
    { glob: '*a*a', yes: ['aa', 'bab.a'], no: ['a', 'ba', 'a/a'] },
    { glob: 'ab*ba', yes: ['abba', 'ab-ba'], no: ['aba', 'ab/ba'] },
    { glob: 'a*/b*c', yes: ['a/bc', 'ax/bxc'], no: ['a/x/bc', 'a/b/c'] },
    { glob: '*a*', yes: ['a', 'xax'], no: ['x', 'x/a', 'a/x'] },
    { glob: '**/*.b', yes: ['.b', 'a.b', 'x/y/a.b'], no: ['a.b/c', 'x\ny/a.b'] },
    { glob: '**a*', yes: ['a', 'ab', 'x/ab'], no: ['xab', 'ab/x'] },
    { glob: '**/a/*b', yes: ['a/b', 'x/a/bb'], no: ['b', 'xa/b', 'a/x/b'] },
    { glob: '**/a*/**', yes: ['a/b', 'x/ab/c/d'], no: ['a', 'x/a', 'xa/b'] },
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
  ])('$glob', async ({ glob, yes, no }) => {
    const pattern = await compilePattern(glob, false);
    expect(yes.filter((path) => !pattern.matches(path))).toEqual([]);
    expect(no.filter((path) => pattern.matches(path))).toEqual([]);
  });
});

describe('a malformed glob', () => {
  test.each([
    { glob: '[a', message: 'missing closing ]' },
    { glob: '[]', message: 'unexpected ] in a character class, write \\]' },
    { glob: '[-a]', message: 'unexpected - in a character class, write \\-' },
    { glob: 'x[a*', message: 'missing closing ]' },
    { glob: '\\', message: 'trailing backslash at end of pattern' },
  ])('$glob is refused when it is read: $message', async ({ glob, message }) => {
    await expect(compilePattern(glob, false)).rejects.toThrow(new PatternSyntaxError(message));
  });

  test.each([
    { glob: 'x*[a', message: 'missing closing ]: `[a$`' },
    { glob: '[z-a]', message: 'invalid character class range: `z-a`' },
    { glob: 'a{3,2}*', message: 'invalid repeat count: `{3,2}`' },
    { glob: '*{2}', message: 'invalid nested repetition operator: `*{2}`' },
    { glob: '\\y', message: 'invalid escape sequence: `\\y`' },
    { glob: '\\8', message: 'invalid escape sequence: `\\8`' },
    { glob: '\\x{}', message: 'invalid escape sequence: `\\x{}`' },
    { glob: '\\p{Nothing}', message: 'invalid character class range: `\\p{Nothing}`' },
    { glob: 'x[[:nothing:]]', message: 'invalid character class range: `[:nothing:]`' },
  ])('$glob is refused when it is first used: $message', async ({ glob, message }) => {
    const pattern = await compilePattern(glob, false);
    expect(() => pattern.matches('x')).toThrow(
      new PatternSyntaxError(`error parsing regexp: ${message}`),
    );
  });
});

describe('the time of a match is linear in the length of the path', () => {
  /** Milliseconds of the fastest of several rounds, so that other processes do not count. */
  function fastest(run: () => void): number {
    const rounds = Array.from({ length: 7 }, () => {
      const start = performance.now();
      for (let count = 0; count < 10; count += 1) run();
      return performance.now() - start;
    });
    return Math.min(...rounds);
  }

  test.each([
    { glob: '*a*a*a*a*a*a*a*b', of: 'a', end: '' },
    { glob: '*a*a*a*a*a*a*a*b', of: 'a', end: '/b' },
    { glob: '*aab*aab*aab*b', of: 'a', end: 'b' },
    { glob: '**/*a*a*a*a*a*a*b', of: 'a/', end: 'b' },
    { glob: '?*?*?*?*?*?*?*?*b', of: 'a', end: 'b/' },
    { glob: '*[a]*[a]*[a]*[a]*[a]*b', of: 'a', end: '/b' },
    { glob: '*[ab]*[ab]*[ab]*[ab]*[ab]*b', of: 'ab', end: '/b' },
    { glob: 'a/**/a/**/a/**/a/**/c/b', of: 'a/', end: 'b/c/b/b' },
    { glob: '**/*a*/**/*a*/**/*a*/**/b', of: 'a/', end: 'b/a' },
    { glob: 'a{0,9}a{0,9}a{9}*b', of: 'a', end: '/b' },
  ])('$glob and a path of many $of before $end', async ({ glob, of, end }) => {
    const pattern = await compilePattern(glob, false);
    const short = of.repeat(2_000) + end;
    const long = of.repeat(16_000) + end;
    expect([pattern.matches(short), pattern.matches(long)]).toEqual([false, false]);
    const shortMs = fastest(() => pattern.matches(short));
    const longMs = fastest(() => pattern.matches(long));
    // Eight times the length takes eight times as long if the time is linear, and 64 times if it is quadratic.
    expect(longMs).toBeLessThan(30 * Math.max(shortMs, 0.2));
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
])('$glob can match below $directory: $expected', async ({ glob, directory, expected }) => {
  const pattern = await compilePattern(glob, true);
  expect(pattern.canMatchBelow(directory)).toBe(expected);
});
