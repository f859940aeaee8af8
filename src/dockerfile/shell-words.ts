import { isSpace } from '../text/space.ts';

/** Whether quotes and backslashes are parts of the words. */
export type ShellForm = 'raw' | 'plain';

/** Expansions within expansions are read this deep. */
const deepest = 32;

/**
 * Splits a shell command as BuildKit's shell lexer does without any variables: expansions stay as they are, the escape
 * character is a backslash, and white space after `<<` is part of the word. Takes time in proportion to the length.
 * @returns undefined for a text that BuildKit refuses, such as `${}` or a quote that is not closed.
 */
export function splitShellWords(text: string, form: ShellForm): readonly string[] | undefined {
  // The scanner of Go's library passes over a byte order mark at the beginning.
  return new ShellLexer(text.replace(/^\uFEFF/, ''), form).read();
}

/** The text of a part; undefined for an error. */
type Part = string | undefined;

const variableName = /\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy;
const afterOperator = /[\t\r ]*/y;

/** The names are those of `shellWord` in frontend/dockerfile/shell/lex.go. */
class ShellLexer {
  readonly #text: string;
  readonly #isRaw: boolean;
  #at = 0;
  /** The word so far. An expansion uses the same buffer and empties it, as in BuildKit: what precedes `${A:-b}` is lost. */
  #word = '';

  constructor(text: string, form: ShellForm) {
    this.#text = text;
    this.#isRaw = form === 'raw';
  }

  read(): readonly string[] | undefined {
    const words: string[] = [];
    const text = this.#readUntil(undefined, this.#isRaw, 0, words);
    return text === undefined ? undefined : words;
  }

  /**
   * Reads to this character, which is not part of the result, or to the end of the text.
   * @param keepsEscapes whether backslashes are part of the result.
   * @param words gets the words of the text.
   */
  #readUntil(end: string | undefined, keepsEscapes: boolean, depth: number, words: string[]): Part {
    if (depth > deepest) return undefined;
    this.#word = '';
    let text = '';
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (character === end) {
        this.#at += 1;
        this.#endWord(words);
        return text;
      }
      const part = this.#readPart(character, keepsEscapes, depth);
      if (part === undefined) return undefined;
      text += part;
      // White space in an expansion separates words, even inside of its quotes.
      if (character === '$' || isSpace(character)) this.#addWords(part, words);
      else this.#word += part;
    }
    this.#endWord(words);
    return end === undefined ? text : undefined;
  }

  #readPart(character: string, keepsEscapes: boolean, depth: number): Part {
    switch (character) {
      case '$':
        return this.#readDollar(depth);
      case '<':
        return this.#readOperator();
      case "'":
        return this.#readSingleQuote();
      case '"':
        return this.#readDoubleQuote(keepsEscapes, depth);
      case '\\':
        return (keepsEscapes ? '\\' : '') + this.#take(2).slice(1);
      default:
        return this.#take(1);
    }
  }

  #addWords(part: string, words: string[]): void {
    for (const character of part) {
      if (isSpace(character)) this.#endWord(words);
      else this.#word += character;
    }
  }

  #endWord(words: string[]): void {
    if (this.#word !== '') words.push(this.#word);
    this.#word = '';
  }

  #readSingleQuote(): Part {
    const close = this.#text.indexOf("'", this.#at + 1);
    if (close === -1) return undefined;
    const quoted = this.#take(close + 1 - this.#at);
    return this.#isRaw ? quoted : quoted.slice(1, -1);
  }

  #readDoubleQuote(keepsEscapes: boolean, depth: number): Part {
    const quote = this.#isRaw ? '"' : '';
    this.#at += 1;
    let text = quote;
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (character === '"') {
        this.#at += 1;
        return text + quote;
      }
      const part = character === '$' ? this.#readDollar(depth) : this.#readQuoted(keepsEscapes);
      if (part === undefined) return undefined;
      text += part;
    }
    return undefined;
  }

  /** A character in double quotes. */
  #readQuoted(keepsEscapes: boolean): string {
    if (this.#text.charAt(this.#at) !== '\\') return this.#take(1);
    const isEscape = /["$\\]/.test(this.#text.charAt(this.#at + 1));
    // A kept backslash that escapes nothing is doubled.
    return (keepsEscapes ? '\\' : '') + (isEscape ? this.#take(2).slice(1) : this.#take(1));
  }

  #readDollar(depth: number): Part {
    this.#at += 1;
    if (this.#text.charAt(this.#at) !== '{') return `$${this.#match(variableName)}`;
    this.#at += 1;
    if (['', '{', '}', ':'].includes(this.#text.charAt(this.#at))) return undefined;
    return this.#readBraces(this.#match(variableName), depth);
  }

  #readBraces(name: string, depth: number): Part {
    const operator = this.#take(1);
    if (operator === '}') return `\${${name}}`;
    if (operator === '/') return this.#readReplacement(name, depth);
    const form = operator === ':' ? operator + this.#take(1) : operator;
    if (!/^(?::[^#%]|[-+?#%])$/s.test(form)) return undefined;
    const rest = this.#readUntil('}', /[#%]/.test(form), depth + 1, []);
    return rest === undefined ? undefined : `\${${name}${form}${rest}}`;
  }

  #readReplacement(name: string, depth: number): Part {
    if (this.#text.charAt(this.#at) === '/') this.#at += 1;
    const pattern = this.#readUntil('/', true, depth + 1, []);
    if (pattern === undefined) return undefined;
    const rest = this.#readUntil('}', true, depth + 1, []);
    return rest === undefined ? undefined : `\${${name}/${pattern}/${rest}}`;
  }

  /** `<`, or `<<` and the white space after it. */
  #readOperator(): string {
    if (!this.#text.startsWith('<<', this.#at)) return this.#take(1);
    return this.#take(2) + this.#match(afterOperator);
  }

  #take(length: number): string {
    const text = this.#text.slice(this.#at, this.#at + length);
    this.#at += text.length;
    return text;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return this.#take(pattern.exec(this.#text)?.[0].length ?? 0);
  }
}
