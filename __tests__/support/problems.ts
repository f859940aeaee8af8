import { InvalidInput } from '../../src/text/problem.ts';

/** The problem that a parser reports; the text `no problem` if it takes the value. */
export function problemsOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return 'no problem';
}
