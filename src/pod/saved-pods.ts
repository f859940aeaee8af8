import type { Job, PodRef } from '../ports.ts';

/** The pods that may exist now. Saved before a pod does, so that the post step finds it whatever happens to this process. */
export class SavedPods {
  readonly #job: Job;
  #pods: readonly PodRef[] = [];

  constructor(job: Job) {
    this.#job = job;
  }

  add(ref: PodRef): void {
    this.#save([...this.#pods, ref]);
  }

  /** The pod is gone, or it is to stay. */
  forget(ref: PodRef): void {
    this.#save(this.#pods.filter((other) => other !== ref));
  }

  #save(pods: readonly PodRef[]): void {
    this.#pods = pods;
    this.#job.remember(pods);
  }
}
