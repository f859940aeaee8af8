import { describeError } from '../errors.ts';
import type { Clock, Cluster, PodRef } from '../ports.ts';
import { within } from '../time/within.ts';
import { eventsIfKnown, readKilling, readRemoval, type Killing } from './events.ts';
import { signalOf, type LostState, type PodState } from './state/state.ts';

/** The part of an end that only the pod's events report. */
export interface EndCause {
  /** Why the kubelet killed the container, if that is known. */
  readonly killing: Killing | undefined;
  /** Why the kubelet ended the pod, if it did so and the pod status does not report it. */
  readonly removal: LostState | undefined;
}

export interface EndCauseOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly ref: PodRef;
  /** True if exit code 0 is the only proof that the build succeeded. */
  readonly isProvedByExit: boolean;
  /** Gets a warning if events that could refute this proof cannot be read. */
  readonly warn: (text: string) => Promise<void>;
}

/** Time limit of the request for the events: they only add to the exit code. */
const eventsMs = 5_000;
const unknown: EndCause = { killing: undefined, removal: undefined };

/**
 * Reads from the pod's events why a container was killed, and whether one that ended with exit code 0 was evicted or preempted.
 * Without the RBAC permission `list events` both are unknown.
 */
export async function readEndCause(
  state: PodState,
  { cluster, clock, ref, isProvedByExit, warn }: EndCauseOptions,
  signal: AbortSignal,
): Promise<EndCause> {
  if (state.kind !== 'ended') return unknown;
  const limit = { clock, ms: eventsMs };
  if (state.exitCode !== 0) {
    if (signalOf(state.exitCode) === undefined) return unknown;
    const events = await within(limit, signal, (until) => eventsIfKnown(cluster, ref, until));
    return { ...unknown, killing: readKilling(events) };
  }
  if (!isProvedByExit) return unknown;
  try {
    const events = await within(limit, signal, (until) => cluster.podEvents(ref, until));
    return { ...unknown, removal: readRemoval(events) };
  } catch (error) {
    signal.throwIfAborted();
    await warn(
      `the builder ended with exit code 0, but the events that would report an eviction or preemption cannot be read: ${describeError(error)}`,
    );
    return unknown;
  }
}
