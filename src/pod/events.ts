import type { Cluster, PodEvent, PodRef } from '../ports.ts';
import { checkReferences, killedAtStart, raiseMemory } from './reasons.ts';
import type { LostState } from './state.ts';

/** A warning about a pod that does not start, and what can be done about it. */
export interface Obstacle {
  /** The cluster's own words. */
  readonly words: string;
  /** True for what does not change by itself. */
  readonly isHopeless: boolean;
  readonly hint: string;
}

/** What a kubelet killed a container for, and what can be done about it. */
export interface Killing {
  readonly message: string;
  readonly hint: string;
}

interface Rule extends Omit<Obstacle, 'words'> {
  readonly reason: RegExp;
  readonly message: RegExp;
}

/** The first that fits. Sandbox and volume errors stand in no status, whatever the kubelet. */
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
    hint: "Look at the volumes of 'pod-template', or give them more time with 'start-timeout'.",
  },
  {
    reason: /^FailedCreatePodSandBox$/,
    message: /no runtime for/,
    isHopeless: true,
    hint: "Correct runtimeClassName in 'pod-template', or choose nodes that have this runtime by 'node-selector'.",
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
    hint: 'Look at the node: its runtime or network is not ready.',
  },
];

/** Reasons of a kubelet's events, which its pods' status has as well. */
const removals: readonly string[] = ['Evicted', 'Preempting'];
const otherHint = "Give it more time with 'start-timeout', or look at the node and its events.";

/** For what events only explain: none if they cannot be read. */
export async function eventsIfKnown(
  cluster: Cluster,
  ref: PodRef,
  signal: AbortSignal,
): Promise<readonly PodEvent[]> {
  return cluster.podEvents(ref, signal).catch(() => []);
}

/**
 * What hinders a pod that has its node and still does not start, in the order of the events. What the scheduler said before
 * is over by then.
 */
export function readObstacles(events: readonly PodEvent[]): readonly Obstacle[] {
  return events
    .filter(({ type, reason }) => type === 'Warning' && reason !== 'FailedScheduling')
    .map(({ reason, message }) => {
      const rule = rules.find((one) => one.reason.test(reason) && one.message.test(message));
      const { isHopeless = false, hint = otherHint } = rule ?? {};
      return { words: `${reason}: ${message}`, isHopeless, hint };
    });
}

/** Why the kubelet killed a container: the status has nothing but the signal then. */
export function readKilling(events: readonly PodEvent[]): Killing | undefined {
  const event = events.findLast(({ reason }) => reason === 'FailedPostStartHook');
  if (event === undefined) return undefined;
  return {
    message: `its postStart hook failed (${event.reason}: ${event.message})`,
    hint: "Correct the postStart hook in 'pod-template'.",
  };
}

/**
 * What a kubelet has ended the pod for. A container that exits with 0 when it is told to stop leaves no other trace of it: its
 * pod is `Succeeded`, without a reason.
 */
export function readRemoval(events: readonly PodEvent[]): LostState | undefined {
  const event = events.findLast(({ reason }) => removals.includes(reason));
  return event === undefined
    ? undefined
    : { kind: 'lost', reason: event.reason, message: event.message };
}
