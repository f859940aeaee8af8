import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { IgnoreRules, type ParentMatches } from '../../../src/context/ignore/rules.ts';
import { BuildError } from '../../../src/errors.ts';
import { failureOf } from '../../support/failure.ts';

/**
 * The verdicts of github.com/moby/patternmatcher v0.6.1, recorded by a program that calls ignorefile.ReadAll, New and
 * MatchesUsingParentResults as BuildKit does. Of an error, only its presence is compared.
 */
type RecordedCase =
  | {
      readonly rule: string;
      readonly ignore: string;
      readonly excluded: readonly string[];
      readonly kept: readonly string[];
    }
  | {
      readonly rule: string;
      readonly ignore: string;
      readonly error: string;
      readonly paths: readonly string[];
    };

/** The rule of the recorded patterns that only Go 1.25 and later accept; re2js refuses them, as earlier versions of Go do. */
const looseClasses = 'Unicode classes that only Go 1.25 accepts';

const recorded = JSON.parse(
  readFileSync(new URL('../../fixtures/ignore-cases.json', import.meta.url), 'utf8'),
) as readonly RecordedCase[];

/** The verdict for each path. The result of a directory is passed on to the paths below it. */
async function judge(
  ignore: string,
  paths: readonly string[],
): Promise<{ readonly excluded: readonly string[]; readonly unread: readonly string[] }> {
  const rules = await IgnoreRules.read(ignore, '.dockerignore');
  const matchesOf = new Map<string, ParentMatches>();
  const excluded: string[] = [];
  const unread: string[] = [];
  // Parents come first in this order.
  for (const path of [...paths].sort()) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const result = rules.test(path, matchesOf.get(parent));
    matchesOf.set(path, result.matches);
    if (!result.excluded) continue;
    excluded.push(path);
    if (!rules.canKeepBelow(path, result.matches)) unread.push(path);
  }
  return { excluded, unread };
}

describe('the verdicts of Docker', () => {
  const cases = recorded.map((one, index) => ({
    title: `${index + 1}, ${one.rule}: ${JSON.stringify(one.ignore)}`,
    ...one,
  }));

  test('are recorded for every rule', () => {
    expect(cases.length).toBeGreaterThan(600);
    expect(cases.filter((one) => 'error' in one).length).toBeGreaterThan(50);
  });

  const accepted = cases.filter((one) => 'kept' in one);
  const isLoose = ({ rule }: { readonly rule: string }): boolean => rule === looseClasses;

  test.each(accepted.filter((one) => !isLoose(one)))('$title', async (one) => {
    const { ignore, excluded, kept } = one;
    const verdict = await judge(ignore, [...excluded, ...kept]);
    expect(verdict.excluded).toEqual([...excluded].sort());
    for (const directory of verdict.unread) {
      expect(kept.filter((path) => path.startsWith(`${directory}/`))).toEqual([]);
    }
  });

  test.each(accepted.filter(isLoose))('$title is refused', async ({ ignore, kept }) => {
    await expect(judge(ignore, kept)).rejects.toThrow(BuildError);
  });

  test.each(cases.filter((one) => 'error' in one))('$title', async ({ ignore, paths }) => {
    await expect(judge(ignore, paths)).rejects.toThrow(BuildError);
  });
});

describe('an error names the file, the line and the pattern', () => {
  test.each([
    {
      name: 'after comments and blanks',
      ignore: '# first\n\nok\n [a\n',
      message: '.dockerignore, line 4: the pattern "[a" is malformed: missing closing ]',
    },
    {
      name: 'with Windows line ends',
      ignore: 'ok\r\n!\r\n',
      message:
        '.dockerignore, line 2: the pattern "!" is malformed: illegal exclusion pattern: "!"',
    },
    {
      name: 'for a pattern that is compiled only once it is needed',
      ignore: 'ok\n[z-a]\n',
      message:
        '.dockerignore, line 2: the pattern "[z-a]" is malformed: error parsing regexp: invalid character class range: `z-a`',
    },
  ])('$name', async ({ ignore, message }) => {
    expect(await failureOf(() => judge(ignore, ['a', 'b']))).toEqual({
      kind: 'context',
      message,
      hint: 'Correct the pattern in .dockerignore.',
    });
  });
});

test.each([
  { name: 'of a pattern', line: 'a'.repeat(65_536) },
  { name: 'of a comment', line: `#${'a'.repeat(65_535)}` },
  { name: 'in bytes, not characters', line: `${'\u65e5'.repeat(21_845)}a` },
])('a line that is too long for Docker is refused: $name', async ({ line }) => {
  expect(await failureOf(() => IgnoreRules.read(`ok\n${line}`, '.dockerignore'))).toEqual({
    kind: 'context',
    message: '.dockerignore, line 2 has more than 65535 bytes',
    hint: 'Shorten the line in .dockerignore. Docker has the same limit.',
  });
  const rules = await IgnoreRules.read(`ok\n${line.slice(0, -1)}\nb\n`, '.dockerignore');
  expect(rules.isEmpty).toBe(false);
});

describe('a directory need not be read', () => {
  test.each([
    { name: 'without any exception', ignore: 'a', expected: false },
    { name: 'if the exceptions are elsewhere', ignore: 'a\n!b/c', expected: false },
    { name: 'if the exceptions come before', ignore: '!a/b\na', expected: false },
    {
      name: 'if an exception shares only the beginning of its name',
      ignore: 'a\n!ab/c',
      expected: false,
    },
    { name: 'unless an exception is below', ignore: 'a\n!a/b/c', expected: true },
    { name: 'unless an exception has a star at its place', ignore: '*\n!*/c', expected: true },
    { name: 'unless an exception holds everywhere', ignore: '*\n!**/c', expected: true },
    {
      name: 'unless an exception is an expression with an alternative',
      ignore: 'a\n!x*|a/b',
      expected: true,
    },
  ])('$name', async ({ ignore, expected }) => {
    const rules = await IgnoreRules.read(ignore, '.dockerignore');
    const { matches, excluded } = rules.test('a', undefined);
    expect({ excluded, isRead: rules.canKeepBelow('a', matches) }).toEqual({
      excluded: true,
      isRead: expected,
    });
  });
});

test.each([
  { text: '', isEmpty: true },
  { text: '# only a comment\n\n  \n', isEmpty: true },
  { text: '\uFEFF', isEmpty: true },
  { text: 'a', isEmpty: false },
])('rules without a pattern are empty: $text', async ({ text, isEmpty }) => {
  expect((await IgnoreRules.read(text, '.dockerignore')).isEmpty).toBe(isEmpty);
});

describe('limits', () => {
  const hint = 'Exclude whole directories, or use patterns of text and *.';
  const readFailure = (text: string): Promise<unknown> =>
    failureOf(() => IgnoreRules.read(text, '.dockerignore'));

  test('of the number of rules', async () => {
    expect(await readFailure('a\n'.repeat(100_001))).toEqual({
      kind: 'context',
      message: '.dockerignore has more than 100000 rules',
      hint,
    });
  });

  test('of the expressions together, also of repetitions in them', async () => {
    for (const [text, line] of [
      ['[a]b?\n'.repeat(10_000), 6_554],
      ['[a]{999}\n'.repeat(100), 65],
    ] as const) {
      expect(await readFailure(text)).toEqual({
        kind: 'context',
        message: `.dockerignore has too many patterns with ?, [, {, ^, | or ** (line ${line})`,
        hint,
      });
    }
  });

  test('of the rules for all paths together', async () => {
    // Exceptions that cannot change the verdict take no time, but count.
    const rules = await IgnoreRules.read('![a]b?\n'.repeat(6_000), '.dockerignore');
    const testAll = (): void => {
      for (let path = 0; path < 100_000; path += 1) rules.test('x', undefined);
    };
    expect(await failureOf(testAll)).toEqual({
      kind: 'context',
      message: '.dockerignore has too many rules (6000) for the paths of the context',
      hint,
    });
  });

  test('allow thousands of rules', async () => {
    const lines = Array.from(
      { length: 5_000 },
      (_, index) => `dir-${index}/**/*.o\n**/f-${index}.[ch]\n`,
    );
    const rules = await IgnoreRules.read(lines.slice(0, 1_500).join(''), '.dockerignore');
    expect(rules.test('dir-7/a/b.o', undefined).excluded).toBe(true);
    expect(rules.test('x/f-1499.h', undefined).excluded).toBe(true);
  });
});
