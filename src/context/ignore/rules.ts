import { BuildError } from '../../errors.ts';
import { cleanPath } from '../../text/path.ts';
import { quote } from '../../text/problem.ts';
import { trimSpace } from '../../text/space.ts';
import { PatternSyntaxError } from './glob-syntax.ts';
import { compilePattern, type Pattern } from './pattern.ts';

/** The rules of the ignore file that applies, or none. */
export interface FoundIgnoreRules {
  readonly rules: IgnoreRules;
  /** Path of the ignore file as users write it; undefined without an ignore file. */
  readonly name: string | undefined;
}

/** Whether each pattern matches a directory. Its entries are tested with it. */
export type ParentMatches = readonly boolean[];

interface IgnoreResult {
  readonly excluded: boolean;
  /** For the entries of the path, if it is a directory. */
  readonly matches: ParentMatches;
}

const nothingExcluded: IgnoreResult = { excluded: false, matches: [] };

/**
 * The rules of one ignore file as Docker applies them: github.com/moby/patternmatcher, ignorefile.ReadAll and
 * MatchesUsingParentResults. Errors are BuildError('context') and name file and line.
 */
export class IgnoreRules {
  static readonly none = new IgnoreRules([]);
  readonly #patterns: readonly NumberedPattern[];
  /** What testing one path costs. */
  readonly #cost: number;
  #spent = 0;

  private constructor(patterns: readonly NumberedPattern[]) {
    this.#patterns = patterns;
    this.#cost = patterns.reduce(
      (cost, { pattern }) => cost + (pattern.expressionSize === 0 ? 1 : expressionCost),
      0,
    );
  }

  /**
   * @param text the content of the file. @param file its name in messages.
   * @throws BuildError('context')
   */
  static async read(text: string, file: string): Promise<IgnoreRules> {
    return IgnoreRules.none.append(text, file);
  }

  /**
   * These rules, followed by those of another text.
   * @param most rules that there can be in all. @throws BuildError('context')
   */
  async append(text: string, file: string, most: number = mostRules): Promise<IgnoreRules> {
    checkLineLengths(text, file);
    const patterns = [...this.#patterns];
    const sizes = new ExpressionSizes(patterns);
    for (const line of ignoreLines(text)) {
      const pattern = await compileLine({ ...line, file });
      if (pattern === undefined) continue;
      patterns.push(pattern);
      if (patterns.length > most) throw tooMany(file, `more than ${most} rules`);
      sizes.add(pattern);
    }
    return new IgnoreRules(patterns);
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /**
   * @param path relative to the context, with `/`. @param parent the matches of its directory; undefined for the context.
   * @throws BuildError('context') for a malformed pattern that is used for the first time, and for too many rules times paths.
   */
  test(path: string, parent: ParentMatches | undefined): IgnoreResult {
    if (this.isEmpty) return nothingExcluded;
    this.#spend();
    let excluded = false;
    const matches = this.#patterns.map((numbered, index) => {
      const { pattern } = numbered;
      if (parent?.[index] !== true) {
        // moby/patternmatcher skips patterns that cannot change the verdict. For the entries below they do not match.
        if (pattern.exception !== excluded) return false;
        if (!matchesPath(numbered, path)) return false;
      }
      excluded = !pattern.exception;
      return true;
    });
    return { excluded, matches };
  }

  #spend(): void {
    this.#spent += this.#cost;
    if (this.#spent <= mostTests) return;
    const file = this.#patterns[0]?.line.file ?? '';
    throw tooMany(file, `too many rules (${this.#patterns.length}) for the paths of the context`);
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

/** An ignore file with more rules is a mistake. A rule takes about a kilobyte of memory. */
const mostRules = 100_000;
/**
 * The sum of the sizes of all expressions. Each character or repetition of one takes up to 8 kilobytes of memory. Rules of
 * text and stars need no expression, so this is enough for thousands of rules.
 */
const mostExpressions = 65_536;
/** Testing an expression takes about as long as so many other tests. */
const expressionCost = 20;
/** Tests of all paths, which take about a minute: 10,000 rules for 200,000 paths. */
const mostTests = 2_000_000_000;

/** Adds up the sizes of the regular expressions. */
class ExpressionSizes {
  #sum = 0;

  constructor(patterns: readonly NumberedPattern[]) {
    for (const { pattern } of patterns) this.#sum += pattern.expressionSize;
  }

  /** @throws BuildError('context') */
  add({ pattern, line }: NumberedPattern): void {
    this.#sum += pattern.expressionSize;
    if (this.#sum > mostExpressions) {
      throw tooMany(line.file, `too many patterns with ?, [, {, ^, | or ** (line ${line.number})`);
    }
  }
}

function tooMany(file: string, what: string): BuildError {
  return new BuildError('context', `${file} has ${what}`, {
    hint: 'Exclude whole directories, or use patterns of text and *.',
  });
}

interface Line {
  /** As ReadAll returns it. */
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

async function compileLine(line: NumberedPattern['line']): Promise<NumberedPattern | undefined> {
  try {
    const pattern = await readPattern(line.text);
    return pattern === undefined ? undefined : { pattern, line };
  } catch (error) {
    throw patternError(line, error);
  }
}

function patternError({ file, number, text }: NumberedPattern['line'], error: unknown): unknown {
  if (!(error instanceof PatternSyntaxError)) return error;
  return new BuildError(
    'context',
    `${file}, line ${number}: the pattern ${quote(text)} is malformed: ${error.message}`,
    { hint: `Correct the pattern in ${file}.` },
  );
}

/** ReadAll uses Go's bufio.Scanner. Its buffer holds 64 KiB: a line and the character that ends it. */
const longestLineBytes = 65_535;

function checkLineLengths(text: string, file: string): void {
  if (text.length * 3 <= longestLineBytes) return;
  const index = text.split('\n').findIndex((line) => Buffer.byteLength(line) > longestLineBytes);
  if (index < 0) return;
  throw new BuildError(
    'context',
    `${file}, line ${index + 1} has more than ${longestLineBytes} bytes`,
    {
      hint: `Shorten the line in ${file}. Docker has the same limit.`,
    },
  );
}

/** ReadAll: skips comments and blank lines, cleans the paths, removes a leading slash. */
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

/** patternmatcher.New for one line. @returns undefined for a line without a pattern. */
async function readPattern(line: string): Promise<Pattern | undefined> {
  const trimmed = trimSpace(line);
  if (trimmed === '') return undefined;
  const cleaned = cleanPath(trimmed);
  if (!cleaned.startsWith('!')) return compilePattern(cleaned, false);
  if (cleaned === '!') throw new PatternSyntaxError('illegal exclusion pattern: "!"');
  return compilePattern(cleaned.slice(1), true);
}

/**
 * Adds the patterns of the input 'excludes', and those of the action. They come last, because the last matching pattern decides.
 * @param own patterns of the action, which do not count for the limit of rules. @throws BuildError('context')
 */
export async function addExcludes(
  rules: IgnoreRules,
  excludes: readonly string[] = [],
  own: readonly string[] = [],
): Promise<IgnoreRules> {
  const given =
    excludes.length === 0 ? rules : await rules.append(excludes.join('\n'), "the input 'excludes'");
  return own.length === 0 ? given : given.append(own.join('\n'), 'the action', Infinity);
}
