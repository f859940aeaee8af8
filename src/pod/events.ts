import type { Cluster, PodEvent, PodRef } from '../ports.ts';
import {
  checkReferences,
  killedAtStart,
  noUserNamespaces,
  raiseMemory,
  selectUserNamespaces,
} from './state/reasons.ts';
import type { LostState } from './state/state.ts';

/** A warning event of a pod that does not start, and what the user can change. */
export interface Obstacle {
  /** Reason and message of the event. */
  readonly event: string;
  /** True if the pod cannot start without a change. */
  readonly isHopeless: boolean;
  readonly hint: string;
}

/** Why the kubelet killed a container, and what the user can change. */
export interface Killing {
  readonly message: string;
  readonly hint: string;
}

interface Rule extends Omit<Obstacle, 'event'> {
  readonly reason: RegExp;
  readonly message: RegExp;
}

/** The first rule that matches applies. Sandbox and volume errors do not appear in the pod status of any kubelet version. */
const rules: readonly Rule[] = [
  {
    reason: /^FailedMount$/,
    message: /(?:secret|configmap) "[^"]*" not found|references non-existent (?:secret|config) key/,
    isHopeless: true,
    hint: checkReferences,
  },
  {
    reason: /^Failed(?:Mount|AttachVolume)$/,
    message: /(?:)/,
    isHopeless: false,
    hint: "Check the volumes in 'pod-template', or raise 'start-timeout'.",
  },
  {
    reason: /^FailedCreatePodSandBox$/,
    message: /no runtime for/,
    isHopeless: true,
    hint: "Correct runtimeClassName in 'pod-template', or select nodes that have this runtime with 'node-selector'.",
  },
  {
    reason: /^FailedCreatePodSandBox$/,
    message: noUserNamespaces,
    isHopeless: true,
    hint: selectUserNamespaces,
  },
  {
    reason: /^FailedCreatePodSandBox$/,
    message: killedAtStart,
    isHopeless: true,
    hint: raiseMemory,
  },
  {
    reason: /^FailedCreatePodSandBox$/,
    message: /(?:)/,
    isHopeless: false,
    hint: 'Check the node: its container runtime or network is not ready.',
  },
];

/** Reasons of the events of an eviction and a preemption. The pod status uses the same reasons. */
const removals: readonly string[] = ['Evicted', 'Preempting'];
const otherHint = "Raise 'start-timeout', or check the node and its events.";

/** The events of the pod; an empty list if they cannot be read. For uses in which the events only add an explanation. */
export async function eventsIfKnown(
  cluster: Cluster,
  ref: PodRef,
  signal: AbortSignal,
): Promise<readonly PodEvent[]> {
  return cluster.podEvents(ref, signal).catch(() => []);
}

/** The warnings about a pod that is scheduled and does not start, in the order of the events. */
export function readObstacles(events: readonly PodEvent[]): readonly Obstacle[] {
  return events
    .filter(({ type, reason }) => type === 'Warning' && reason !== 'FailedScheduling')
    .map(({ reason, message }) => {
      const rule = rules.find((one) => one.reason.test(reason) && one.message.test(message));
      const { isHopeless = false, hint = otherHint } = rule ?? {};
      return { event: `${reason}: ${message}`, isHopeless, hint };
    });
}

/** Why the kubelet killed a container, if the events report it: the pod status has only the signal. */
export function readKilling(events: readonly PodEvent[]): Killing | undefined {
  const event = events.findLast(({ reason }) => reason === 'FailedPostStartHook');
  if (event === undefined) return undefined;
  return {
    message: `its postStart hook failed (${event.reason}: ${event.message})`,
    hint: "Correct the postStart hook in 'pod-template'.",
  };
}

/**
 * The eviction or preemption of the pod, if the events report one. If the container exits with 0 after SIGTERM, the pod is
 * `Succeeded`, without a reason.
 */
export function readRemoval(events: readonly PodEvent[]): LostState | undefined {
  const event = events.findLast(({ reason }) => removals.includes(reason));
  return event === undefined
    ? undefined
    : { kind: 'lost', reason: event.reason, message: event.message };
}
