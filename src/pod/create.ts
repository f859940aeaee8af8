import type { V1Pod } from '@kubernetes/client-node';
import { BuildError } from '../errors.ts';
import type { Clock, Cluster } from '../ports.ts';

/** Answers to a create that leave no doubt. */
const refusals: readonly (number | undefined)[] = [400, 401, 403, 404, 422];
/** A create that was sent is waited for this long after a cancel: a pod that nobody knows of would stay. */
const graceMs = 3_000;

/**
 * Creates the pod. The signal does not break off a create that was sent: its answer is waited for a while.
 * @throws BuildError('cluster'), or the signal's reason, also after a create that went well. The pod may exist after any error
 * that is not a refusal.
 */
export async function createPod(
  cluster: Cluster,
  pod: V1Pod,
  clock: Clock,
  signal: AbortSignal,
): Promise<V1Pod> {
  const done = new AbortController();
  const late = new AbortController();
  const cancelLater = (): void => {
    void clock.sleep(graceMs, done.signal).then(
      () => {
        late.abort(signal.reason);
      },
      () => undefined,
    );
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', cancelLater);
  try {
    const created = await cluster.createPod(pod, late.signal);
    signal.throwIfAborted();
    return created;
  } finally {
    done.abort();
    signal.removeEventListener('abort', cancelLater);
  }
}

/** True for an error of createPod after which the pod certainly does not exist. */
export function isRefusal(error: unknown): boolean {
  return error instanceof BuildError && refusals.includes(error.code);
}
