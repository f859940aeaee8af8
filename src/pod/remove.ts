import { describeError } from '../errors.ts';
import type { Clock, Cluster, PodRef } from '../ports.ts';

const pollMs = 100;
const longestPollMs = 500;
/**
 * A kubelet that has just started a container needs up to 5 s for a deletion, more than a cancelled step has. After this long
 * the pod is deleted by force: the kubelet is ending the container already.
 */
const forceAfterMs = 3_000;

export interface Removal {
  /** 0 for a pod whose container has ended, else at least 1. */
  readonly graceSeconds: number;
  /** A removal has its own deadline: the step's signal is usually aborted by then. */
  readonly patienceMs: number;
}

/**
 * Deletes a pod and waits until it is gone; one that does not exist is fine.
 * @returns undefined once the pod is gone, else why that could not be seen. Never rejects.
 */
export async function removePod(
  cluster: Cluster,
  ref: PodRef,
  { graceSeconds, patienceMs }: Removal,
  clock: Clock,
): Promise<string | undefined> {
  const deadline = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(patienceMs, done.signal).then(
    () => {
      deadline.abort(new Error(`the pod was not gone after ${patienceMs / 1_000} s`));
    },
    () => undefined,
  );
  try {
    if (!(await cluster.deletePod(ref, graceSeconds, deadline.signal))) return undefined;
    const deletedAtMs = clock.now();
    let isForced = graceSeconds === 0;
    for (let pauseMs = pollMs; ; pauseMs = Math.min(longestPollMs, pauseMs * 2)) {
      if ((await cluster.readPod(ref, deadline.signal)) === undefined) return undefined;
      if (!isForced && clock.now() - deletedAtMs >= forceAfterMs) {
        isForced = true;
        await cluster.deletePod(ref, 0, deadline.signal);
      }
      await clock.sleep(pauseMs, deadline.signal);
    }
  } catch (error) {
    return describeError(error);
  } finally {
    done.abort();
    await timer;
  }
}

/** What to type when a pod could not be removed. */
export function removalCommand({ namespace, name }: PodRef): string {
  return `kubectl delete pod ${name} --namespace ${namespace}`;
}
