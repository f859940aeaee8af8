import type { RE2JS } from 're2js';
import { checkGlob, PatternSyntaxError } from './glob-syntax.ts';
import { wildcardTest } from './wildcard.ts';

/**
 * One pattern of a `.dockerignore`, with the verdicts of Docker's own matcher (github.com/moby/patternmatcher, Pattern.compile
 * and Pattern.match). That matcher translates a glob to a Go regular expression without escaping all of its syntax, so `\d`
 * matches a digit.
 */
export interface Pattern {
  /** True for `!pattern`. */
  readonly exception: boolean;
  /**
   * True if the path itself matches. The caller considers the matches of its parent directories.
   * @throws PatternSyntaxError
   */
  matches(path: string): boolean;
  /** What its regular expression takes of memory and time, in characters; 0 without one. */
  readonly expressionSize: number;
  /** False only if no path below the directory can match. `directory` ends with a slash. */
  canMatchBelow(directory: string): boolean;
}

/**
 * Waits for the library of regular expressions if the glob needs it.
 * @param glob cleaned, without `!`, not empty.
 * @throws PatternSyntaxError for a glob that Docker refuses before it matches any path.
 */
export async function compilePattern(glob: string, exception: boolean): Promise<Pattern> {
  checkGlob(glob);
  const { kind, source, literal } = translateGlob(glob);
  switch (kind) {
    case 'exact':
      return {
        exception,
        expressionSize: 0,
        matches: (path) => path === glob,
        canMatchBelow: (directory) => glob.startsWith(directory),
      };
    case 'prefix': {
      const prefix = glob.slice(0, -2);
      return {
        exception,
        expressionSize: 0,
        matches: (path) => path.startsWith(prefix),
        canMatchBelow: (directory) => prefix.startsWith(directory) || directory.startsWith(prefix),
      };
    }
    case 'suffix':
      return {
        exception,
        expressionSize: 0,
        matches: suffixTest(glob),
        canMatchBelow: () => true,
      };
    case 'expression': {
      const wildcard = wildcardTest(glob);
      return {
        exception,
        expressionSize: wildcard === undefined ? sizeOf(source) : 0,
        matches: wildcard ?? (await expressionTest(source, literal)),
        canMatchBelow: (directory) =>
          literal.startsWith(directory) || directory.startsWith(literal),
      };
    }
  }
}

/** `{n,m}` repeats what precedes it in the compiled expression. */
function sizeOf(source: string): number {
  let size = source.length;
  for (const [, least = '', most = ''] of source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    size += Math.max(Number(least), Number(most));
  }
  return size;
}

function suffixTest(glob: string): (path: string) => boolean {
  // moby/patternmatcher removes two bytes. With a byte order mark before the stars, its last byte and the stars are left.
  if (glob.startsWith('\uFEFF')) {
    const tail = bytesOf(glob).slice(2);
    return (path) => bytesOf(path).endsWith(tail);
  }
  const suffix = glob.slice(2);
  const whole = suffix.startsWith('/') ? suffix.slice(1) : undefined;
  return (path) => path.endsWith(suffix) || path === whole;
}

/** One character for each byte of UTF-8. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/**
 * re2js is a port of Go's regexp: it reads an expression as Docker does, and its time is linear in the length of the path.
 * Go 1.25 and later also accept other spellings of Unicode classes, for example `\p{greek}` and `\p{Uppercase_Letter}`. re2js
 * refuses these, as a Docker that was built with an earlier Go does.
 * @param literal the text that every match starts with.
 */
async function expressionTest(source: string, literal: string): Promise<(path: string) => boolean> {
  // Few ignore files need the library, and loading it takes 10 ms.
  const { RE2JS, RE2JSException } = await import('re2js');
  // moby/patternmatcher compiles a pattern when it is used for the first time. Syntax errors of unused patterns are ignored.
  let compiled: RE2JS | undefined;
  const compile = (): RE2JS => {
    try {
      return RE2JS.compile(source);
    } catch (error) {
      if (error instanceof RE2JSException) throw new PatternSyntaxError(error.message);
      throw error;
    }
  };
  return (path) => {
    compiled ??= compile();
    // Most paths do not start with the text of the pattern, and this comparison is faster than the expression.
    return path.startsWith(literal) && compiled.test(path);
  };
}

interface Translation {
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'expression';
  /** The Go regular expression. */
  readonly source: string;
  /** The text that every match starts with. */
  readonly literal: string;
}

/**
 * The characters that moby/patternmatcher escapes. Its list also has `|`, `{` and `}`, but the table that it builds from the
 * list is too short for them, so they keep their meaning in the expression. `^` is not in the list.
 */
const escaped = '.+()$';

function translateGlob(glob: string): Translation {
  // The scanner of moby/patternmatcher skips a byte order mark. The pattern that is compared as text still has it.
  const characters = [...glob.replace(/^\uFEFF/, '')];
  let kind: Translation['kind'] = 'exact';
  let source = '^';
  let literal: string | undefined;
  let position = 0;
  for (let step = 0; position < characters.length; step += 1) {
    const character = characters[position++] ?? '';
    const next = characters[position];
    if (literal === undefined && '*?[]\\^'.includes(character)) {
      literal = characters.slice(0, position - 1).join('');
    }
    if (character === '*' && next === '*') {
      position += 1;
      // "**/" is read as "**", which also matches no directory at all.
      if (characters[position] === '/') position += 1;
      if (position < characters.length) {
        source += '(.*/)?';
        kind = 'expression';
      } else if (kind === 'exact') {
        kind = 'prefix';
      } else {
        source += '.*';
        kind = 'expression';
      }
      if (step === 0) kind = 'suffix';
    } else if (character === '*') {
      source += '[^/]*';
      kind = 'expression';
    } else if (character === '?') {
      source += '[^/]';
      kind = 'expression';
    } else if (escaped.includes(character)) {
      source += `\\${character}`;
    } else if (character === '\\') {
      source += `\\${next ?? ''}`;
      position += 1;
      if (next !== undefined) kind = 'expression';
    } else if (character === '[' || character === ']') {
      source += character;
      kind = 'expression';
    } else {
      source += character;
    }
  }
  if (/[|{]/.test(glob)) literal = '';
  return { kind, source: `${source}$`, literal: literal ?? glob };
}
