import type { V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../ports.ts';
import { isFinal, readPodState, type PodState } from './state.ts';

/** How long the reason of a bad end may follow: more than the ten seconds after which a kubelet sends a lost status again. */
const lastWordMs = 15_000;

/** The pod's present state and its changes, for as many waiters as there are. */
export interface PodFollower {
  readonly state: PodState;
  /** Name of the node that the pod has, or had; empty without one. */
  readonly node: string;
  /**
   * Resolves with the first state, from the present one on, that passes the test.
   * @throws the signal's reason, or what ended the source of states.
   */
  until(test: (state: PodState) => boolean, signal: AbortSignal): Promise<PodState>;
}

/**
 * Reads the states in the background until the pod's end, the source's failure, or the source's own signal. An end whose
 * reason does not follow in time is one as it stands.
 */
export function followPod(
  states: AsyncIterable<V1Pod | undefined>,
  container: string,
  clock: Clock,
  signal: AbortSignal,
): PodFollower {
  let state: PodState = { kind: 'starting', reason: 'Pending', message: '' };
  let node = '';
  let failure: { readonly error: unknown } | undefined;
  const waiters = new Set<() => void>();
  const wake = (): void => {
    for (const waiter of [...waiters]) waiter();
  };

  const reading = new AbortController();
  const settleLater = async (): Promise<void> => {
    try {
      await clock.sleep(lastWordMs, AbortSignal.any([signal, reading.signal]));
    } catch {
      return;
    }
    state = settled(state);
    wake();
  };
  let isSettling = false;
  const read = async (): Promise<void> => {
    try {
      for await (const pod of states) {
        if (isFinal(state)) return;
        const next = readPodState(pod, container);
        // No reason follows any more.
        state = next.kind === 'gone' ? settled(state, next) : next;
        node = pod?.spec?.nodeName ?? node;
        wake();
        if (isFinal(state)) return;
        if (state.kind === 'ending' && !isSettling) {
          isSettling = true;
          void settleLater();
        }
      }
      failure = { error: new Error('the states of the pod ended before the pod did') };
    } catch (error) {
      failure = { error };
    } finally {
      reading.abort();
    }
    // A failure, too, means that no reason follows.
    state = settled(state);
    wake();
  };
  // Never rejects: a failure is kept for the waiters.
  void read();

  return {
    get state() {
      return state;
    },
    get node() {
      return node;
    },
    until(test, signal) {
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          if (signal.aborted)
            finish(() => {
              reject(toError(signal.reason));
            });
          else if (test(state))
            finish(() => {
              resolve(state);
            });
          else if (failure !== undefined) {
            const { error } = failure;
            finish(() => {
              reject(toError(error));
            });
          }
        };
        const finish = (end: () => void): void => {
          waiters.delete(settle);
          signal.removeEventListener('abort', settle);
          end();
        };
        waiters.add(settle);
        signal.addEventListener('abort', settle);
        settle();
      });
    },
  };
}

/** A bad end as it stands; any other state is `otherwise`. */
function settled(state: PodState, otherwise = state): PodState {
  return state.kind === 'ending' ? state.end : otherwise;
}

function toError(error: unknown): Error {
  return Error.isError(error) ? error : new Error(String(error));
}
