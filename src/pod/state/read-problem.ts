import type { BuildError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import { OutageNotice } from '../../time/outage.ts';
import { describePodState, type PodState } from './state.ts';

/** Why the pod status cannot be read at present, if it cannot, and the lines about it in the job log. */
export class StateReadProblem {
  problem: BuildError | undefined;
  readonly #outage: OutageNotice;

  constructor(clock: Clock, note: (text: string) => Promise<void>) {
    this.#outage = new OutageNotice(clock, 'the pod status', note);
  }

  /** See Cluster.podStates. */
  changed(problem: BuildError | undefined): void {
    this.problem = problem;
    // The log queues the lines in order. A log that cannot be written fails the step elsewhere.
    const report = problem === undefined ? this.#outage.worked() : this.#outage.failed(problem);
    report.catch(() => undefined);
  }

  describe(state: PodState): string {
    const known = describePodState(state);
    return this.problem === undefined ? known : `${known}, but ${this.problem.message}`;
  }
}
