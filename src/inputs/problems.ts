import { BuildError } from '../errors.ts';
import { InvalidInput, type Problem } from '../text/problem.ts';

/** Collects the problems of all inputs, so that the user can correct all of them at once. */
export class Problems {
  readonly #found: (Problem & { readonly input: string })[] = [];
  readonly #warnings = new Map<string, Set<string>>();

  /** What does not prevent the build, each in a few sentences. One that several inputs have is listed once. */
  get warnings(): readonly string[] {
    return [...this.#warnings].map(([text, places]) => `${[...places].join(' and ')}: ${text}`);
  }

  add(input: string, text: string, hint?: string): void {
    this.#found.push({ input, text, ...(hint !== undefined && { hint }) });
  }

  warn(input: string, { line, text, hint }: Problem): void {
    const message = hint === undefined ? text : `${text}. ${hint}`;
    const places = this.#warnings.get(message) ?? new Set();
    this.#warnings.set(message, places.add(placeOf(input, line)));
  }

  /** The value that the parser returns; `fallback` if it throws InvalidInput, whose problems are collected. */
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
  return `${placeOf(input, line)}: ${text}`;
}

function placeOf(input: string, line: number | undefined): string {
  return `input '${input}'${line === undefined ? '' : ` line ${line}`}`;
}
