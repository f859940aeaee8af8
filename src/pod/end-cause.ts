import { describeError } from '../errors.ts';
import type { Cluster, PodRef } from '../ports.ts';
import { eventsIfKnown, readKilling, readRemoval, type Killing } from './events.ts';
import { signalOf, type LostState, type PodState } from './state.ts';

/** What only the events tell about an end. */
export interface EndCause {
  /** What the kubelet killed the container for, if that is known. */
  readonly killing: Killing | undefined;
  /** What the kubelet ended the pod for, if it did so and the state does not say it. */
  readonly removal: LostState | undefined;
}

export interface EndCauseOptions {
  readonly cluster: Cluster;
  readonly ref: PodRef;
  /** True if nothing but exit code 0 says that the builder has done its work. */
  readonly isProvedByExit: boolean;
  /** Told that events which could take this proof away cannot be read. */
  readonly warn: (text: string) => Promise<void>;
}

/** The events only add to what is known already. */
const eventsMs = 5_000;
const unknown: EndCause = { killing: undefined, removal: undefined };

/**
 * Why a container was killed, or whether one that says of itself that all is well was told to end. Without the right to read
 * the events it stays unknown.
 */
export async function readEndCause(
  state: PodState,
  { cluster, ref, isProvedByExit, warn }: EndCauseOptions,
  signal: AbortSignal,
): Promise<EndCause> {
  if (state.kind !== 'ended') return unknown;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(eventsMs)]);
  if (state.exitCode !== 0) {
    if (signalOf(state.exitCode) === undefined) return unknown;
    return { ...unknown, killing: readKilling(await eventsIfKnown(cluster, ref, patience)) };
  }
  if (!isProvedByExit) return unknown;
  try {
    return { ...unknown, removal: readRemoval(await cluster.podEvents(ref, patience)) };
  } catch (error) {
    signal.throwIfAborted();
    await warn(
      `the builder ended with exit code 0; whether the node told it to end is not known: ${describeError(error)}`,
    );
    return unknown;
  }
}
