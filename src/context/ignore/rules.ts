import { BuildError } from '../../errors.ts';
import { cleanPath } from '../../text/path.ts';
import { compilePattern, PatternSyntaxError, type Pattern } from './pattern.ts';

/** What is known of a directory when its entries are looked at: one flag for each pattern. */
export type ParentMatches = readonly boolean[];

export interface IgnoreResult {
  readonly excluded: boolean;
  /** For the entries below. */
  readonly matches: ParentMatches;
}

const nothingExcluded: IgnoreResult = { excluded: false, matches: [] };

/**
 * The rules of one ignore file as Docker applies them: github.com/moby/patternmatcher, ignorefile.ReadAll and
 * MatchesUsingParentResults. Errors are BuildError('context') and name file and line.
 */
export class IgnoreRules {
  readonly #patterns: readonly NumberedPattern[];

  /** @param file its name for messages; the text is the file's content. @param before rules that come before these. */
  constructor(text: string, file: string, before?: IgnoreRules) {
    checkLineLengths(text, file);
    const own = ignoreLines(text).flatMap((line) => compileLine({ ...line, file }));
    this.#patterns = before === undefined ? own : [...before.#patterns, ...own];
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** @param path relative to the context, with `/`. @param parent of its directory; undefined at the top. */
  test(path: string, parent: ParentMatches | undefined): IgnoreResult {
    if (this.isEmpty) return nothingExcluded;
    let excluded = false;
    const matches = this.#patterns.map((numbered, index) => {
      const { pattern } = numbered;
      if (parent?.[index] !== true) {
        // The original skips what cannot change the verdict; the entries below then see "no match".
        if (pattern.exception !== excluded) return false;
        if (!matchesPath(numbered, path)) return false;
      }
      excluded = !pattern.exception;
      return true;
    });
    return { excluded, matches };
  }

  /** False only if everything below an excluded directory is excluded too. */
  canKeepBelow(directory: string, matches: ParentMatches): boolean {
    const last = this.#patterns.findLastIndex(
      ({ pattern }, index) => !pattern.exception && matches[index] === true,
    );
    return this.#patterns.some(
      ({ pattern }, index) =>
        index > last && pattern.exception && pattern.canMatchBelow(`${directory}/`),
    );
  }
}

interface Line {
  /** After the cleaning that ReadAll does. */
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

interface NumberedPattern {
  readonly pattern: Pattern;
  readonly line: Line & { readonly file: string };
}

function matchesPath({ pattern, line }: NumberedPattern, path: string): boolean {
  try {
    return pattern.matches(path);
  } catch (error) {
    throw patternError(line, error);
  }
}

function compileLine(line: NumberedPattern['line']): readonly NumberedPattern[] {
  try {
    const pattern = readPattern(line.text);
    return pattern === undefined ? [] : [{ pattern, line }];
  } catch (error) {
    throw patternError(line, error);
  }
}

function patternError({ file, number, text }: NumberedPattern['line'], error: unknown): unknown {
  if (!(error instanceof PatternSyntaxError)) return error;
  return new BuildError(
    'context',
    `${file}, line ${number}: the pattern ${JSON.stringify(text)} is malformed: ${error.message}`,
    { hint: `Correct the pattern in ${file}.` },
  );
}

/** The original's scanner has a buffer of 64 KiB for a line with its end. */
const longestLineBytes = 65_535;

function checkLineLengths(text: string, file: string): void {
  if (text.length * 3 <= longestLineBytes) return;
  const index = text.split('\n').findIndex((line) => Buffer.byteLength(line) > longestLineBytes);
  if (index < 0) return;
  throw new BuildError(
    'context',
    `${file}, line ${index + 1} has more than ${longestLineBytes} bytes`,
    {
      hint: `Shorten the line in ${file}: Docker does not read it either.`,
    },
  );
}

/** ReadAll: without comments and blanks, cleaned, without a leading slash. */
function ignoreLines(text: string): readonly Line[] {
  const withoutMark = text.replace(/^\uFEFF/, '');
  return withoutMark.split('\n').flatMap((raw, index): Line[] => {
    if (raw.startsWith('#')) return [];
    const trimmed = trimSpace(raw);
    if (trimmed === '') return [];
    const isException = trimmed.startsWith('!');
    let pattern = isException ? trimSpace(trimmed.slice(1)) : trimmed;
    if (pattern !== '') {
      pattern = cleanPath(pattern);
      if (pattern.length > 1 && pattern.startsWith('/')) pattern = pattern.slice(1);
    }
    return [{ text: isException ? `!${pattern}` : pattern, number: index + 1 }];
  });
}

/** patternmatcher.New for one line. */
function readPattern(line: string): Pattern | undefined {
  const trimmed = trimSpace(line);
  if (trimmed === '') return undefined;
  const cleaned = cleanPath(trimmed);
  if (!cleaned.startsWith('!')) return compilePattern(cleaned, false);
  if (cleaned === '!') throw new PatternSyntaxError('it has nothing behind the exclamation mark');
  return compilePattern(cleaned.slice(1), true);
}

/** Go's strings.TrimSpace: Unicode white space, which is not quite that of JavaScript's trim. */
function trimSpace(text: string): string {
  return text.replace(/^[\t-\r \x85\p{Z}]+|[\t-\r \x85\p{Z}]+$/gu, '');
}

/** Patterns of the input come last, so that they decide. */
export function addExcludes(rules: IgnoreRules, excludes: readonly string[] = []): IgnoreRules {
  if (excludes.length === 0) return rules;
  return new IgnoreRules(excludes.join('\n'), "the input 'excludes'", rules);
}
