import { BuildError } from './errors.ts';
import type { Clock } from './ports.ts';

/** One signal for everything that ends the step from outside: the job's cancellation and the input `timeout`. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  remainingMs(): number;
  /** Stops the timer; the signal is not aborted any more by time. */
  end(): void;
}

/** @param describe what the step was waiting for, asked when the time is up. */
export function startDeadline(
  timeoutMs: number,
  clock: Clock,
  cancelled: AbortSignal,
  describe: () => string,
): Deadline {
  const time = new AbortController();
  const done = new AbortController();
  const endsAtMs = clock.now() + timeoutMs;
  void clock.sleep(timeoutMs, done.signal).then(
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

function timedOut(timeoutMs: number, state: string): BuildError {
  return new BuildError(
    'timeout',
    `the step did not end within its timeout of ${timeoutMs / 1_000} s; last state: ${state}`,
    {
      hint: "Raise 'timeout', or look at what the builder was doing.",
    },
  );
}
