import type { Clock } from '../ports.ts';
import { withScope, type Work } from './scope.ts';

export interface TimeLimit {
  readonly clock: Clock;
  readonly ms: number;
  /** The reason of the signal when the time is up; default `timed out after 5 s`. */
  readonly late?: () => Error;
}

/**
 * Runs the work with a signal that is aborted when the time is up, or with the outer signal and its reason; whichever comes
 * first. A caller tells them apart by the error that the work throws, or by `outer.aborted`. The timer has ended when this
 * settles.
 * @returns the result of the work, also of one that ends well after its signal was aborted. @throws its error.
 */
export function within<T>(
  { clock, ms, late = () => new Error(`timed out after ${ms / 1_000} s`) }: TimeLimit,
  outer: AbortSignal | undefined,
  work: Work<T>,
): Promise<T> {
  return withScope(outer, (scope) => {
    void scope.run(async (signal) => {
      await clock.sleep(ms, signal);
      throw late();
    });
    return work(scope.signal);
  });
}
