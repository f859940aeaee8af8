import { suggest } from '../../text/nearest.ts';
import { invalid, quote } from '../../text/problem.ts';

/** As `core.getBooleanInput`: the YAML 1.2 spellings only, so `yes` and `1` are errors. */
export function parseBoolean(text: string): boolean {
  if (['true', 'True', 'TRUE'].includes(text)) return true;
  if (['false', 'False', 'FALSE'].includes(text)) return false;
  throw invalid(`${quote(text)} is not a boolean`, 'Use true or false.');
}

export function parseInteger(text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw invalid(
    `${quote(text)} is not a whole number from ${least} to ${most}`,
    `Use a number from ${least} to ${most}.`,
  );
}

export function parseWord<Word extends string>(text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw invalid(`${quote(text)} is not one of its values`, suggest(text, words));
}
