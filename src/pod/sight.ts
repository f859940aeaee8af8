import type { BuildError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { Trouble } from '../trouble.ts';
import { describePodState, type PodState } from './state.ts';

/** What keeps the pod's states from being read at present, if anything does. */
export class Sight {
  problem: BuildError | undefined;
  readonly #trouble: Trouble;

  constructor(clock: Clock, note: (text: string) => Promise<void>) {
    this.#trouble = new Trouble(clock, "the pod's state", note);
  }

  /** See Cluster.podStates. */
  told(problem: BuildError | undefined): void {
    this.problem = problem;
    // The log's own queue keeps the lines in order; a log that is gone ends the step elsewhere.
    const told = problem === undefined ? this.#trouble.worked() : this.#trouble.failed(problem);
    told.catch(() => undefined);
  }

  describe(state: PodState): string {
    const seen = describePodState(state);
    return this.problem === undefined ? seen : `${seen}, but ${this.problem.message}`;
  }
}
