import type { V1Pod } from '@kubernetes/client-node';
import { isFinal, readPodState, type PodState } from './state.ts';

/** The pod's present state and its changes, for as many waiters as there are. */
export interface PodFollower {
  readonly state: PodState;
  /**
   * Resolves with the first state, from the present one on, that passes the test.
   * @throws the signal's reason, or what ended the source of states.
   */
  until(test: (state: PodState) => boolean, signal: AbortSignal): Promise<PodState>;
}

/** Reads the states in the background until the pod's end, the source's failure, or the source's own signal. */
export function followPod(
  states: AsyncIterable<V1Pod | undefined>,
  container: string,
): PodFollower {
  let state: PodState = { kind: 'starting', reason: 'Pending', message: '' };
  let failure: { readonly error: unknown } | undefined;
  const waiters = new Set<() => void>();
  const wake = (): void => {
    for (const waiter of [...waiters]) waiter();
  };

  const read = async (): Promise<void> => {
    try {
      for await (const pod of states) {
        state = readPodState(pod, container);
        wake();
        if (isFinal(state)) return;
      }
      failure = { error: new Error('the states of the pod ended before the pod did') };
    } catch (error) {
      failure = { error };
    }
    wake();
  };
  // Never rejects: a failure is kept for the waiters.
  void read();

  return {
    get state() {
      return state;
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

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
