import type { AttachEnd } from '../attach/pump.ts';
import type { BuildError } from '../errors.ts';
import type { EndedState, PodState } from '../pod/state.ts';

/** How one pod's life ended. Success is the only kind that is proved: exit code 0 and an acknowledged upload. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly ended: EndedState }
  | {
      readonly kind: 'failed';
      readonly ended: EndedState;
      readonly bytesSent: number;
      readonly contextComplete: boolean;
      /** The connection that broke: the container may have failed for want of the rest. */
      readonly cut: BuildError | undefined;
    }
  /** The container ended well, but nobody knows whether it got everything. */
  | {
      readonly kind: 'unproved';
      readonly ended: EndedState;
      readonly cause: BuildError | undefined;
    }
  | { readonly kind: 'upload-lost'; readonly cause: BuildError }
  | { readonly kind: 'pod-lost'; readonly reason: string; readonly message: string }
  | { readonly kind: 'pod-gone' };

/**
 * The verdict. The container's status decides, never a stream: a connection that closes proves nothing, and a container
 * that exits with 0 after half a stream (a restarted kubelet does that) has not succeeded.
 * @param upload undefined if the container ended before anything was sent.
 */
export function decideOutcome(state: PodState, upload: AttachEnd | undefined): Outcome {
  switch (state.kind) {
    case 'ended':
      return decideEnded(state, upload);
    case 'lost':
      return { kind: 'pod-lost', reason: state.reason, message: state.message };
    case 'gone':
      return { kind: 'pod-gone' };
    case 'ending':
      return decideOutcome(state.end, upload);
    case 'starting':
    case 'stuck':
    case 'running':
      if (upload?.failure !== undefined) return { kind: 'upload-lost', cause: upload.failure };
      return { kind: 'pod-lost', reason: 'Unknown', message: 'the container has not ended' };
  }
}

function decideEnded(ended: EndedState, upload: AttachEnd | undefined): Outcome {
  const contextComplete = upload?.acknowledged ?? false;
  if (ended.exitCode !== 0) {
    const cut = upload?.failure?.kind === 'lost' ? upload.failure : undefined;
    return { kind: 'failed', ended, bytesSent: upload?.bytesSent ?? 0, contextComplete, cut };
  }
  return contextComplete
    ? { kind: 'succeeded', ended }
    : { kind: 'unproved', ended, cause: upload?.failure };
}
