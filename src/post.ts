import type { JobLog } from './logs/fence.ts';
import { removalCommand, removePod, type Removal } from './pod/remove.ts';
import type { Clock, Cluster, PodRef } from './ports.ts';

/** Nobody tries again after this step, and an API server that is restarted is away for a while. */
const removal: Removal = { graceSeconds: 1, patienceMs: 60_000 };

/** Removes what the main step remembered; says exactly what is left if that fails. Never throws: the job is not to fail here. */
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

/** What is left, why, and how to remove it by hand. */
export function leftover(ref: PodRef, problem: string): string {
  return `pod ${ref.name} could not be removed (${problem}); remove it with: ${removalCommand(ref)}`;
}
