import { isSpace } from '../text/space.ts';
import type { Escape } from './instruction.ts';

/** The words of a shell command or of an ARG, with their quotes. */
export interface QuotedWords {
  readonly words: readonly string[];
  /** False if a quote is not closed. The last word then contains everything after that quote. */
  readonly isClosed: boolean;
}

/** White space is that of `isSpace`. */
const tokens: Readonly<Record<Escape, RegExp>> = {
  '\\': /\\[^]?|'[^']*'|"(?:\\[^]|[^"\\])*"|<<[ \t]*|[\t-\r \x85\p{Z}]+|[^]/guy,
  '`': /`[^]?|'[^']*'|"(?:`[^]|[^"`])*"|<<[ \t]*|[\t-\r \x85\p{Z}]+|[^]/guy,
};

/** Splits at white space outside of quotes. White space after `<<` is part of the word, as the name of a heredoc follows. */
export function splitQuotedWords(text: string, escape: Escape): QuotedWords {
  const words: string[] = [];
  let word = '';
  for (const { 0: token, index } of text.matchAll(tokens[escape])) {
    if (token === "'" || token === '"') {
      return { words: [...words, `${word}${text.slice(index)}`], isClosed: false };
    }
    if (!isSpace(token.charAt(0))) word += token;
    else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  return { words: word === '' ? words : [...words, word], isClosed: true };
}

/** Removes the quotes and the backslashes of a word. */
export function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])/g,
    (_whole, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["$\\])/g, '$1') ?? escaped ?? '',
  );
}
