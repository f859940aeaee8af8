import { BuildError, describeError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** One signal for everything that ends the step from outside: the job's cancellation and the input `timeout`. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  remainingMs(): number;
  /** Stops the timer: the time limit does not abort the signal any more. */
  end(): void;
}

export interface DeadlineTimes {
  readonly timeoutMs: number;
  /** Start of the time limit. */
  readonly startedAtMs: number;
}

/** @param describe returns the state of the step for the error; called when the time is up. */
export function startDeadline(
  { timeoutMs, startedAtMs }: DeadlineTimes,
  clock: Clock,
  cancelled: AbortSignal,
  describe: () => string,
): Deadline {
  const time = new AbortController();
  const done = new AbortController();
  const endsAtMs = startedAtMs + timeoutMs;
  void clock.sleep(Math.max(0, endsAtMs - clock.now()), done.signal).then(
    () => {
      time.abort(timedOut(timeoutMs, describe()));
    },
    () => undefined,
  );
  return {
    signal: AbortSignal.any([cancelled, time.signal]),
    remainingMs: () => Math.max(0, endsAtMs - clock.now()),
    end: () => {
      done.abort(new Error('the step has ended'));
    },
  };
}

/**
 * The error of work that the signal has stopped: the signal's reason, and the name of the work.
 * @param hint how to make the work faster.
 */
export function stoppedWhile(doing: string, { reason }: AbortSignal, hint: string): BuildError {
  if (!(reason instanceof BuildError)) {
    return new BuildError('cluster', `${doing} did not end: ${describeError(reason)}`, {
      hint,
      cause: reason,
    });
  }
  return new BuildError(reason.kind, `${reason.message}, while ${doing}`, {
    // A cancellation needs no hint.
    ...(reason.kind === 'timeout' && { hint }),
    cause: reason,
  });
}

function timedOut(timeoutMs: number, state: string): BuildError {
  return new BuildError(
    'timeout',
    `the step did not end within its timeout of ${timeoutMs / 1_000} s; last state: ${state}`,
    {
      hint: "Raise 'timeout', or check the build output for the step that takes long.",
    },
  );
}
