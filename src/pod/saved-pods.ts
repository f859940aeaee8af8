import type { Job, PodRef } from '../ports.ts';

/** The pods that may exist now, in the state of the step. Each one is saved before it is created, so that the post step finds it. */
export class SavedPods {
  readonly #job: Job;
  #pods: readonly PodRef[] = [];

  constructor(job: Job) {
    this.#job = job;
  }

  add(ref: PodRef): void {
    this.#save([...this.#pods, ref]);
  }

  /** For a pod that is deleted, or that is kept. */
  forget(ref: PodRef): void {
    this.#save(this.#pods.filter((other) => other !== ref));
  }

  #save(pods: readonly PodRef[]): void {
    this.#pods = pods;
    this.#job.remember(pods);
  }
}
