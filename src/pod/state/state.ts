/** The state of a pod, as far as the build needs it. */
export type PodState =
  /** Not running yet; may start by itself. */
  | { readonly kind: 'starting'; readonly reason: string; readonly message: string }
  /** Not running, and cannot start by itself: fails after `patienceMs`. */
  | {
      readonly kind: 'stuck';
      readonly reason: string;
      readonly message: string;
      readonly patienceMs: number;
      readonly hint: string;
    }
  | {
      readonly kind: 'running';
      readonly node: string;
      /** The node is NotReady. It may become Ready again; if not, the pod is evicted after its tolerationSeconds. */
      readonly isNodeNotReady?: true;
    }
  /** The container has failed, and the reason may follow in a later status: `end` is the result if none does. */
  | { readonly kind: 'ending'; readonly end: EndedState | LostState }
  | EndedState
  | LostState
  | { readonly kind: 'gone' };

/** The pod was deleted, evicted or preempted, or it failed without an exit code of the builder container. */
export interface LostState {
  readonly kind: 'lost';
  readonly reason: string;
  readonly message: string;
}

/** The container ended by itself: its exit code decides. */
export interface EndedState {
  readonly kind: 'ended';
  readonly exitCode: number;
  /** Reason in the container status: Completed, Error, OOMKilled, StartError, … */
  readonly reason: string;
  /** Termination message, or the error of the container runtime if the container could not be started. */
  readonly message: string;
  readonly node: string;
  /** The memory limit in the pod spec: of the user, or the default of a LimitRange. */
  readonly memoryLimit?: string | undefined;
}

/** True once the container has ended, also if the reason may still follow. */
export function hasEnded(state: PodState): boolean {
  return state.kind === 'ending' || isFinal(state);
}

/** True for a state that does not change any more. */
export function isFinal(state: PodState): boolean {
  return state.kind === 'ended' || state.kind === 'lost' || state.kind === 'gone';
}

/** The signal that killed the container, by the convention of shells (128 + signal); undefined if it ended by itself. */
export function signalOf(exitCode: number): number | undefined {
  return exitCode > 128 && exitCode < 160 ? exitCode - 128 : undefined;
}

/** One line for the log: reason and message of the pod status. */
export function describePodState(state: PodState): string {
  switch (state.kind) {
    case 'starting':
    case 'stuck':
    case 'lost':
      return state.message === '' ? state.reason : `${state.reason}: ${state.message}`;
    case 'running':
      return describeRunning(state.node, state.isNodeNotReady === true);
    case 'ending':
      return describePodState(state.end);
    case 'ended':
      return `ended with exit code ${state.exitCode} (${state.reason})`;
    case 'gone':
      return 'deleted';
  }
}

function describeRunning(node: string, isNodeNotReady: boolean): string {
  const where = node === '' ? '' : ` on node ${node}`;
  return `running${where}${isNodeNotReady ? ', which is NotReady' : ''}`;
}
