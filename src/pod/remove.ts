import { describeError } from '../errors.ts';
import type { Clock, Cluster, PodRef } from '../ports.ts';
import { Backoff } from '../time/backoff.ts';
import { within } from '../time/within.ts';

/** Pauses between reads of the pod. */
const polling = { firstMs: 100, longestMs: 500 };
/**
 * A kubelet that has just started a container needs up to 5 s for a deletion, more than a cancelled step has. After this time
 * the pod is deleted by force: the kubelet is stopping the container already.
 */
const forceAfterMs = 3_000;

export interface Removal {
  /** Grace period of the deletion: 0 for a pod whose container has ended, else at least 1. */
  readonly graceSeconds: number;
  /** Time limit of the removal. It does not use the signal of the step, which is usually aborted by then. */
  readonly patienceMs: number;
}

/**
 * Deletes a pod and waits until it no longer exists. A pod that does not exist is not a problem.
 * @returns undefined once the pod does not exist, else why that could not be confirmed. Never rejects.
 */
export async function removePod(
  cluster: Cluster,
  ref: PodRef,
  { graceSeconds, patienceMs }: Removal,
  clock: Clock,
): Promise<string | undefined> {
  const late = (): Error => new Error(`the pod was not deleted within ${patienceMs / 1_000} s`);
  try {
    await within({ clock, ms: patienceMs, late }, undefined, (signal) =>
      deletePod(cluster, ref, graceSeconds, clock, signal),
    );
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

async function deletePod(
  cluster: Cluster,
  ref: PodRef,
  graceSeconds: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  if (!(await cluster.deletePod(ref, graceSeconds, signal))) return;
  const deletedAtMs = clock.now();
  const pauses = new Backoff(polling);
  let isForced = graceSeconds === 0;
  while ((await cluster.readPod(ref, signal)) !== undefined) {
    if (!isForced && clock.now() - deletedAtMs >= forceAfterMs) {
      isForced = true;
      await cluster.deletePod(ref, 0, signal);
    }
    await clock.sleep(pauses.next(), signal);
  }
}

/** The command that deletes the pod by hand. */
export function removalCommand({ namespace, name }: PodRef): string {
  return `kubectl delete pod ${name} --namespace ${namespace}`;
}
