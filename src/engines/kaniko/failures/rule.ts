import type { Instruction } from '../../../dockerfile/instruction.ts';
import { excerpt } from '../../../text/excerpt.ts';
import type { Diagnosis, FailedBuild } from '../../engine.ts';

/**
 * Explains one kind of final error.
 * @param error from its beginning to the end of its line.
 * @returns undefined for errors of other kinds.
 */
export type Rule = (error: string, build: FailedBuild) => Diagnosis | undefined;

/** A rule for a text. `explain` gets the groups of the pattern. */
export function rule(
  pattern: RegExp,
  explain: (groups: readonly string[], build: FailedBuild) => Diagnosis,
): Rule {
  return (error, build) => {
    const match = pattern.exec(error);
    return match === null ? undefined : explain(match.slice(1), build);
  };
}

/** The line of an instruction, if it was found. */
export function at(found: Instruction | undefined): { readonly line?: number } {
  return found === undefined ? {} : { line: found.line };
}

/** Characters of what a server or a program has returned, in a message. */
const longestWords = 300;

/** A part of the error for a message: cut, without white space at its ends. */
export function words(text: string): string {
  return excerpt(text.trim(), longestWords);
}
