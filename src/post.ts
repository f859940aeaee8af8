import type { JobLog } from './logs/fence.ts';
import { removalCommand, removePod } from './pod/remove.ts';
import type { Clock, Cluster, PodRef } from './ports.ts';

/** Removes what the main step remembered; says exactly what is left if that fails. Never throws: the job is not to fail here. */
export async function removeLeftovers(
  pods: readonly PodRef[],
  cluster: Cluster,
  clock: Clock,
  log: JobLog,
): Promise<void> {
  await Promise.all(
    pods.map(async (ref) => {
      const problem = await removePod(cluster, ref, 1, clock);
      await (problem === undefined
        ? log.info(`pod ${ref.name} is removed`)
        : log.warning(
            `pod ${ref.name} could not be removed (${problem}); remove it with: ${removalCommand(ref)}`,
          ));
    }),
  );
}
