import { InvalidInput } from '../../src/text/problem.ts';

/** The problems that a parser throws; the text `no problem` if it accepts the value. */
export function problemsOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return 'no problem';
}
