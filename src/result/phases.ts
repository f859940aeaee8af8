import type { Clock } from '../ports.ts';

/** One phase of one attempt, in milliseconds since the start of the run. */
export interface Span {
  /** From 1; 0 for a phase before the first attempt. */
  readonly attempt: number;
  readonly phase: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Phases of an attempt up to the removal of its pod, in their order. */
const attemptPhases = ['create', 'start', 'upload', 'build'];

/** Records how long each phase of the run takes. */
export class PhaseRecorder {
  readonly startedAtMs: number;
  readonly spans: Span[] = [];
  readonly #clock: Clock;
  #attempt = 0;
  #lastMs: number;

  /** The run starts now. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.startedAtMs = clock.now();
    this.#lastMs = this.startedAtMs;
  }

  /** The phases that end from now on belong to the next attempt. */
  beginAttempt(): void {
    this.#attempt++;
  }

  /** Ends a phase, which began at the end of the one before. */
  end(phase: string): void {
    const nowMs = this.#clock.now();
    this.spans.push({
      attempt: this.#attempt,
      phase,
      startMs: this.#lastMs - this.startedAtMs,
      endMs: nowMs - this.startedAtMs,
    });
    this.#lastMs = nowMs;
  }

  /** Ends the phase in which the attempt was interrupted; does nothing if all of its phases have ended. */
  interrupt(): void {
    const last = this.spans.at(-1);
    const ended = last?.attempt === this.#attempt ? attemptPhases.indexOf(last.phase) : -1;
    const open = attemptPhases[ended + 1];
    if (open !== undefined) this.end(open);
  }
}

/** Milliseconds by phase, those of all attempts added up, in the order in which the phases first ended. */
export function phaseTimes(spans: readonly Span[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { phase, startMs, endMs } of spans) {
    times.set(phase, (times.get(phase) ?? 0) + endMs - startMs);
  }
  return times;
}
