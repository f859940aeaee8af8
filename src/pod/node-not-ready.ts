import type { PodFollower } from './follow.ts';
import type { PodState } from './state/state.ts';

/** Reports when the node becomes NotReady and when it is Ready again, until the signal is aborted; never rejects. */
export async function reportNodeNotReady(
  follower: PodFollower,
  report: (line: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await follower.until(isNotReady, signal);
      await report(
        `node ${follower.node} is NotReady: waiting until it is Ready or the pod is evicted`,
      );
      const { kind } = await follower.until((state) => !isNotReady(state), signal);
      if (kind !== 'running') return;
      await report(`node ${follower.node} is Ready again`);
    }
  } catch {
    // The attempt has ended.
  }
}

function isNotReady(state: PodState): boolean {
  return state.kind === 'running' && state.isNodeNotReady === true;
}
