import { excerpt } from './excerpt.ts';

/** One thing that is wrong with the text of an input. */
export interface Problem {
  /** What was found, with the value quoted; no final period. */
  readonly text: string;
  /** What would be right, one imperative sentence. */
  readonly hint?: string;
  /** Line of the input's text, from 1; undefined for values of one line. */
  readonly line?: number;
  /** The input that is wrong, if it is not the one that was read. */
  readonly input?: string;
}

/** Thrown by the parsers of single values: everything that is wrong with one input. */
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

/** One problem of one value, to be thrown. */
export function invalid(text: string, hint?: string): InvalidInput {
  return new InvalidInput([{ text, ...(hint !== undefined && { hint }) }]);
}

/** A value in quotes for a message, cut where it gets long. */
export function quote(value: string): string {
  return JSON.stringify(excerpt(value, 100));
}
