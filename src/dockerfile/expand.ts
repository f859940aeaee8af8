import type { Escape } from './instruction.ts';

/** Stands for a text that is not known before the build. */
export const unknown = '\0';

/** The declared variables and their values, which can contain `unknown`. A variable without a value is declared, but not set. */
export type Variables = ReadonlyMap<string, string | undefined>;

/** No image reference is longer. Without a limit, ARGs that repeat each other could fill the memory. */
const longestText = 1_024;
/** Defaults within defaults are read this deep. */
const deepest = 16;
/** Of `#` and `%`. A longer one takes too much time to find. */
const longestPattern = 64;

const plainName = /\w+/y;
const operator = /\}|:?[-+?]|##?|%%?/y;

/**
 * A word without its quotes and with the values of its variables, as BuildKit expands it: `$NAME`, `${NAME}`, `${NAME:-default}`,
 * `${NAME:+other}`, `${NAME#prefix}`, `${NAME%suffix}`. Never throws, and takes time in proportion to the length of the word.
 * @returns the text, with `unknown` in place of other forms and of the end of a text that is too long.
 */
export function expand(word: string, variables: Variables, escape: Escape): string {
  return new Expansion(word, variables, escape).read();
}

class Expansion {
  readonly #word: string;
  readonly #variables: Variables;
  readonly #escape: Escape;
  #at = 0;

  constructor(word: string, variables: Variables, escape: Escape) {
    this.#word = word;
    this.#variables = variables;
    this.#escape = escape;
  }

  read(): string {
    return this.#readUntil(undefined, 0);
  }

  /** Reads to this character, which is not part of the result, or to the end of the word. */
  #readUntil(end: '}' | '"' | undefined, depth: number): string {
    let text = '';
    while (this.#at < this.#word.length) {
      const character = this.#word.charAt(this.#at++);
      if (character === end) return cut(text);
      if (text.length <= longestText) text += this.#readPart(character, end, depth);
      else this.#readPart(character, end, depth);
    }
    return end === undefined ? cut(text) : unknown;
  }

  /** The text of what begins with this character, which is read already. */
  #readPart(character: string, end: '}' | '"' | undefined, depth: number): string {
    if (character === this.#escape) return this.#readEscaped(end === '"');
    if (character === '$') return this.#readVariable(depth);
    if (end === '"') return character;
    if (character === '"') return this.#readUntil('"', depth);
    return character === "'" ? this.#readLiteral() : character;
  }

  #readEscaped(isQuoted: boolean): string {
    const character = this.#word.charAt(this.#at++);
    const isKept = isQuoted && !['"', '$', this.#escape].includes(character);
    return isKept ? this.#escape + character : character;
  }

  #readLiteral(): string {
    const close = this.#word.indexOf("'", this.#at);
    const text = this.#word.slice(this.#at, close === -1 ? undefined : close);
    this.#at = close === -1 ? this.#word.length : close + 1;
    return close === -1 ? unknown : text;
  }

  #readVariable(depth: number): string {
    if (this.#word.charAt(this.#at) !== '{') {
      const name = this.#take(plainName);
      return name === undefined ? '$' : this.#valueOf(name);
    }
    this.#at++;
    const name = this.#take(plainName);
    const form = this.#take(operator);
    if (name === undefined || form === undefined || depth === deepest) return this.#giveUp();
    if (form === '}') return this.#valueOf(name);
    const word = this.#readUntil('}', depth + 1);
    if (form.startsWith('#') || form.startsWith('%')) {
      return without(form, this.#valueOf(name), word);
    }
    return choose(form, this.#variables.get(name), word);
  }

  #valueOf(name: string): string {
    return this.#variables.has(name) ? (this.#variables.get(name) ?? '') : unknown;
  }

  /** The rest of the word cannot be read. */
  #giveUp(): string {
    this.#at = this.#word.length;
    return unknown;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#word)?.[0];
    this.#at += text?.length ?? 0;
    return text;
  }
}

function cut(text: string): string {
  return text.length > longestText ? text.slice(0, longestText) + unknown : text;
}

/**
 * The value of `${NAME<form><word>}`, where the form is `-`, `+` or `?`, or one of them after a colon.
 * @param value undefined if the variable is not set.
 */
function choose(form: string, value: string | undefined, word: string): string {
  const test = value === '' && form.startsWith(':') ? undefined : value;
  // It can be empty.
  if (test === unknown) return unknown;
  const isSet = test !== undefined;
  if (form.endsWith('+')) return isSet ? word : '';
  if (isSet) return test;
  return form.endsWith('-') ? word : unknown;
}

/** The value without its shortest (`#`, `%`) or longest (`##`, `%%`) beginning (`#`) or end (`%`) that matches a pattern. */
function without(form: string, value: string, pattern: string): string {
  const texts = pattern.split('*');
  const isSimple = texts.length <= 2 && pattern.length <= longestPattern && !pattern.includes('?');
  if (!isSimple || value.includes(unknown) || pattern.includes(unknown)) return unknown;
  const [before = '', after] = texts;
  const isLongest = form.length === 2;
  return form.startsWith('#')
    ? withoutBeginning(value, before, after, isLongest)
    : withoutEnd(value, before, after, isLongest);
}

/** @param after what follows a star; undefined without a star. */
function withoutBeginning(
  value: string,
  before: string,
  after: string | undefined,
  isLongest: boolean,
): string {
  if (!value.startsWith(before)) return value;
  const rest = value.slice(before.length);
  if (after === undefined) return rest;
  const at = isLongest ? rest.lastIndexOf(after) : rest.indexOf(after);
  return at === -1 ? value : rest.slice(at + after.length);
}

/** @param after what follows a star; undefined without a star. */
function withoutEnd(
  value: string,
  before: string,
  after: string | undefined,
  isLongest: boolean,
): string {
  const end = after ?? before;
  if (!value.endsWith(end)) return value;
  const rest = value.slice(0, value.length - end.length);
  if (after === undefined) return rest;
  const at = isLongest ? rest.indexOf(before) : rest.lastIndexOf(before);
  return at === -1 ? value : rest.slice(0, at);
}
