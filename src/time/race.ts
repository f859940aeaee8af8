import { withScope, type Work } from './scope.ts';

/**
 * Runs all works at once; the first that settles decides. The others are aborted, and have settled when this does.
 * @param outer aborts all of them, with its reason.
 * @returns the result of the first work. @throws its error.
 */
export function race<T>(outer: AbortSignal | undefined, works: readonly Work<T>[]): Promise<T> {
  return withScope(outer, (scope) => Promise.race(works.map((work) => scope.run(work))));
}
