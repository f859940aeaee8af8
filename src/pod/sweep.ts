import type { V1Pod } from '@kubernetes/client-node';
import { ownLabels, ownPrefix } from '../inputs/values/own-keys.ts';
import type { Cluster } from '../ports.ts';
import { expiresAnnotation, keepAnnotation, toLabelValue } from './spec/labels.ts';

/** A run that is alive may still read the log of a container that has just ended. */
const readingMs = 10 * 60_000;

/**
 * Removes what dead runs of the same repository left behind: pods whose containers ended a while ago, and those whose time is
 * past by the server's own clock. A living run's pod is never touched, nor one that was kept on purpose before its time.
 * Does nothing without the right to list pods. Never rejects: this run's verdict does not depend on it.
 * @param repository `owner/name`; empty outside of a workflow, where nobody knows whose pods they are.
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
        await report(`removed pod ${pod.metadata?.name ?? ''}, which an earlier run left behind`);
      }
    }
  } catch {
    // Another run tries again.
  }
}

/** True for a pod that no living run needs. @param nowMs by the server's clock. */
export function isLeftover(pod: V1Pod, nowMs: number): boolean {
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
