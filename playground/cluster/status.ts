import {
  formatTime,
  type Condition,
  type Container,
  type ContainerState,
  type ContainerStatus,
  type Pod,
  type PodStatus,
} from './pod.ts';

/** The state of a pod in the kubelet. The status is computed from it. */
export interface Observed {
  /** Undefined until a node is found. */
  readonly node: { readonly ip: string } | undefined;
  /** True when the kubelet has the pod; until then only the scheduler has written the status. */
  readonly accepted: boolean;
  /** The reason why no node was found. */
  readonly unschedulable: string | undefined;
  /** True from the mount of the volumes to the end of all containers. */
  readonly sandbox: boolean;
  /** True when the end of the pod is final, shortly after the end of its containers. */
  readonly over: boolean;
  readonly startTime: string | undefined;
  readonly podIP: string | undefined;
  readonly states: ReadonlyMap<string, ContainerState>;
  readonly ids: ReadonlyMap<string, string>;
  /** Set when the kubelet has ended the pod. */
  readonly verdict: { readonly reason: string; readonly message: string } | undefined;
}

/** A pod's status as a kubelet of 1.35 writes it (recorded ones: `__tests__/fixtures/pods`). */
export function podStatus(pod: Pod, seen: Observed): PodStatus {
  const qosClass = qosClassOf(pod);
  if (seen.node === undefined) {
    const unscheduled: PodStatus = { phase: 'Pending', qosClass };
    if (seen.unschedulable !== undefined)
      unscheduled.conditions = [
        condition(pod, 'PodScheduled', 'False', 'Unschedulable', seen.unschedulable),
      ];
    return unscheduled;
  }
  if (!seen.accepted)
    return { phase: 'Pending', qosClass, conditions: [condition(pod, 'PodScheduled', 'True')] };
  const init = pod.spec.initContainers ?? [];
  return {
    phase: reportedPhase(pod, seen),
    ...seen.verdict,
    qosClass,
    observedGeneration: 1,
    conditions: conditionsOf(pod, seen),
    hostIP: seen.node.ip,
    hostIPs: [{ ip: seen.node.ip }],
    ...(seen.podIP !== undefined && { podIP: seen.podIP, podIPs: [{ ip: seen.podIP }] }),
    ...(seen.startTime !== undefined && { startTime: seen.startTime }),
    ...(init.length > 0 && {
      initContainerStatuses: init.map((container) => containerStatus(pod, container, seen)),
    }),
    containerStatuses: pod.spec.containers.map((container) =>
      containerStatus(pod, container, seen),
    ),
  };
}

/** The phase changes when the end is final, later than the conditions. */
function reportedPhase(pod: Pod, seen: Observed): string {
  const phase = phaseOf(pod, seen);
  const isEnd = phase === 'Succeeded' || phase === 'Failed';
  return isEnd && !seen.over && !hasFailedEarly(pod, seen) ? pod.status.phase : phase;
}

function phaseOf(pod: Pod, seen: Observed): string {
  const { states } = seen;
  if (hasFailedEarly(pod, seen)) return 'Failed';
  const own = pod.spec.containers.map((c) => states.get(c.name));
  if (own.every((state) => state?.terminated !== undefined))
    return own.every((state) => state?.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  return own.every((state) => state?.running !== undefined || state?.terminated !== undefined)
    ? 'Running'
    : 'Pending';
}

/** Ended by the kubelet itself or by an init container: the sandbox is removed when the status shows it. */
function hasFailedEarly(pod: Pod, { states, verdict }: Observed): boolean {
  const initCodes = (pod.spec.initContainers ?? []).map(
    ({ name }) => states.get(name)?.terminated?.exitCode,
  );
  return verdict !== undefined || initCodes.some((code) => code !== undefined && code !== 0);
}

function conditionsOf(pod: Pod, seen: Observed): Condition[] {
  const phase = phaseOf(pod, seen);
  const hasEnded = phase === 'Succeeded' || phase === 'Failed';
  const waitingInit = (pod.spec.initContainers ?? []).filter(
    ({ name }) => seen.states.get(name)?.terminated?.exitCode !== 0,
  );
  const unready = pod.spec.containers.filter(
    ({ name }) => seen.states.get(name)?.running === undefined,
  );
  const endReason = phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed';
  const unreadyText = `containers with unready status: [${names(unready)}]`;
  const ready = (type: string): Condition => {
    if (hasEnded) return condition(pod, type, 'False', endReason);
    return unready.length === 0
      ? condition(pod, type, 'True')
      : condition(pod, type, 'False', 'ContainersNotReady', unreadyText);
  };
  const initialized =
    waitingInit.length === 0
      ? condition(pod, 'Initialized', 'True', phase === 'Succeeded' ? endReason : undefined)
      : condition(
          pod,
          'Initialized',
          'False',
          'ContainersNotInitialized',
          `containers with incomplete status: [${names(waitingInit)}]`,
        );
  return [
    condition(
      pod,
      'PodReadyToStartContainers',
      seen.sandbox && !hasFailedEarly(pod, seen) ? 'True' : 'False',
    ),
    initialized,
    ready('Ready'),
    ready('ContainersReady'),
    condition(pod, 'PodScheduled', 'True'),
  ];
}

function condition(
  pod: Pod,
  type: string,
  status: 'True' | 'False',
  reason?: string,
  message?: string,
): Condition {
  const before = pod.status.conditions?.find((other) => other.type === type);
  return {
    type,
    status,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    observedGeneration: 1,
    lastProbeTime: null,
    lastTransitionTime:
      before?.status === status ? before.lastTransitionTime : formatTime(Date.now()),
  };
}

function containerStatus(pod: Pod, { name, image }: Container, seen: Observed): ContainerStatus {
  const isInit = pod.spec.initContainers?.some((container) => container.name === name) ?? false;
  const waiting =
    (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const state = seen.states.get(name) ?? { waiting: { reason: waiting } };
  const containerID = seen.ids.get(name);
  return {
    name,
    image,
    imageID:
      containerID === undefined
        ? ''
        : `${image.replace(/[:@][^/]*$/, '')}@sha256:${'0'.repeat(64)}`,
    ...(containerID !== undefined && { containerID, resources: {} }),
    lastState: {},
    ready: isInit ? state.terminated?.exitCode === 0 : state.running !== undefined,
    restartCount: 0,
    started: state.running !== undefined,
    state,
  };
}

export function qosClassOf(pod: Pick<Pod, 'spec'>): string {
  const used = pod.spec.containers.map(({ resources }) => resources);
  const named = used.flatMap((r) => Object.keys({ ...r?.requests, ...r?.limits }));
  if (!named.includes('cpu') && !named.includes('memory')) return 'BestEffort';
  const isGuaranteed = used.every(
    (r) =>
      r?.limits?.['cpu'] !== undefined &&
      r.limits['memory'] !== undefined &&
      (r.requests?.['cpu'] ?? r.limits['cpu']) === r.limits['cpu'] &&
      (r.requests?.['memory'] ?? r.limits['memory']) === r.limits['memory'],
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function names(containers: readonly Container[]): string {
  return containers.map(({ name }) => name).join(' ');
}
