import { BuildError } from '../errors.ts';
import type { Clock, PodEvent } from '../ports.ts';
import { Backoff } from '../time/backoff.ts';
import { race } from '../time/race.ts';
import { readObstacles, type Obstacle } from './events.ts';
import type { PodFollower } from './follow.ts';
import { defaultRequest } from './spec/storage.ts';
import { describePodState, type PodState } from './state/state.ts';

export interface StartWait {
  readonly startTimeoutMs: number;
  readonly clock: Clock;
  /** Gets a line about the state of the pod whenever its reason changes, or its hint if it cannot start in this state. */
  readonly report: (line: string) => void | Promise<void>;
  /** Reads the events of the pod: sandbox and volume errors appear nowhere else. */
  readonly events: (signal: AbortSignal) => Promise<readonly PodEvent[]>;
  /** Why the pod status cannot be read at present; undefined if it can. */
  readonly problem: () => BuildError | undefined;
}

/** Reasons that every pod passes through. They are not reported. */
const ordinary: ReadonlySet<string> = new Set(['Pending', 'Scheduled']);

/** A pod whose containers are not created after this time usually has a volume or network error: its events are read. */
const eventsAfterMs = 10_000;
/** Limit for the request for the events: they only explain why the pod does not start. */
const eventsMs = 5_000;

/**
 * Waits until the builder container runs or has ended. A state that cannot change by itself fails after its own time limit, any
 * other one (insufficient resources, for example: a cluster autoscaler may add a node) at `start-timeout`.
 * @throws BuildError('pod') for a pod that cannot start, BuildError('timeout') with the last state, or the signal's reason.
 */
export async function waitForStart(
  follower: PodFollower,
  wait: StartWait,
  signal: AbortSignal,
): Promise<PodState> {
  const { clock } = wait;
  const startedAt = clock.now();
  const creation = new Creation(wait, follower);
  let reported = '';
  let stuckSince: number | undefined;
  for (;;) {
    const state = follower.state;
    if (state.kind !== 'starting' && state.kind !== 'stuck') return state;
    stuckSince = state.kind === 'stuck' ? (stuckSince ?? clock.now()) : undefined;
    // A failed pull alternates between two reasons while the kubelet retries it; both have the same hint.
    const topic = state.kind === 'stuck' ? state.hint : state.reason;
    if (topic !== reported && !ordinary.has(topic)) {
      await wait.report(`waiting: ${describePodState(state)}`);
    }
    reported = topic;

    const patienceMs =
      state.kind === 'stuck' ? (stuckSince ?? 0) + state.patienceMs - clock.now() : Infinity;
    if (state.kind === 'stuck' && patienceMs <= 0) throw hopeless(state, undefined, state.hint);
    const { obstacle, again } = await creation.look(state, signal);
    if (obstacle?.isHopeless === true && again) throw hopeless(state, obstacle, obstacle.hint);
    const leftMs = startedAt + wait.startTimeoutMs - clock.now();
    if (leftMs <= 0) throw unknownStart(wait) ?? timedOut(wait.startTimeoutMs, state, obstacle);
    const ms = Math.min(patienceMs, creation.nextLookMs, leftMs);
    await changeOrTime(follower, state, clock, signal, ms);
  }
}

/** The warning events of a pod whose containers are being created: read at growing intervals, each one reported once. */
class Creation {
  readonly #wait: StartWait;
  readonly #follower: PodFollower;
  readonly #reported = new Set<string>();
  readonly #pauses = new Backoff({ firstMs: eventsAfterMs, longestMs: Infinity });
  #isCreating = false;
  #nextLookAtMs = Infinity;
  #obstacle: Obstacle | undefined;
  #isSeenAgain = false;

  constructor(wait: StartWait, follower: PodFollower) {
    this.#wait = wait;
    this.#follower = follower;
  }

  get nextLookMs(): number {
    return this.#nextLookAtMs - this.#wait.clock.now();
  }

  /** @returns the last obstacle, and whether the previous look found the same one. */
  async look(
    state: PodState,
    signal: AbortSignal,
  ): Promise<{ readonly obstacle: Obstacle | undefined; readonly again: boolean }> {
    const nowMs = this.#wait.clock.now();
    if (!isCreating(state)) {
      this.#isCreating = false;
      this.#nextLookAtMs = Infinity;
      return { obstacle: undefined, again: false };
    }
    if (!this.#isCreating) {
      this.#isCreating = true;
      this.#pauses.reset();
      this.#nextLookAtMs = nowMs + eventsAfterMs;
    }
    if (nowMs >= this.#nextLookAtMs) {
      await this.#read(signal);
      this.#nextLookAtMs = this.#wait.clock.now() + this.#pauses.next();
    }
    return { obstacle: this.#obstacle, again: this.#isSeenAgain };
  }

  /** Ends as soon as the pod is not starting any more: its upload must not wait for the events. */
  async #read(signal: AbortSignal): Promise<void> {
    const { clock, events } = this.#wait;
    const known = await race<readonly PodEvent[]>(signal, [
      events,
      (until) => clock.sleep(eventsMs, until).then(() => []),
      (until) => this.#follower.until(({ kind }) => kind !== 'starting', until).then(() => []),
    ]);
    const obstacles = readObstacles(known);
    for (const { event } of obstacles) {
      if (this.#reported.has(event)) continue;
      this.#reported.add(event);
      await this.#wait.report(`event: ${event}`);
    }
    const obstacle = obstacles.at(-1);
    this.#isSeenAgain = obstacle !== undefined && obstacle.event === this.#obstacle?.event;
    this.#obstacle = obstacle;
  }
}

function isCreating(state: PodState): boolean {
  return (
    state.kind === 'starting' &&
    ['ContainerCreating', 'PodInitializing', 'Scheduled'].includes(state.reason)
  );
}

/** Resolves when the state has changed, or after `ms`. */
async function changeOrTime(
  follower: PodFollower,
  state: PodState,
  clock: Clock,
  signal: AbortSignal,
  ms: number,
): Promise<void> {
  await race<unknown>(signal, [
    (until) => follower.until((next) => next !== state, until),
    (until) => clock.sleep(Math.max(ms, 1), until),
  ]);
}

function hopeless(state: PodState, obstacle: Obstacle | undefined, hint: string): BuildError {
  return new BuildError('pod', `the pod cannot start: ${describe(state, obstacle)}`, { hint });
}

/** The failure if the status of the pod cannot be read; undefined if it can. */
function unknownStart({ problem, startTimeoutMs }: StartWait): BuildError | undefined {
  const cause = problem();
  if (cause === undefined) return undefined;
  return new BuildError(
    'timeout',
    `the pod status was unavailable, so it is unknown whether the pod started within ${startTimeoutMs / 1_000} s: ${cause.message}`,
    { cause, ...(cause.hint !== undefined && { hint: cause.hint }) },
  );
}

function timedOut(afterMs: number, state: PodState, obstacle: Obstacle | undefined): BuildError {
  return new BuildError(
    'timeout',
    `the pod did not start within ${afterMs / 1_000} s: ${describe(state, obstacle)}`,
    { hint: obstacle?.hint ?? timeoutHint(state) },
  );
}

function describe(state: PodState, obstacle: Obstacle | undefined): string {
  const event = obstacle === undefined ? '' : `; last event: ${obstacle.event}`;
  return `${describePodState(state)}${event}`;
}

function timeoutHint(state: PodState): string {
  if (state.kind === 'stuck') return state.hint;
  if (state.kind === 'starting' && state.message.includes('Insufficient ephemeral-storage'))
    return storageHint;
  const hint = state.kind === 'starting' ? timeoutHints[state.reason] : undefined;
  return hint ?? "Raise 'start-timeout', or check the node and its events.";
}

const storageHint = `Set a smaller requests.ephemeral-storage in 'resources', whose default is ${defaultRequest}, or 0 if the nodes do not report their storage; or raise 'start-timeout'.`;

const timeoutHints: Readonly<Record<string, string | undefined>> = {
  Unschedulable:
    "Lower the requests in 'resources', correct 'node-selector' or 'tolerations', or raise 'start-timeout' to give a cluster autoscaler more time.",
  SchedulingGated:
    "Ask the cluster administrator which controller removes the scheduling gates of the pod, or raise 'start-timeout'.",
};
