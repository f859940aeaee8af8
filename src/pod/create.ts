import type { V1Pod } from '@kubernetes/client-node';
import { BuildError } from '../errors.ts';
import type { Clock, Cluster } from '../ports.ts';
import { abortReason, untilAborted } from '../time/abort.ts';
import { race } from '../time/race.ts';

/** Status codes after which the pod certainly does not exist. */
const refusals: readonly (number | undefined)[] = [400, 401, 403, 404, 422];
/** After a cancellation the response to a create that was sent is awaited this long: the pod may exist, and must be deleted. */
const graceMs = 3_000;

/**
 * Creates the pod. The signal does not abort a create that was sent before `graceMs` have passed.
 * @throws BuildError('cluster'), or the signal's reason, also after a create that succeeded. The pod may exist after any error
 * that is not a refusal (isRefusal).
 */
export async function createPod(
  cluster: Cluster,
  pod: V1Pod,
  clock: Clock,
  signal: AbortSignal,
): Promise<V1Pod> {
  signal.throwIfAborted();
  const created = await race(undefined, [
    (until) => cluster.createPod(pod, until),
    async (until): Promise<never> => {
      await untilAborted(signal, until);
      await clock.sleep(graceMs, until);
      throw abortReason(signal);
    },
  ]);
  signal.throwIfAborted();
  return created;
}

/** True for an error of createPod after which the pod certainly does not exist. */
export function isRefusal(error: unknown): boolean {
  return error instanceof BuildError && refusals.includes(error.code);
}
