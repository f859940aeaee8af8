import type { AttachEnd } from '../attach/pump.ts';
import type { BuildError } from '../errors.ts';
import type { EndedState, PodState } from '../pod/state/state.ts';

/** How a build in one pod ended. Success needs both exit code 0 and an upload that was acknowledged completely. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly ended: EndedState }
  | {
      readonly kind: 'failed';
      readonly ended: EndedState;
      readonly bytesSent: number;
      readonly contextComplete: boolean;
      /** The connection loss during the upload, if any: the container may have failed because the rest was missing. */
      readonly cut: BuildError | undefined;
    }
  /** The container ended with exit code 0, but the upload was not acknowledged completely. */
  | {
      readonly kind: 'unconfirmed';
      readonly ended: EndedState;
      readonly cause: BuildError | undefined;
    }
  | { readonly kind: 'upload-lost'; readonly cause: BuildError }
  | { readonly kind: 'pod-lost'; readonly reason: string; readonly message: string }
  | { readonly kind: 'pod-gone' };

/**
 * Decides between success and failure. Only the status of the container counts as its end: a connection can close for other
 * reasons. Exit code 0 without a complete upload is not a success, because a restarted kubelet can end stdin early.
 * @param upload undefined if the container ended before the upload began.
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
    : { kind: 'unconfirmed', ended, cause: upload?.failure };
}
