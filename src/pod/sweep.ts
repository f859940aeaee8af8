import type { V1Pod } from '@kubernetes/client-node';
import { ownLabels, ownPrefix } from '../inputs/values/own-keys.ts';
import type { Cluster } from '../ports.ts';
import { keepAnnotation, lifetimeAnnotation, toLabelValue } from './spec/labels.ts';
import { timeOf } from './state/time.ts';

const second = 1_000;
const minute = 60 * second;
/** An active run may still read the log of a container that has just ended. */
const readingMs = 10 * minute;

/**
 * Deletes the pods that earlier runs of the same repository could not delete: pods that ended more than ten minutes ago, and
 * pods that have not started and whose lifetime is over. Pods that `keep-pod` keeps are deleted at the end of their lifetime. A
 * running container is never deleted: the kubelet ends it after `activeDeadlineSeconds`.
 *
 * All times are those of the API server, because the clocks of runners and nodes may be wrong: the creation of a pod, the last
 * update of its status, and the current time.
 *
 * Does nothing without the RBAC permission `list pods`. Never rejects: the result of this run does not depend on it.
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
    const pods = await cluster.listPods(
      selector.map(([key, value]) => `${key}=${value}`).join(','),
      signal,
    );
    if (pods.length === 0) return;
    const nowMs = await cluster.serverTime(signal);
    if (nowMs === undefined) return;
    for (const pod of pods.filter((found) => isLeftover(found, nowMs))) {
      if (await cluster.deleteUnchanged(pod, signal)) {
        await report(`deleted pod ${pod.metadata?.name ?? ''} of an earlier run`);
      }
    }
  } catch {
    // A later run tries again.
  }
}

/** True for a pod that no active run needs. A time that is missing or not plausible is not a reason to delete. */
function isLeftover(pod: V1Pod, nowMs: number): boolean {
  const { annotations = {}, creationTimestamp, deletionTimestamp } = pod.metadata ?? {};
  if (deletionTimestamp !== undefined || isRunning(pod)) return false;
  if (nowMs - timeOf(creationTimestamp) > lifetimeMs(pod)) return true;
  if (annotations[keepAnnotation] !== undefined) return false;
  return hasEnded(pod) && nowMs - lastUpdateOf(pod) > readingMs;
}

/** How long the pod may exist; NaN if that is unknown. */
function lifetimeMs({ metadata, spec }: V1Pod): number {
  const text = metadata?.annotations?.[lifetimeAnnotation] ?? '';
  if (!/^\d{1,9}$/.test(text)) return NaN;
  return Math.max(Number(text), spec?.activeDeadlineSeconds ?? 0) * second;
}

function isRunning({ status }: V1Pod): boolean {
  return (status?.containerStatuses ?? []).some(({ state }) => state?.running !== undefined);
}

function hasEnded({ status }: V1Pod): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  const containers = status?.containerStatuses ?? [];
  return containers.length > 0 && containers.every(({ state }) => state?.terminated !== undefined);
}

/** When the pod was changed last, its status included; NaN if that is unknown. */
function lastUpdateOf({ metadata }: V1Pod): number {
  const times = (metadata?.managedFields ?? []).map(({ time }) => timeOf(time));
  return times.length === 0 ? NaN : Math.max(...times);
}
