import type { BuildError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { OutageNotice } from '../time/outage.ts';
import { describePodState, type PodState } from './state.ts';

/** What keeps the pod's states from being read at present, if anything does. */
export class StateReadProblem {
  problem: BuildError | undefined;
  readonly #outage: OutageNotice;

  constructor(clock: Clock, note: (text: string) => Promise<void>) {
    this.#outage = new OutageNotice(clock, "the pod's state", note);
  }

  /** See Cluster.podStates. */
  changed(problem: BuildError | undefined): void {
    this.problem = problem;
    // The log's own queue keeps the lines in order; a log that is gone ends the step elsewhere.
    const report = problem === undefined ? this.#outage.worked() : this.#outage.failed(problem);
    report.catch(() => undefined);
  }

  describe(state: PodState): string {
    const seen = describePodState(state);
    return this.problem === undefined ? seen : `${seen}, but ${this.problem.message}`;
  }
}
