import { suggest } from '../../text/nearest.ts';
import { invalid, quote } from '../../text/problem.ts';

/**
 * The values that `core.getBooleanInput` accepts: those of YAML 1.2, so `yes` and `1` are errors.
 * @throws InvalidInput
 */
export function parseBoolean(text: string): boolean {
  if (['true', 'True', 'TRUE'].includes(text)) return true;
  if (['false', 'False', 'FALSE'].includes(text)) return false;
  throw invalid(`${quote(text)} is not a boolean`, 'Use true or false.');
}

/**
 * An integer between two bounds, both included.
 * @throws InvalidInput
 */
export function parseInteger(text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw invalid(
    `${quote(text)} is not a whole number from ${least} to ${most}`,
    `Use a number from ${least} to ${most}.`,
  );
}

/**
 * One of a set of values.
 * @throws InvalidInput that suggests the nearest value, or lists all of them.
 */
export function parseChoice<Choice extends string>(
  text: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw invalid(`${quote(text)} is not a supported value`, suggest(text, choices));
}
