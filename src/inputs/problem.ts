import { BuildError } from '../errors.ts';
import { excerpt } from '../excerpt.ts';

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

/** Collects what is wrong with all inputs, so that the user corrects them in one go. */
export class Problems {
  readonly #found: (Problem & { readonly input: string })[] = [];

  add(input: string, text: string, hint?: string): void {
    this.#found.push({ input, text, ...(hint !== undefined && { hint }) });
  }

  /** The parser's value, or `fallback` after taking down why there is none. */
  collect<T>(input: string, parse: () => T, fallback: T): T {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      for (const problem of error.problems) this.#found.push({ input, ...problem });
      return fallback;
    }
  }

  /** @throws BuildError('input') that lists every problem, if there are any. */
  throwIfAny(): void {
    const [first, ...others] = this.#found;
    if (first === undefined) return;
    if (others.length === 0) {
      throw new BuildError('input', describeProblem(first), {
        ...(first.hint !== undefined && { hint: first.hint }),
      });
    }
    const list = this.#found.map(
      (problem, index) =>
        `(${index + 1}) ${describeProblem(problem)}.${problem.hint === undefined ? '' : ` ${problem.hint}`}`,
    );
    throw new BuildError(
      'input',
      `${this.#found.length} problems in the inputs: ${list.join(' ')}`,
    );
  }
}

function describeProblem({ input, line, text }: Problem & { readonly input: string }): string {
  return `input '${input}'${line === undefined ? '' : ` line ${line}`}: ${text}`;
}

/** A value in quotes for a message, cut where it gets long. */
export function quote(value: string): string {
  return JSON.stringify(excerpt(value, 100));
}
