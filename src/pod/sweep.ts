import type { V1Pod } from '@kubernetes/client-node';
import { ownLabels, ownPrefix } from '../inputs/values/own-keys.ts';
import type { Cluster } from '../ports.ts';
import { expiresAnnotation, keepAnnotation, toLabelValue } from './spec/labels.ts';

/** An active run may still read the log of a container that has just ended. */
const readingMs = 10 * 60_000;

/**
 * Deletes the pods that earlier runs of the same repository could not delete: pods whose containers ended more than ten minutes
 * ago, and pods that have expired by the clock of the API server. Pods of active runs are not deleted, nor pods that
 * `keep-pod` keeps and that have not expired. Does nothing without the RBAC permission `list pods`. Never rejects: the result of
 * this run does not depend on it.
 * @param repository `owner/name`; empty outside of a workflow, where the owner of the pods is unknown.
 */
export async function sweepPods(
  cluster: Cluster,
  repository: string,
  report: (line: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const label = toLabelValue(repository);
  if (label === '') return;
  const selector = Object.entries({ ...ownLabels, [`${ownPrefix}repository`]: label });
  try {
    const found = await cluster.listPods(
      selector.map(([key, value]) => `${key}=${value}`).join(','),
      signal,
    );
    if (found === undefined) return;
    for (const pod of found.pods) {
      if (!isLeftover(pod, found.serverTimeMs)) continue;
      if (await cluster.deleteUnchanged(pod, signal)) {
        await report(`deleted pod ${pod.metadata?.name ?? ''} of an earlier run`);
      }
    }
  } catch {
    // A later run tries again.
  }
}

/** True for a pod that no active run needs. @param nowMs time of the API server. */
function isLeftover(pod: V1Pod, nowMs: number): boolean {
  const { annotations = {}, deletionTimestamp } = pod.metadata ?? {};
  if (deletionTimestamp !== undefined) return false;
  const expiresMs = Date.parse(annotations[expiresAnnotation] ?? '');
  if (expiresMs < nowMs) return true;
  if (annotations[keepAnnotation] !== undefined) return false;
  const endedMs = endOf(pod);
  return endedMs !== undefined && endedMs + readingMs < nowMs;
}

/** When the last container ended; undefined while one of them has not. */
function endOf(pod: V1Pod): number | undefined {
  const statuses = pod.status?.containerStatuses ?? [];
  const ends = statuses.map(({ state }) => state?.terminated?.finishedAt);
  if (ends.length === 0) return undefined;
  const times = ends.map((end) => (end === undefined ? NaN : new Date(end).getTime()));
  const last = Math.max(...times);
  return Number.isNaN(last) ? undefined : last;
}
