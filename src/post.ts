import type { JobLog } from './logs/fence.ts';
import { removalCommand, removePod, type Removal } from './pod/remove.ts';
import type { Clock, Cluster, PodRef } from './ports.ts';

/** This step is the last one that tries, and an API server that restarts is unavailable for a while. */
const removal: Removal = { graceSeconds: 1, patienceMs: 60_000 };

/** Removes the pods that the build step saved. Warns of each pod that cannot be removed. Never rejects: the post step must not fail the job. */
export async function removeLeftovers(
  pods: readonly PodRef[],
  cluster: Cluster,
  clock: Clock,
  log: JobLog,
): Promise<void> {
  await Promise.all(
    pods.map(async (ref) => {
      const problem = await removePod(cluster, ref, removal, clock);
      await (problem === undefined
        ? log.info(`pod ${ref.name} is removed`)
        : log.warning(leftover(ref, problem)));
    }),
  );
}

/** The warning about a pod that was not removed, with the command to remove it. */
export function leftover(ref: PodRef, problem: string): string {
  return `pod ${ref.name} could not be removed (${problem}); remove it with: ${removalCommand(ref)}`;
}
