import { show } from './show.ts';

/** One problem of the value of an input. */
export interface Problem {
  /** The problem, with the value in quotes (`quote`) unless it may be secret; without a final period. */
  readonly text: string;
  /** How to correct it, in one imperative sentence. */
  readonly hint?: string;
  /** Line of the value, from 1; undefined for values of one line. */
  readonly line?: number;
  /** Name of the input with the problem, if it is not the one that was read. */
  readonly input?: string;
}

/** Thrown by the parsers of single values: all problems of one input. */
export class InvalidInput extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(
      problems
        .map(({ line, text }) => (line === undefined ? text : `line ${line}: ${text}`))
        .join('; '),
    );
    this.name = 'InvalidInput';
    this.problems = problems;
  }
}

/** An error with one problem, for a caller that throws it. */
export function invalid(text: string, hint?: string): InvalidInput {
  return new InvalidInput([{ text, ...(hint !== undefined && { hint }) }]);
}

/** A value in double quotes for a message. A long one is cut, and what looks like a secret is replaced. */
export function quote(value: string): string {
  return JSON.stringify(show(value, 100));
}
