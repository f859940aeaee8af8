import type { Escape } from './instruction.ts';

/** The words of a shell command or of an ARG, with their quotes. */
export interface QuotedWords {
  readonly words: readonly string[];
  /** False if a quote is not closed. The last word then contains everything after that quote. */
  readonly isClosed: boolean;
}

const tokens: Readonly<Record<Escape, RegExp>> = {
  '\\': /\\[^]?|'[^']*'|"(?:\\[^]|[^"\\])*"|<<[ \t]*|\s+|[^]/gy,
  '`': /`[^]?|'[^']*'|"(?:`[^]|[^"`])*"|<<[ \t]*|\s+|[^]/gy,
};

/** Splits at white space outside of quotes. White space after `<<` is part of the word, as the name of a heredoc follows. */
export function splitQuotedWords(text: string, escape: Escape): QuotedWords {
  const words: string[] = [];
  let word = '';
  for (const { 0: token, index } of text.matchAll(tokens[escape])) {
    if (token === "'" || token === '"') {
      return { words: [...words, `${word}${text.slice(index)}`], isClosed: false };
    }
    if (token.trim() !== '') word += token;
    else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  return { words: word === '' ? words : [...words, word], isClosed: true };
}
