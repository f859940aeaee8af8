import { BuildError, describeError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** One signal for everything that ends the step from outside: the job's cancellation and the input `timeout`. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  remainingMs(): number;
  /** Stops the timer; the signal is not aborted any more by time. */
  end(): void;
}

export interface DeadlineTimes {
  readonly timeoutMs: number;
  /** When the time began to run. */
  readonly startedAtMs: number;
}

/** @param describe what the step was waiting for, asked when the time is up. */
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
 * What to throw for work that the signal has stopped: the signal's reason, and what was being waited for.
 * @param hint what to change so that it does not take that long.
 */
export function stoppedWhile(doing: string, { reason }: AbortSignal, hint: string): BuildError {
  if (!(reason instanceof BuildError)) {
    return new BuildError('cluster', `${doing} did not end: ${describeError(reason)}`, {
      hint,
      cause: reason,
    });
  }
  return new BuildError(reason.kind, `${reason.message}, while ${doing}`, {
    // Who has cancelled the job knows what to do.
    ...(reason.kind === 'timeout' && { hint }),
    cause: reason,
  });
}

function timedOut(timeoutMs: number, state: string): BuildError {
  return new BuildError(
    'timeout',
    `the step did not end within its timeout of ${timeoutMs / 1_000} s; last state: ${state}`,
    {
      hint: "Raise 'timeout', or look at what the builder was doing.",
    },
  );
}
