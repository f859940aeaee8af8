import type { V1Pod } from '@kubernetes/client-node';
import { nonceAnnotation } from '../../pod/spec/labels.ts';
import type { Clock } from '../../ports.ts';
import { isApiError, isTransient } from './api-error.ts';
import { requestBackoff, retryAfterOf } from './rest.ts';

interface Creation {
  readonly clock: Clock;
  /** Sends the request once. */
  readonly post: () => Promise<V1Pod>;
  /** Reads the pod; undefined if it does not exist. */
  readonly find: () => Promise<V1Pod | undefined>;
  /** Called with each failure of `post` after which the pod may exist. */
  readonly onFailure: (error: unknown) => void;
}

/** How long the creation of a pod is retried. */
const patienceMs = 60_000;

/**
 * Creates a pod. A request whose response was lost may have been carried out: the pod then has the nonce of this request, and is
 * the result.
 * @throws the error of the last request, or the signal's reason.
 */
export async function createPod(
  pod: V1Pod,
  { clock, post, find, onFailure }: Creation,
  signal: AbortSignal,
): Promise<V1Pod> {
  const startedAtMs = clock.now();
  const backoff = requestBackoff();
  for (;;) {
    try {
      return await post();
    } catch (error) {
      if (signal.aborted || isApiError(error, 400, 401, 403, 404, 422)) throw error;
      onFailure(error);
      const found = await find();
      if (found !== undefined && nonceOf(found) === nonceOf(pod)) return found;
      // Concurrent creations can conflict in the ResourceQuota: a 409 although the pod does not exist.
      const mayPass = isApiError(error, 409) || isTransient(error);
      const pauseMs = backoff.next(retryAfterOf(error));
      const isLate = clock.now() - startedAtMs + pauseMs > patienceMs;
      if (found !== undefined || !mayPass || isLate) throw error;
      await clock.sleep(pauseMs, signal);
    }
  }
}

function nonceOf(pod: V1Pod): string | undefined {
  return pod.metadata?.annotations?.[nonceAnnotation];
}
