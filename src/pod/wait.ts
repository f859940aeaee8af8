import { BuildError } from '../errors.ts';
import type { Clock, PodEvent } from '../ports.ts';
import { Backoff } from '../time/backoff.ts';
import { race } from '../time/race.ts';
import { readObstacles, type Obstacle } from './events.ts';
import type { PodFollower } from './follow.ts';
import { describePodState, type PodState } from './state.ts';

export interface StartWait {
  readonly startTimeoutMs: number;
  readonly clock: Clock;
  /** Told why the pod waits, whenever the reason for it changes, or of a hopeless one what to do about it. */
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
  const creation = new Creation(wait);
  let reported = '';
  let stuckSince: number | undefined;
  for (;;) {
    const state = follower.state;
    if (state.kind !== 'starting' && state.kind !== 'stuck') return state;
    stuckSince = state.kind === 'stuck' ? (stuckSince ?? clock.now()) : undefined;
    // A pull that fails has two reasons, which take turns as long as it is tried again: what to do is the same for both.
    const told = state.kind === 'stuck' ? state.hint : state.reason;
    if (told !== reported && !uneventful.has(told)) {
      await wait.report(`waiting: ${describePodState(state)}`);
    }
    reported = told;

    const patienceMs =
      state.kind === 'stuck' ? (stuckSince ?? 0) + state.patienceMs - clock.now() : Infinity;
    if (state.kind === 'stuck' && patienceMs <= 0) throw hopeless(state, undefined, state.hint);
    const { obstacle, again } = await creation.look(state);
    if (obstacle?.isHopeless === true && again) throw hopeless(state, obstacle, obstacle.hint);
    const leftMs = startedAt + wait.startTimeoutMs - clock.now();
    if (leftMs <= 0) throw unseen(wait) ?? timedOut(wait.startTimeoutMs, state, obstacle);
    const ms = Math.min(patienceMs, creation.nextLookMs, leftMs);
    await changeOrTime(follower, state, clock, signal, ms);
  }
}

/** What hinders a pod whose containers are being created: looked for at growing intervals, each word of it told once. */
class Creation {
  readonly #wait: StartWait;
  readonly #told = new Set<string>();
  readonly #pauses = new Backoff({ firstMs: eventsAfterMs, longestMs: Infinity });
  #isCreating = false;
  #nextLookAtMs = Infinity;
  #obstacle: Obstacle | undefined;
  #isSeenAgain = false;

  constructor(wait: StartWait) {
    this.#wait = wait;
  }

  get nextLookMs(): number {
    return this.#nextLookAtMs - this.#wait.clock.now();
  }

  /** @returns the newest obstacle, and whether it was there the last time too. */
  async look(
    state: PodState,
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
      await this.#read();
      this.#nextLookAtMs = this.#wait.clock.now() + this.#pauses.next();
    }
    return { obstacle: this.#obstacle, again: this.#isSeenAgain };
  }

  async #read(): Promise<void> {
    const obstacles = readObstacles(await this.#wait.events());
    for (const { words } of obstacles) {
      if (this.#told.has(words)) continue;
      this.#told.add(words);
      await this.#wait.report(`event: ${words}`);
    }
    const obstacle = obstacles.at(-1);
    this.#isSeenAgain = obstacle !== undefined && obstacle.words === this.#obstacle?.words;
    this.#obstacle = obstacle;
  }
}

function isCreating(state: PodState): boolean {
  return (
    state.kind === 'starting' &&
    ['ContainerCreating', 'PodInitializing', 'Scheduled'].includes(state.reason)
  );
}

/** Resolves when the state is another one, or after `ms`. */
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

function timedOut(afterMs: number, state: PodState, obstacle: Obstacle | undefined): BuildError {
  return new BuildError(
    'timeout',
    `the pod did not start within ${afterMs / 1_000} s: ${describe(state, obstacle)}`,
    { hint: obstacle?.hint ?? timeoutHint(state) },
  );
}

function describe(state: PodState, obstacle: Obstacle | undefined): string {
  const event = obstacle === undefined ? '' : `; last event: ${obstacle.words}`;
  return `${describePodState(state)}${event}`;
}

function timeoutHint(state: PodState): string {
  if (state.kind === 'stuck') return state.hint;
  const hint = state.kind === 'starting' ? timeoutHints[state.reason] : undefined;
  return hint ?? "Give it more time with 'start-timeout', or look at the node and its events.";
}

const timeoutHints: Readonly<Record<string, string | undefined>> = {
  Unschedulable:
    "Lower the requests in 'resources', correct 'node-selector' or 'tolerations', or give an autoscaler more time with 'start-timeout'.",
  SchedulingGated:
    "Ask whoever runs the cluster what removes its scheduling gates, or give it more time with 'start-timeout'.",
};
