import type { PodFollower } from './follow.ts';
import type { PodState } from './state.ts';

/** Says when the node stops answering and when it does again, until the signal ends it; never rejects. */
export async function reportNodeNotReady(
  follower: PodFollower,
  report: (line: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await follower.until(isSilent, signal);
      await report(
        `node ${follower.node} has stopped answering: waiting until it does, or the cluster gives up the pod`,
      );
      const { kind } = await follower.until((state) => !isSilent(state), signal);
      if (kind !== 'running') return;
      await report(`node ${follower.node} answers again`);
    }
  } catch {
    // The attempt has ended.
  }
}

function isSilent(state: PodState): boolean {
  return state.kind === 'running' && state.isNodeSilent === true;
}
