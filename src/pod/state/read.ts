import type {
  V1ContainerState,
  V1ContainerStatus,
  V1Pod,
  V1PodCondition,
} from '@kubernetes/client-node';
import { endedBeforeLoss, readLoss, readMissingExitCode, readUnknownEnd } from './loss.ts';
import { checkInit, isStuckReason, waitOf } from './reasons.ts';
import type { EndedState, LostState, PodState } from './state.ts';

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
