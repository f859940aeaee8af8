import type {
  V1ContainerState,
  V1ContainerStateTerminated,
  V1ContainerStatus,
  V1Pod,
  V1PodCondition,
} from '@kubernetes/client-node';
import { checkInit, isStuckReason, waitOf } from './reasons.ts';

/** The state of a pod, as far as the build needs it. */
export type PodState =
  /** Not running yet; may start by itself. */
  | { readonly kind: 'starting'; readonly reason: string; readonly message: string }
  /** Not running, and cannot start by itself: fails after `patienceMs`. */
  | {
      readonly kind: 'stuck';
      readonly reason: string;
      readonly message: string;
      readonly patienceMs: number;
      readonly hint: string;
    }
  | {
      readonly kind: 'running';
      readonly node: string;
      /** The node is NotReady. It may become Ready again; if not, the pod is evicted after its tolerationSeconds. */
      readonly isNodeNotReady?: true;
    }
  /** The container has failed, and the reason may follow in a later status: `end` is the result if none does. */
  | { readonly kind: 'ending'; readonly end: EndedState | LostState }
  | EndedState
  | LostState
  | { readonly kind: 'gone' };

/** The pod was deleted, evicted or preempted, or it failed without an exit code of the builder container. */
export interface LostState {
  readonly kind: 'lost';
  readonly reason: string;
  readonly message: string;
}

/** The container ended by itself: its exit code decides. */
export interface EndedState {
  readonly kind: 'ended';
  readonly exitCode: number;
  /** Reason in the container status: Completed, Error, OOMKilled, StartError, … */
  readonly reason: string;
  /** Termination message, or the error of the container runtime if the container could not be started. */
  readonly message: string;
  readonly node: string;
  /** The memory limit in the pod spec: of the user, or the default of a LimitRange. */
  readonly memoryLimit?: string | undefined;
}

/**
 * Reads the pod status; no other code does. Finds the builder container by name and does not rely on the phase alone: with a
 * sidecar the phase stays Running. Reasons are those of the kubelet, containerd and CRI-O.
 * @param pod undefined once the pod is deleted.
 */
export function readPodState(pod: V1Pod | undefined, container: string): PodState {
  if (pod === undefined) return { kind: 'gone' };
  const status = statusOf(pod, container);
  const state = status?.state;
  const loss = readLoss(pod);
  const unknownEnd = readUnknownEnd(status);
  if (unknownEnd !== undefined) return loss ?? untilReason(pod, container, unknownEnd);
  if (state?.terminated !== undefined) {
    const { exitCode, reason = '', message = '' } = state.terminated;
    // An eviction or deletion also stops the container, and many programs exit with 0 after SIGTERM: then the reason of the
    // cluster counts, not the exit code.
    if (loss !== undefined && !endedBeforeLoss(pod, state.terminated)) return loss;
    const memoryLimit = memoryLimitOf(pod, container);
    const end: EndedState = {
      kind: 'ended',
      exitCode,
      reason,
      message,
      node: nodeOf(pod),
      memoryLimit,
    };
    return exitCode === 0 ? end : untilReason(pod, container, end);
  }
  const lost = loss ?? readMissingExitCode(pod);
  if (lost !== undefined) return lost;
  if (state?.running !== undefined) {
    return {
      kind: 'running',
      node: nodeOf(pod),
      ...(isNodeNotReady(pod) && { isNodeNotReady: true }),
    };
  }
  return readWaiting(pod, state);
}

/** True once the container has ended, also if the reason may still follow. */
export function hasEnded(state: PodState): boolean {
  return state.kind === 'ending' || isFinal(state);
}

/** True for a state that does not change any more. */
export function isFinal(state: PodState): boolean {
  return state.kind === 'ended' || state.kind === 'lost' || state.kind === 'gone';
}

/** The signal that killed the container, by the convention of shells (128 + signal); undefined if it ended by itself. */
export function signalOf(exitCode: number): number | undefined {
  return exitCode > 128 && exitCode < 160 ? exitCode - 128 : undefined;
}

/** One line for the log: reason and message of the pod status. */
export function describePodState(state: PodState): string {
  switch (state.kind) {
    case 'starting':
    case 'stuck':
    case 'lost':
      return state.message === '' ? state.reason : `${state.reason}: ${state.message}`;
    case 'running':
      return describeRunning(state.node, state.isNodeNotReady === true);
    case 'ending':
      return describePodState(state.end);
    case 'ended':
      return `ended with exit code ${state.exitCode} (${state.reason})`;
    case 'gone':
      return 'deleted';
  }
}

function describeRunning(node: string, isNodeNotReady: boolean): string {
  const where = node === '' ? '' : ` on node ${node}`;
  return `running${where}${isNodeNotReady ? ', which is NotReady' : ''}`;
}

/** The node controller sets only the condition Ready of such a pod to False, without a reason. */
function isNodeNotReady(pod: V1Pod): boolean {
  const condition = (name: string): V1PodCondition | undefined =>
    pod.status?.conditions?.find(({ type }) => type === name);
  const ready = condition('Ready');
  return (
    ready?.status === 'False' &&
    (ready.reason ?? '') === '' &&
    condition('ContainersReady')?.status === 'True'
  );
}

/** An end without a known exit code, or a restart of the container. */
function readUnknownEnd(status: V1ContainerStatus | undefined): LostState | undefined {
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

/**
 * A kubelet that ends a pod itself (eviction, deadline, preemption, shutdown) first reports that the containers have ended, and
 * the reason about a second later, together with the phase. It may have removed the containers by then, so their exit codes are
 * unknown. If another container has not ended, or the builder runs again, the kubelet has not ended the pod, and no reason
 * follows.
 */
function untilReason(pod: V1Pod, container: string, end: EndedState | LostState): PodState {
  const { phase, containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const isOver = phase === 'Failed' || phase === 'Succeeded';
  const goesOn = [...containerStatuses, ...initContainerStatuses].some(({ name, state }) =>
    name === container ? state?.running !== undefined : state?.terminated === undefined,
  );
  return isOver || goesOn ? end : { kind: 'ending', end };
}

/** The reason for which the pod was deleted, evicted or preempted, if the status has one. */
function readLoss(pod: V1Pod): LostState | undefined {
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
function readMissingExitCode(pod: V1Pod): LostState | undefined {
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
function endedBeforeLoss(pod: V1Pod, { finishedAt }: V1ContainerStateTerminated): boolean {
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

function readWaiting(pod: V1Pod, state: V1ContainerState | undefined): PodState {
  const init = pod.status?.initContainerStatuses?.find(({ state }) =>
    isStuckReason(state?.waiting?.reason ?? ''),
  );
  if (init !== undefined) return readInitWaiting(init);
  const { reason, message = '' } = state?.waiting ?? {};
  if (reason !== undefined) return readReason(reason, message);
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return {
      kind: 'starting',
      reason: scheduled.reason ?? 'Unschedulable',
      message: scheduled.message ?? '',
    };
  }
  return {
    kind: 'starting',
    reason: scheduled === undefined ? 'Pending' : 'Scheduled',
    message: '',
  };
}

/** Only the pod template has init containers. */
function readInitWaiting({ name, state }: V1ContainerStatus): PodState {
  const { reason = '', message = '' } = state?.waiting ?? {};
  const words = `init container ${JSON.stringify(name)}${message === '' ? '' : `: ${message}`}`;
  const read = readReason(reason, words);
  return read.kind === 'stuck' ? { ...read, hint: checkInit } : read;
}

function readReason(reason: string, message: string): PodState {
  const wait = waitOf(reason, message);
  return wait === undefined
    ? { kind: 'starting', reason, message }
    : { kind: 'stuck', reason, message, ...wait };
}

function statusOf(pod: V1Pod, container: string): V1ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === container);
}

function memoryLimitOf(pod: V1Pod, container: string): string | undefined {
  const spec = pod.spec?.containers.find(({ name }) => name === container);
  return spec?.resources?.limits?.['memory'];
}

function nodeOf(pod: V1Pod): string {
  return pod.spec?.nodeName ?? '';
}

/**
 * Milliseconds of a time of the API since the epoch; NaN without a time. In JSON it is a string, although the type of the model is
 * Date.
 */
export function timeOf(time: Date | undefined): number {
  return time === undefined ? NaN : new Date(time).getTime();
}
