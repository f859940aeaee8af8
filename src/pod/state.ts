import type {
  V1ContainerState,
  V1ContainerStateTerminated,
  V1ContainerStatus,
  V1Pod,
  V1PodCondition,
} from '@kubernetes/client-node';
import { checkInit, isStuckReason, waitOf } from './reasons.ts';

/** A pod as the flow sees it: one of these, whatever the cluster's fields say. */
export type PodState =
  /** Not running yet, and that may still change by itself. */
  | { readonly kind: 'starting'; readonly reason: string; readonly message: string }
  /** Not running, and hopeless after `patienceMs`. */
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
      /** The node says nothing any more. It may come back; if not, the cluster deletes the pod after its tolerations. */
      readonly isNodeSilent?: true;
    }
  /** The container has ended badly, and why may still follow: `end` counts if nothing does. */
  | { readonly kind: 'ending'; readonly end: EndedState | LostState }
  | EndedState
  | LostState
  | { readonly kind: 'gone' };

/** The cluster took the pod away, or it failed without a verdict of the container. */
export interface LostState {
  readonly kind: 'lost';
  readonly reason: string;
  readonly message: string;
}

/** The container ended by itself: its exit code is the verdict. */
export interface EndedState {
  readonly kind: 'ended';
  readonly exitCode: number;
  /** Kubernetes' word: Completed, Error, OOMKilled, StartError, … */
  readonly reason: string;
  /** Termination message, or the runtime's text when the container could not be started. */
  readonly message: string;
  readonly node: string;
  /** The limit that the cluster has set: the user's, or the default of a LimitRange. */
  readonly memoryLimit?: string | undefined;
}

/**
 * The only interpreter of pod status. Looks at the builder's container by name and never trusts the phase alone: a sidecar
 * keeps it Running. Reasons are those of the kubelet, containerd and CRI-O.
 * @param pod undefined once the pod is gone.
 */
export function readPodState(pod: V1Pod | undefined, container: string): PodState {
  if (pod === undefined) return { kind: 'gone' };
  const status = statusOf(pod, container);
  const state = status?.state;
  const loss = readLoss(pod);
  const accident = readAccident(status);
  if (accident !== undefined) return loss ?? withLastWord(pod, container, accident);
  if (state?.terminated !== undefined) {
    const { exitCode, reason = '', message = '' } = state.terminated;
    // Whoever takes a pod away kills its container too, and many a program exits with 0 when it is told to stop: then the
    // cluster's reason counts, not the exit code.
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
    return exitCode === 0 ? end : withLastWord(pod, container, end);
  }
  const lost = loss ?? readUnproved(pod);
  if (lost !== undefined) return lost;
  if (state?.running !== undefined) {
    return {
      kind: 'running',
      node: nodeOf(pod),
      ...(isNodeSilent(pod) && { isNodeSilent: true }),
    };
  }
  return readWaiting(pod, state);
}

/** True once the container does nothing any more, though why it ended may not be known yet. */
export function hasEnded(state: PodState): boolean {
  return state.kind === 'ending' || isFinal(state);
}

/** True when nothing can change any more. */
export function isFinal(state: PodState): boolean {
  return state.kind === 'ended' || state.kind === 'lost' || state.kind === 'gone';
}

/** The signal that killed the container, by the shells' rule; undefined if it ended by itself. */
export function signalOf(exitCode: number): number | undefined {
  return exitCode > 128 && exitCode < 160 ? exitCode - 128 : undefined;
}

/** One line for the log: the reason and the cluster's own words. */
export function describePodState(state: PodState): string {
  switch (state.kind) {
    case 'starting':
    case 'stuck':
    case 'lost':
      return state.message === '' ? state.reason : `${state.reason}: ${state.message}`;
    case 'running':
      return describeRunning(state.node, state.isNodeSilent === true);
    case 'ending':
      return describePodState(state.end);
    case 'ended':
      return `ended with exit code ${state.exitCode} (${state.reason})`;
    case 'gone':
      return 'gone';
  }
}

function describeRunning(node: string, isNodeSilent: boolean): string {
  const where = node === '' ? '' : ` on node ${node}`;
  return `running${where}${isNodeSilent ? ', which has stopped answering' : ''}`;
}

/** The node controller takes back the readiness of such a pod, and nothing else; it gives no reason. */
function isNodeSilent(pod: V1Pod): boolean {
  const condition = (name: string): V1PodCondition | undefined =>
    pod.status?.conditions?.find(({ type }) => type === name);
  const ready = condition('Ready');
  return (
    ready?.status === 'False' &&
    (ready.reason ?? '') === '' &&
    condition('ContainersReady')?.status === 'True'
  );
}

/** An end of which nobody knows the exit code, or after which there was another start. */
function readAccident(status: V1ContainerStatus | undefined): LostState | undefined {
  const unknown =
    unknownEndOf(status?.state?.terminated) ?? unknownEndOf(status?.lastState?.terminated);
  if (unknown !== undefined || (status?.restartCount ?? 0) === 0) return unknown;
  return { kind: 'lost', reason: 'ContainerRestarted', message: 'a second start has no stdin' };
}

/**
 * The kubelet found no container (it starts a second one then), or containerd lost the process that keeps the exit code
 * (its reason is `Unknown`).
 */
function unknownEndOf(end: V1ContainerStateTerminated | undefined): LostState | undefined {
  if (!['ContainerStatusUnknown', 'Unknown'].includes(end?.reason ?? '')) return undefined;
  const message = end?.message ?? 'its exit code is not known';
  return { kind: 'lost', reason: 'ContainerStatusUnknown', message };
}

/**
 * A kubelet that ends a pod itself (eviction, deadline, preemption, shutdown) tells that its containers have ended as soon as
 * they have, and the reason only with the phase, about a second later; it may have removed the containers by then, and does
 * not know their exit codes any more. While another one has not ended, or the builder runs again, no phase is on its way.
 */
function withLastWord(pod: V1Pod, container: string, end: EndedState | LostState): PodState {
  const { phase, containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const isOver = phase === 'Failed' || phase === 'Succeeded';
  const goesOn = [...containerStatuses, ...initContainerStatuses].some(({ name, state }) =>
    name === container ? state?.running !== undefined : state?.terminated === undefined,
  );
  return isOver || goesOn ? end : { kind: 'ending', end };
}

/** The cluster's own word that it has taken the pod away. */
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
  return { kind: 'lost', reason: 'Deleted', message: 'somebody deleted the pod' };
}

/** The pod is over, and its builder has not ended. */
function readUnproved(pod: V1Pod): LostState | undefined {
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

/** True if the container had ended by itself before the cluster took the pod away. Times are whole seconds. */
function endedBeforeLoss(pod: V1Pod, { finishedAt }: V1ContainerStateTerminated): boolean {
  const lossMs = lossTimes(pod);
  return finishedAt !== undefined && lossMs.length > 0 && timeOf(finishedAt) < Math.min(...lossMs);
}

/** When the pod was taken away, as far as its status says it: a kubelet's own time is that of telling, after the end. */
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

/** A time of the API: text in JSON, whatever the model's type says. */
function timeOf(time: Date): number {
  return new Date(time).getTime();
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

/** The user's own containers: no input but the template has to do with them. */
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
