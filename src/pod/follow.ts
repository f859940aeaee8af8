import type { V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../ports.ts';
import { Condition } from '../time/condition.ts';
import { withScope, type Scope } from '../time/scope.ts';
import { isFinal, type PodState } from './state/state.ts';
import { readPodState } from './state/read.ts';

/** The reason of a failed container may follow within this time: a kubelet retries a lost status update after ten seconds. */
const reasonMs = 15_000;

/**
 * The present state of one pod, for any number of waiters. Reads the states in the background until the pod has ended, the
 * source fails, or the signal is aborted.
 */
export class PodFollower {
  readonly #container: string;
  readonly #clock: Clock;
  readonly #changed = new Condition();
  #state: PodState = { kind: 'starting', reason: 'Pending', message: '' };
  #node = '';

  /**
   * @param states every state of the pod; undefined once it is deleted.
   * @param container name of the builder container.
   */
  constructor(
    states: AsyncIterable<V1Pod | undefined>,
    container: string,
    clock: Clock,
    signal: AbortSignal,
  ) {
    this.#container = container;
    this.#clock = clock;
    void this.#follow(states, signal);
  }

  get state(): PodState {
    return this.#state;
  }

  /** Name of the node that the pod is or was assigned to; empty before that. */
  get node(): string {
    return this.#node;
  }

  /**
   * Resolves with the first state, from the present one on, that passes the test.
   * @throws the signal's reason, or the error that ended the source of states.
   */
  async until(test: (state: PodState) => boolean, signal: AbortSignal): Promise<PodState> {
    let passed = this.#state;
    await this.#changed.until(() => {
      passed = this.#state;
      return test(passed);
    }, signal);
    return passed;
  }

  /** Never rejects: the waiters get the failure. */
  async #follow(states: AsyncIterable<V1Pod | undefined>, signal: AbortSignal): Promise<void> {
    try {
      await withScope(signal, (scope) => this.#read(states, scope));
    } catch (error) {
      // No reason can follow.
      this.#state = settled(this.#state);
      this.#changed.fail(error);
    }
  }

  async #read(states: AsyncIterable<V1Pod | undefined>, scope: Scope): Promise<void> {
    let isSettling = false;
    for await (const pod of states) {
      if (isFinal(this.#state)) return;
      this.#node = pod?.spec?.nodeName ?? this.#node;
      const next = readPodState(pod, this.#container);
      // No reason follows after the deletion.
      this.#become(next.kind === 'gone' ? settled(this.#state, next) : next);
      if (isFinal(this.#state)) return;
      if (this.#state.kind === 'ending' && !isSettling) {
        isSettling = true;
        void scope.run((until) => this.#settleLater(until));
      }
    }
    throw new Error('the states of the pod ended before the pod did');
  }

  async #settleLater(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(reasonMs, signal);
    this.#become(settled(this.#state));
  }

  #become(state: PodState): void {
    this.#state = state;
    this.#changed.notify();
  }
}

/** The end of a failed container without a reason that follows; `otherwise` for any other state. */
function settled(state: PodState, otherwise = state): PodState {
  return state.kind === 'ending' ? state.end : otherwise;
}
