import type { V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { LostState } from './state.ts';
import { timeOf } from './time.ts';

/** The reason for which the pod was deleted, evicted or preempted, if the status has one. */
export function readLoss(pod: V1Pod): LostState | undefined {
  const { phase, reason = '', message = '' } = pod.status ?? {};
  const disruption = pod.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  if (
    disruption !== undefined &&
    (reason === '' || pod.metadata?.deletionTimestamp !== undefined)
  ) {
    return {
      kind: 'lost',
      reason: disruption.reason ?? 'Disrupted',
      message: disruption.message ?? '',
    };
  }
  if (reason !== '' && phase === 'Failed') return { kind: 'lost', reason, message };
  if (pod.metadata?.deletionTimestamp === undefined) return undefined;
  return { kind: 'lost', reason: 'Deleted', message: 'another client deleted the pod' };
}

/** A pod whose phase is final and whose builder container has no exit code. */
export function readMissingExitCode(pod: V1Pod): LostState | undefined {
  const { phase, message = '' } = pod.status ?? {};
  if (phase !== 'Failed' && phase !== 'Succeeded') return undefined;
  return (
    readInitFailure(pod) ?? {
      kind: 'lost',
      reason: phase,
      message: message || 'the builder has no exit code',
    }
  );
}

const second = 1_000;

/**
 * True if the container ended by itself before the pod was deleted, evicted or preempted. Times are whole seconds. The end has
 * the time of the node, the loss that of the control plane, so a node whose clock is slow cannot confirm it.
 */
export function endedBeforeLoss(pod: V1Pod, { finishedAt }: V1ContainerStateTerminated): boolean {
  const lossMs = lossTimes(pod);
  if (finishedAt === undefined || lossMs.length === 0 || isNodeClockSlow(pod)) return false;
  return timeOf(finishedAt) < Math.min(...lossMs);
}

/** True if the node reports that it took the pod before the control plane had created or scheduled it. */
function isNodeClockSlow({ metadata, status }: V1Pod): boolean {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const known = [metadata?.creationTimestamp, scheduled?.lastTransitionTime];
  const earliestMs = Math.max(...known.map((time) => (time === undefined ? 0 : timeOf(time))));
  return status?.startTime !== undefined && timeOf(status.startTime) + second < earliestMs;
}

/** The times of deletion, disruption and deadline in the status. A kubelet's own eviction has only the time of the report. */
function lossTimes(pod: V1Pod): readonly number[] {
  const { phase, reason = '', conditions = [], startTime } = pod.status ?? {};
  const disruption = conditions.find(({ type }) => type === 'DisruptionTarget');
  const disrupted =
    disruption?.reason === 'TerminationByKubelet' ? undefined : disruption?.lastTransitionTime;
  const times = disrupted === undefined ? [] : [timeOf(disrupted)];
  if (phase === 'Failed' && reason !== '') {
    const deadlineMs = (pod.spec?.activeDeadlineSeconds ?? NaN) * second;
    const isDated = reason === 'DeadlineExceeded' && startTime !== undefined && deadlineMs >= 0;
    return isDated ? [...times, timeOf(startTime) + deadlineMs] : times;
  }
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata ?? {};
  if (deletionTimestamp === undefined) return times;
  return [...times, timeOf(deletionTimestamp) - deletionGracePeriodSeconds * second];
}

function readInitFailure(pod: V1Pod): LostState | undefined {
  for (const { name, state } of pod.status?.initContainerStatuses ?? []) {
    const ended = state?.terminated;
    if (ended === undefined || ended.exitCode === 0) continue;
    const words = [ended.reason, ended.message].filter(Boolean).join(': ');
    const message = `init container ${JSON.stringify(name)} ended with exit code ${ended.exitCode} (${words})`;
    return { kind: 'lost', reason: 'InitContainerFailed', message };
  }
  return undefined;
}

/** An end without a known exit code, or a restart of the container. */
export function readUnknownEnd(status: V1ContainerStatus | undefined): LostState | undefined {
  const unknown =
    unknownEndOf(status?.state?.terminated) ?? unknownEndOf(status?.lastState?.terminated);
  if (unknown !== undefined || (status?.restartCount ?? 0) === 0) return unknown;
  return {
    kind: 'lost',
    reason: 'ContainerRestarted',
    message: 'the container was restarted without its stdin',
  };
}

/**
 * The kubelet did not find the container (it starts another one then), or containerd lost the shim process that has the exit code
 * (the reason is `Unknown`).
 */
function unknownEndOf(end: V1ContainerStateTerminated | undefined): LostState | undefined {
  if (!['ContainerStatusUnknown', 'Unknown'].includes(end?.reason ?? '')) return undefined;
  const message = end?.message ?? 'its exit code is unknown';
  return { kind: 'lost', reason: 'ContainerStatusUnknown', message };
}
