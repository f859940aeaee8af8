import { stripVTControlCharacters } from 'node:util';
import { maskForms } from './mask.ts';
import { hidden, redact } from './redact.ts';

/** Characters of the output of another program in a message. */
const longestHead = 600;
const longestTail = 1_400;

/**
 * The output of a program for a message: all of its lines as one, and of a long output the beginning and the end. Secrets, and
 * what looks like one, are replaced with ***: the runner may not mask them yet.
 */
export function programOutput(output: string, secrets: readonly string[]): string {
  const masked = maskForms(secrets)
    .toSorted((one, other) => other.length - one.length)
    .reduce((text, form) => text.replaceAll(form, hidden), stripVTControlCharacters(output));
  const line = redact(masked)
    .split(/[\s\p{Cc}]+/u)
    .join(' ')
    .trim();
  const characters = Array.from(line);
  if (characters.length <= longestHead + longestTail) return line;
  const head = characters.slice(0, longestHead).join('');
  return `${head} … ${characters.slice(-longestTail).join('')}`;
}

/** The same after a colon, to append to a message; empty without any output. */
export function afterColon(output: string, secrets: readonly string[]): string {
  const text = programOutput(output, secrets);
  return text === '' ? '' : `: ${text}`;
}
