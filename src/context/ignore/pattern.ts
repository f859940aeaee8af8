/**
 * One pattern of a `.dockerignore`, as Docker's own matcher reads it (github.com/moby/patternmatcher, Pattern.compile and
 * Pattern.match): a glob is turned into a Go regular expression, with the side effects that this has there.
 */
export interface Pattern {
  /** True for `!pattern`. */
  readonly exception: boolean;
  /**
   * True if the path itself matches; what its parents do is the caller's part.
   * @throws PatternSyntaxError
   */
  matches(path: string): boolean;
  /** False only if no path below the directory can match. `directory` ends with a slash. */
  canMatchBelow(directory: string): boolean;
}

/** @throws PatternSyntaxError where Docker's matcher refuses the pattern. */
export class PatternSyntaxError extends Error {}

/** @param glob cleaned, without `!`, not empty. */
export function compilePattern(glob: string, exception: boolean): Pattern {
  checkGlob(glob);
  const { kind, source, literal } = translateGlob(glob);
  const canMatchBelow = (directory: string): boolean =>
    literal.startsWith(directory) || directory.startsWith(literal);
  switch (kind) {
    case 'exact':
      return {
        exception,
        matches: (path) => path === glob,
        canMatchBelow: (directory) => glob.startsWith(directory),
      };
    case 'prefix': {
      const prefix = glob.slice(0, -2);
      return {
        exception,
        matches: (path) => path.startsWith(prefix),
        canMatchBelow: (directory) => prefix.startsWith(directory) || directory.startsWith(prefix),
      };
    }
    case 'suffix': {
      // The original takes two bytes off: of a byte order mark before the stars, its last byte and the stars are left.
      if (glob.startsWith('\uFEFF')) {
        const tail = bytesOf(glob).slice(2);
        const matches = (path: string): boolean => bytesOf(path).endsWith(tail);
        return { exception, matches, canMatchBelow: () => true };
      }
      const suffix = glob.slice(2);
      const whole = suffix.startsWith('/') ? suffix.slice(1) : undefined;
      return {
        exception,
        matches: (path) => path.endsWith(suffix) || path === whole,
        canMatchBelow: () => true,
      };
    }
    case 'expression': {
      // Only a pattern that is needed is compiled, so only then can it be wrong: as in the original.
      let expression: RegExp | undefined;
      return {
        exception,
        matches: (path) => (expression ??= toJavaScript(source)).test(path),
        canMatchBelow,
      };
    }
  }
}

/** One character for each byte of UTF-8. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

interface Translation {
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'expression';
  /** The Go regular expression. */
  readonly source: string;
  /** What every match starts with. */
  readonly literal: string;
}

/**
 * What the original escapes. `^` is not in its list; `|`, `{` and `}` are, but its table of bits has no room for them: there
 * they keep their meaning in an expression.
 */
const escaped = '.+()$';

function translateGlob(glob: string): Translation {
  // The original's scanner skips a byte order mark, but only where it reads the pattern as an expression.
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
      // "**/" is "**": it may stand for no directory at all.
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

/**
 * The syntax check of the original: Go's filepath.Match(glob, "."), which stops at the first part that does not match and
 * does not see what is wrong behind it.
 */
function checkGlob(glob: string): void {
  let rest = glob;
  let name = '.';
  while (rest !== '') {
    const isStarred = rest.startsWith('*');
    rest = rest.replace(/^\*+/, '');
    const chunk = rest.slice(0, chunkEnd(rest));
    rest = rest.slice(chunk.length);
    if (isStarred && chunk === '') return;
    const isLast = rest === '';
    const starts = isStarred ? [name, ...(name === '' ? [] : [''])] : [name];
    const left = starts
      .map((start) => matchChunk(chunk, start))
      .find((behind) => behind !== undefined && (!isLast || behind === ''));
    if (left === undefined) return;
    name = left;
  }
}

/** Where the next star outside brackets is. */
function chunkEnd(text: string): number {
  let isInRange = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === '[') isInRange = true;
    else if (character === ']') isInRange = false;
    else if (character === '*' && !isInRange) return index;
  }
  return text.length;
}

/** Matches the start of `name`, which is "." or empty. @returns what is left of it; undefined if the chunk does not match. */
function matchChunk(chunk: string, name: string): string | undefined {
  let left: string | undefined = name;
  let index = 0;
  while (index < chunk.length) {
    if (left === '') left = undefined;
    const character = chunk[index];
    let isMatch: boolean;
    if (character === '[') {
      const found = matchClass(chunk, index + 1);
      index = found.behind;
      isMatch = found.isMatch;
    } else {
      if (character === '\\') index += 1;
      if (index >= chunk.length) throw new PatternSyntaxError('it ends with a backslash');
      isMatch = chunk[index] === '.' || character === '?';
      index += 1;
    }
    if (left !== undefined) left = isMatch ? '' : undefined;
  }
  return left;
}

/** The class behind the bracket at `start - 1`, tried on ".". */
function matchClass(chunk: string, start: number): { isMatch: boolean; behind: number } {
  const isNegated = chunk[start] === '^';
  const dot = '.'.charCodeAt(0);
  let index = isNegated ? start + 1 : start;
  let isMatch = false;
  for (let ranges = 0; ; ranges += 1) {
    if (chunk[index] === ']' && ranges > 0) break;
    const low = readClassCharacter(chunk, index);
    const high = chunk[low.behind] === '-' ? readClassCharacter(chunk, low.behind + 1) : low;
    if (low.code <= dot && dot <= high.code) isMatch = true;
    index = high.behind;
  }
  return { isMatch: isMatch !== isNegated, behind: index + 1 };
}

function readClassCharacter(chunk: string, start: number): { code: number; behind: number } {
  const isEscaped = chunk[start] === '\\';
  const index = isEscaped ? start + 1 : start;
  const code = chunk.codePointAt(index);
  if (code === undefined) throw new PatternSyntaxError('a bracket is not closed');
  if (!isEscaped && (chunk[index] === '-' || chunk[index] === ']')) {
    throw new PatternSyntaxError(
      `a bracket has a "${chunk[index] ?? ''}" where a character must be`,
    );
  }
  const behind = index + (code > 0xffff ? 2 : 1);
  if (behind >= chunk.length) throw new PatternSyntaxError('a bracket is not closed');
  return { code, behind };
}

/** A Go regular expression (RE2, as far as a glob can lead to it) as one of JavaScript that matches the same texts. */
function toJavaScript(source: string): RegExp {
  const reader = new ExpressionReader(source);
  try {
    return new RegExp(reader.translate(), 'u');
  } catch (error) {
    if (error instanceof PatternSyntaxError) throw error;
    throw new PatternSyntaxError('it cannot be compiled');
  }
}

/** Bodies of JavaScript classes for Go's Perl classes: ASCII only. */
const perlClasses: Readonly<Record<string, string>> = {
  d: '0-9',
  s: '\\t\\n\\f\\r ',
  w: '0-9A-Za-z_',
};

const posixClasses: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** Names of Unicode categories beside those of one or two letters. */
const categoryNames = [
  ...['Cased_Letter', 'Close_Punctuation', 'Combining_Mark', 'Connector_Punctuation', 'Control'],
  ...['Currency_Symbol', 'Dash_Punctuation', 'Decimal_Number', 'Enclosing_Mark'],
  ...['Final_Punctuation', 'Format', 'Initial_Punctuation', 'Letter', 'Letter_Number'],
  ...['Line_Separator', 'Lowercase_Letter', 'Mark', 'Math_Symbol', 'Modifier_Letter'],
  ...['Modifier_Symbol', 'Nonspacing_Mark', 'Number', 'Open_Punctuation', 'Other', 'Other_Letter'],
  ...['Other_Number', 'Other_Punctuation', 'Other_Symbol', 'Paragraph_Separator', 'Private_Use'],
  ...['Punctuation', 'Separator', 'Space_Separator', 'Spacing_Mark', 'Surrogate', 'Symbol'],
  ...['Titlecase_Letter', 'Unassigned', 'Uppercase_Letter', 'cntrl', 'digit', 'punct', 'LC'],
];
const otherProperties = ['Any', 'Assigned', 'ASCII'];

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

class ExpressionReader {
  readonly #characters: readonly string[];
  #position = 0;

  constructor(source: string) {
    this.#characters = [...source];
  }

  translate(): string {
    const out: string[] = [];
    /** Whether a repetition may follow: on nothing and on another repetition it is an error. */
    let last: 'nothing' | 'atom' | 'repetition' = 'nothing';
    while (this.#position < this.#characters.length) {
      const character = this.#take();
      const bounds = character === '{' ? this.#repetition() : undefined;
      if (bounds !== undefined) {
        if (last !== 'atom') throw new PatternSyntaxError(`${bounds} repeats nothing`);
        out.push(`(?:${out.pop() ?? ''})${bounds}`);
        last = 'repetition';
      } else if (character === '*' || character === '?') {
        out.push(character);
        last = 'repetition';
      } else if (character === '\\' && this.#characters[this.#position] === 'Q') {
        // A repetition behind it is that of the last character, or of what comes before where there is none.
        const quoted = this.#quoted();
        out.push(...quoted);
        if (quoted.length > 0) last = 'atom';
      } else {
        out.push(this.#atom(character));
        last = character === '|' || character === '(' ? 'nothing' : 'atom';
      }
    }
    return out.join('');
  }

  #atom(character: string): string {
    if (character === '\\') return this.#escape();
    if (character === '[') return this.#characterClass();
    if (character === '.') return '[^\\n]';
    if ('^$()|'.includes(character)) return character;
    return literal(codeOf(character));
  }

  /** Behind `{`: `{2}`, `{2,}` or `{2,3}`; undefined if it is none and so a plain brace. */
  #repetition(): string | undefined {
    const rest = this.#characters.slice(this.#position).join('');
    const found = /^(0|[1-9]\d*)(,(0|[1-9]\d*)?)?\}/.exec(rest);
    if (found === null) return undefined;
    const [whole, least = '', , most = least] = found;
    if (Number(least) > 1_000 || Number(most) > 1_000 || Number(most) < Number(least)) {
      throw new PatternSyntaxError(`{${whole} is no valid repetition`);
    }
    this.#position += whole.length;
    return `{${whole}`;
  }

  #escape(): string {
    const next = this.#characters[this.#position];
    switch (next) {
      case 'A':
        this.#position += 1;
        return '^';
      case 'z':
        this.#position += 1;
        return '$';
      case 'b':
      case 'B':
        this.#position += 1;
        return `\\${next}`;
      default: {
        const named = this.#namedClass();
        return named === undefined ? literal(this.#escapedCode()) : `[${named}]`;
      }
    }
  }

  /** `\Q…\E`: everything between is itself. */
  #quoted(): readonly string[] {
    const out: string[] = [];
    this.#position += 1;
    while (this.#position < this.#characters.length) {
      const character = this.#take();
      if (character === '\\' && this.#characters[this.#position] === 'E') {
        this.#position += 1;
        break;
      }
      out.push(literal(codeOf(character)));
    }
    return out;
  }

  /** `\d`, `\pL`, `\p{Greek}` behind the backslash, as the body of a class; undefined if it is none of them. */
  #namedClass(): string | undefined {
    const letter = this.#characters[this.#position] ?? '';
    const perl = perlClasses[letter.toLowerCase()];
    if (perl !== undefined) {
      this.#position += 1;
      return letter === letter.toLowerCase() ? perl : complementOf(perl);
    }
    if (letter !== 'p' && letter !== 'P') return undefined;
    this.#position += 1;
    return this.#unicodeClass(letter === 'P');
  }

  #unicodeClass(isNegated: boolean): string {
    let name = this.#take();
    if (name === '{') {
      const end = this.#characters.indexOf('}', this.#position);
      if (end < 0) throw new PatternSyntaxError('\\p{ is not closed');
      name = this.#characters.slice(this.#position, end).join('');
      this.#position = end + 1;
    }
    const negated = name.startsWith('^') ? !isNegated : isNegated;
    const plain = name.replace(/^\^/, '');
    const property = unicodeProperty(plain);
    if (property === undefined) throw new PatternSyntaxError(`\\p{${plain}} is not known`);
    return `${negated ? '\\P' : '\\p'}{${property}}`;
  }

  /** One character behind a backslash, as a code point. */
  #escapedCode(): number {
    const character = this.#take();
    if (character === '0' || /^[1-7]$/.test(character)) {
      // \1 alone would be a back reference, which Go does not have.
      if (character !== '0' && !/^[0-7]$/.test(this.#characters[this.#position] ?? '')) {
        throw new PatternSyntaxError(`\\${character} means nothing`);
      }
      return this.#digits(/^[0-7]$/, 2, 8, character);
    }
    if (character === 'x') return this.#hexadecimal();
    const control = controls[character];
    if (control !== undefined) return control;
    const code = codeOf(character);
    if (code >= 0x80 || /^[0-9A-Za-z]$/.test(character)) {
      throw new PatternSyntaxError(`\\${character} means nothing`);
    }
    return code;
  }

  #hexadecimal(): number {
    const rest = this.#characters.slice(this.#position).join('');
    const [whole = '', two = '', braced = ''] =
      /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest) ?? [];
    const code = parseInt(two + braced, 16);
    if (whole === '' || code > 0x10ffff) {
      throw new PatternSyntaxError('\\x needs two digits, or a character in braces');
    }
    this.#position += whole.length;
    return code;
  }

  #digits(test: RegExp, most: number, base: number, first: string): number {
    let digits = first;
    for (let count = 0; count < most; count += 1) {
      const next = this.#characters[this.#position] ?? '';
      if (!test.test(next)) break;
      digits += next;
      this.#position += 1;
    }
    return parseInt(digits, base);
  }

  /** Behind `[`: the class, with its closing bracket. */
  #characterClass(): string {
    let isNegated = false;
    if (this.#characters[this.#position] === '^') {
      isNegated = true;
      this.#position += 1;
    }
    let body = '';
    for (let isFirst = true; isFirst || this.#characters[this.#position] !== ']'; isFirst = false) {
      if (this.#position >= this.#characters.length) {
        throw new PatternSyntaxError('a bracket is not closed');
      }
      body += this.#posixClass() ?? this.#classEscape() ?? this.#range();
    }
    this.#position += 1;
    return `[${isNegated ? '^' : ''}${body}]`;
  }

  #posixClass(): string | undefined {
    const rest = this.#characters.slice(this.#position).join('');
    const found = /^\[:(.*?):\]/su.exec(rest);
    if (found === null) return undefined;
    const name = found[1] ?? '';
    const body = posixClasses[name.replace(/^\^/, '')];
    if (body === undefined) throw new PatternSyntaxError(`[:${name}:] is not known`);
    this.#position += [...found[0]].length;
    return name.startsWith('^') ? complementOf(body) : body;
  }

  #classEscape(): string | undefined {
    if (this.#characters[this.#position] !== '\\') return undefined;
    this.#position += 1;
    const named = this.#namedClass();
    if (named === undefined) this.#position -= 1;
    return named;
  }

  #range(): string {
    const low = this.#classCode();
    const isRange =
      this.#characters[this.#position] === '-' &&
      this.#position + 1 < this.#characters.length &&
      this.#characters[this.#position + 1] !== ']';
    if (!isRange) return literal(low);
    this.#position += 1;
    const high = this.#classCode();
    if (high < low) throw new PatternSyntaxError('a range in brackets runs backwards');
    return `${literal(low)}-${literal(high)}`;
  }

  #classCode(): number {
    const character = this.#take();
    return character === '\\' ? this.#escapedCode() : codeOf(character);
  }

  #take(): string {
    const character = this.#characters[this.#position];
    if (character === undefined) throw new PatternSyntaxError('it ends too early');
    this.#position += 1;
    return character;
  }
}

/**
 * The property behind `\p`, as JavaScript writes it; undefined if Go has none of that name. Since Go 1.25 neither case nor blanks,
 * hyphens and underscores count there.
 */
function unicodeProperty(name: string): string | undefined {
  const plain = plainName(name);
  const isMeant = (one: string): boolean => plainName(one) === plain;
  const other = otherProperties.find(isMeant);
  if (other !== undefined) return other;
  const category = categoryNames.find(isMeant) ?? plain;
  return [`General_Category=${category}`, `Script=${plain}`, `Script=${name}`].find((property) => {
    try {
      return new RegExp(`\\p{${property}}`, 'u').unicode;
    } catch {
      return false;
    }
  });
}

function plainName(name: string): string {
  const joined = name.replace(/[_ -]/g, '');
  return joined.slice(0, 1).toUpperCase() + joined.slice(1).toLowerCase();
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** A code point in a JavaScript expression, never with a meaning of its own. */
function literal(code: number): string {
  return `\\u{${code.toString(16)}}`;
}

/** What a class body leaves out; a body of ASCII ranges only. */
function complementOf(body: string): string {
  const inside = new RegExp(`[${body}]`, 'u');
  let out = '';
  for (let code = 0; code < 0x80; code += 1) {
    if (!inside.test(String.fromCodePoint(code))) out += literal(code);
  }
  return `${out}\\u{80}-\\u{10ffff}`;
}
