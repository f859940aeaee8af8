import type {
  V1ContainerState,
  V1ContainerStateTerminated,
  V1ContainerStatus,
  V1Pod,
} from '@kubernetes/client-node';

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
  | { readonly kind: 'running'; readonly node: string }
  | EndedState
  /** The cluster took the pod away, or it failed without a verdict of the container. */
  | { readonly kind: 'lost'; readonly reason: string; readonly message: string }
  | { readonly kind: 'gone' };

/** The container ended by itself: its exit code is the verdict. */
export interface EndedState {
  readonly kind: 'ended';
  readonly exitCode: number;
  /** Kubernetes' word: Completed, Error, OOMKilled, StartError, … */
  readonly reason: string;
  /** Termination message, or the runtime's text when the container could not be started. */
  readonly message: string;
  readonly node: string;
}

interface Wait {
  readonly patienceMs: number;
  readonly hint: string;
}

const now = 0;
const second = 1_000;
const checkImage = "Check 'builder-image' and, for a private registry, 'image-pull-secrets'.";
const checkReferences =
  "Create the Secret or ConfigMap that the pod names, or correct 'pod-template' and 'registry-secret'.";

/** Waiting reasons that do not get better by themselves; every other reason is waited for until `start-timeout`. */
const stuckReasons: Readonly<Record<string, Wait>> = {
  InvalidImageName: { patienceMs: now, hint: "Correct 'builder-image'." },
  ErrImageNeverPull: { patienceMs: now, hint: checkImage },
  ImageInspectError: { patienceMs: now, hint: checkImage },
  SignatureValidationFailed: { patienceMs: now, hint: checkImage },
  // A registry can be away for a minute; a definite answer is recognised by its text below.
  ErrImagePull: { patienceMs: 90 * second, hint: checkImage },
  ImagePullBackOff: { patienceMs: 90 * second, hint: checkImage },
  RegistryUnavailable: { patienceMs: 90 * second, hint: checkImage },
  // The kubelet tries again, and what is missing may be created a moment after the pod.
  CreateContainerConfigError: { patienceMs: 10 * second, hint: checkReferences },
  CreateContainerError: {
    patienceMs: 10 * second,
    hint: "Check 'builder-command' and 'pod-template'.",
  },
  RunContainerError: {
    patienceMs: 10 * second,
    hint: "Check 'builder-command' and 'pod-template'.",
  },
  CreatePodSandboxError: {
    patienceMs: 60 * second,
    hint: 'Look at the node: its runtime or network is not ready.',
  },
  ConfigPodSandboxError: {
    patienceMs: 60 * second,
    hint: 'Look at the node: its runtime or network is not ready.',
  },
  PreCreateHookError: { patienceMs: 10 * second, hint: "Check 'pod-template'." },
  PreStartHookError: { patienceMs: 10 * second, hint: "Check 'pod-template'." },
  PostStartHookError: { patienceMs: 10 * second, hint: "Check 'pod-template'." },
  CrashLoopBackOff: { patienceMs: now, hint: "Look at the init containers of 'pod-template'." },
};

/** A registry that answers like this will not answer otherwise a minute later. */
const definitePullError =
  /not found|manifest unknown|name unknown|unauthorized|denied|forbidden|no match for platform|invalid reference/i;
const definitePullPatienceMs = 3 * second;

/**
 * The only interpreter of pod status. Looks at the builder's container by name and never trusts the phase alone: a sidecar
 * keeps it Running. Reasons are those of the kubelet, containerd and CRI-O.
 * @param pod undefined once the pod is gone.
 */
export function readPodState(pod: V1Pod | undefined, container: string): PodState {
  if (pod === undefined) return { kind: 'gone' };
  const status = statusOf(pod, container);
  const state = status?.state;
  if ((status?.restartCount ?? 0) > 0) {
    const message = 'a second start has no stdin';
    return { kind: 'lost', reason: 'ContainerRestarted', message };
  }
  const lost = readLoss(pod, state);
  if (state?.terminated !== undefined) {
    const { exitCode, reason = '', message = '' } = state.terminated;
    // Whoever takes a pod away kills its container too, and many a program exits with 0 when it is told to stop: then the
    // cluster's reason counts, not the exit code.
    if (lost !== undefined && (exitCode !== 0 || !endedBeforeLoss(pod, state.terminated))) {
      return lost;
    }
    return { kind: 'ended', exitCode, reason, message, node: nodeOf(pod) };
  }
  if (lost !== undefined) return lost;
  if (state?.running !== undefined) return { kind: 'running', node: nodeOf(pod) };
  return readWaiting(pod, state);
}

/** True when nothing that the container does can change any more. */
export function isFinal(state: PodState): boolean {
  return state.kind === 'ended' || state.kind === 'lost' || state.kind === 'gone';
}

/** One line for the log: the reason and the cluster's own words. */
export function describePodState(state: PodState): string {
  switch (state.kind) {
    case 'starting':
    case 'stuck':
    case 'lost':
      return state.message === '' ? state.reason : `${state.reason}: ${state.message}`;
    case 'running':
      return state.node === '' ? 'running' : `running on node ${state.node}`;
    case 'ended':
      return `ended with exit code ${state.exitCode} (${state.reason})`;
    case 'gone':
      return 'gone';
  }
}

function readLoss(pod: V1Pod, state: V1ContainerState | undefined): PodState | undefined {
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
  if (pod.metadata?.deletionTimestamp !== undefined) {
    return { kind: 'lost', reason: 'Deleted', message: 'somebody deleted the pod' };
  }
  if (state?.terminated?.reason === 'ContainerStatusUnknown') {
    return {
      kind: 'lost',
      reason: 'ContainerStatusUnknown',
      message: state.terminated.message ?? '',
    };
  }
  if (state?.terminated !== undefined || (phase !== 'Failed' && phase !== 'Succeeded'))
    return undefined;
  return (
    readInitFailure(pod) ?? {
      kind: 'lost',
      reason: phase,
      message: message || 'the builder has no exit code',
    }
  );
}

/** True if the container had ended by itself before the cluster took the pod away. Times are whole seconds. */
function endedBeforeLoss(pod: V1Pod, { finishedAt }: V1ContainerStateTerminated): boolean {
  const lossMs = lossTimes(pod);
  return finishedAt !== undefined && lossMs.length > 0 && timeOf(finishedAt) < Math.min(...lossMs);
}

/** When the pod was taken away, as far as its status says it. */
function lossTimes(pod: V1Pod): readonly number[] {
  const { phase, reason = '', conditions = [], startTime } = pod.status ?? {};
  const disrupted = conditions.find(({ type }) => type === 'DisruptionTarget')?.lastTransitionTime;
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

function readInitFailure(pod: V1Pod): PodState | undefined {
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
    isStuck(state?.waiting?.reason),
  )?.state;
  const waiting = init?.waiting ?? state?.waiting;
  if (waiting?.reason !== undefined) return readReason(waiting.reason, waiting.message ?? '');
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

function readReason(reason: string, message: string): PodState {
  const wait = Object.hasOwn(stuckReasons, reason) ? stuckReasons[reason] : undefined;
  if (wait === undefined) return { kind: 'starting', reason, message };
  const definite = reason.includes('Image') && definitePullError.test(message);
  const patienceMs = definite ? Math.min(wait.patienceMs, definitePullPatienceMs) : wait.patienceMs;
  return { kind: 'stuck', reason, message, patienceMs, hint: wait.hint };
}

function isStuck(reason: string | undefined): boolean {
  return reason !== undefined && Object.hasOwn(stuckReasons, reason);
}

function statusOf(pod: V1Pod, container: string): V1ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === container);
}

function nodeOf(pod: V1Pod): string {
  return pod.spec?.nodeName ?? '';
}
