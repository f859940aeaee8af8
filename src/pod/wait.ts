import { BuildError } from '../errors.ts';
import type { Clock, PodEvent } from '../ports.ts';
import type { PodFollower } from './follow.ts';
import { describePodState, type PodState } from './state.ts';

export interface StartWait {
  readonly startTimeoutMs: number;
  readonly clock: Clock;
  /** Told whenever the reason for waiting changes. */
  readonly report: (line: string) => void | Promise<void>;
  /** Warnings about the pod: sandbox and volume errors stand nowhere else. */
  readonly events: () => Promise<readonly PodEvent[]>;
  /** What keeps the pod's state from being read at present. */
  readonly problem: () => BuildError | undefined;
}

/** Reasons that every pod passes through and that explain nothing. */
const uneventful: ReadonlySet<string> = new Set(['Pending', 'Scheduled']);

/** A pod that is still being created after this time has usually met a volume or network error: look at its events. */
const eventsAfterMs = 10_000;

/**
 * Waits until the builder runs or has ended. A hopeless state fails as soon as its patience is over, a hopeful one (no
 * room on the nodes, for example: an autoscaler may make some) at `start-timeout`.
 * @throws BuildError('pod') for a hopeless state, BuildError('timeout') with the last state, or the signal's reason.
 */
export async function waitForStart(
  follower: PodFollower,
  wait: StartWait,
  signal: AbortSignal,
): Promise<PodState> {
  const { clock } = wait;
  const startedAt = clock.now();
  let reported = '';
  let stuckSince: number | undefined;
  let events: readonly PodEvent[] = [];
  for (;;) {
    const state = follower.state;
    if (state.kind !== 'starting' && state.kind !== 'stuck') return state;
    stuckSince = state.kind === 'stuck' ? (stuckSince ?? clock.now()) : undefined;
    if (state.reason !== reported && !uneventful.has(state.reason)) {
      await wait.report(`waiting: ${describePodState(state)}`);
    }
    reported = state.reason;

    const waitedMs = clock.now() - startedAt;
    if (state.kind === 'stuck' && clock.now() - (stuckSince ?? 0) >= state.patienceMs)
      throw hopeless(state);
    if (waitedMs >= wait.startTimeoutMs) {
      throw unseen(wait) ?? timedOut(wait.startTimeoutMs, state, events);
    }

    const eventsDue = events.length === 0 && isCreating(state) ? eventsAfterMs : Infinity;
    if (waitedMs >= eventsDue) {
      events = await readWarnings(wait);
      for (const { reason, message } of events) await wait.report(`event: ${reason}: ${message}`);
    }
    const patienceMs =
      state.kind === 'stuck' ? (stuckSince ?? 0) + state.patienceMs - clock.now() : Infinity;
    const nextEventsMs = events.length > 0 || !isCreating(state) ? Infinity : nextCheck(waitedMs);
    await changeOrTime(
      follower,
      state,
      clock,
      signal,
      Math.min(patienceMs, nextEventsMs, wait.startTimeoutMs - waitedMs),
    );
  }
}

function nextCheck(waitedMs: number): number {
  return waitedMs < eventsAfterMs ? eventsAfterMs - waitedMs : eventsAfterMs;
}

function isCreating(state: PodState): boolean {
  return (
    state.kind === 'starting' &&
    ['ContainerCreating', 'PodInitializing', 'Scheduled'].includes(state.reason)
  );
}

async function readWarnings(wait: StartWait): Promise<readonly PodEvent[]> {
  const events = await wait.events();
  return events.filter(({ type }) => type === 'Warning');
}

/** Resolves when the state is another one, or after `ms`. */
async function changeOrTime(
  follower: PodFollower,
  state: PodState,
  clock: Clock,
  signal: AbortSignal,
  ms: number,
): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const change = follower.until((next) => next !== state, either);
  const time = clock.sleep(Math.max(ms, 1), either);
  try {
    await Promise.race([change, time]);
  } finally {
    done.abort();
    await Promise.allSettled([change, time]);
  }
}

function hopeless(state: PodState & { kind: 'stuck' }): BuildError {
  return new BuildError('pod', `the pod cannot start: ${describePodState(state)}`, {
    hint: state.hint,
  });
}

/** Whether a pod that nobody can look at has started is not known. */
function unseen({ problem, startTimeoutMs }: StartWait): BuildError | undefined {
  const cause = problem();
  if (cause === undefined) return undefined;
  return new BuildError(
    'timeout',
    `the pod was not seen to start within ${startTimeoutMs / 1_000} s: ${cause.message}`,
    { cause, ...(cause.hint !== undefined && { hint: cause.hint }) },
  );
}

function timedOut(afterMs: number, state: PodState, events: readonly PodEvent[]): BuildError {
  const last = events.at(-1);
  const said = last === undefined ? '' : `; last event: ${last.reason}: ${last.message}`;
  return new BuildError(
    'timeout',
    `the pod did not start within ${afterMs / 1_000} s: ${describePodState(state)}${said}`,
    {
      hint:
        state.kind === 'starting' && state.reason === 'Unschedulable'
          ? "Lower the requests in 'resources', correct 'node-selector' or 'tolerations', or give an autoscaler more time with 'start-timeout'."
          : "Give it more time with 'start-timeout', or look at the node and its events.",
    },
  );
}
