import type { BuiltImage } from '../engines/engine.ts';
import type { PodRef } from '../ports.ts';

/** What was sent. */
export interface ContextReport {
  readonly files: number;
  readonly bytes: number;
  /** Bytes of the compressed stream. */
  readonly wireBytes: number;
}

/** One phase of one attempt, in milliseconds since the start of the run. */
export interface Span {
  readonly attempt: number;
  readonly phase: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Phases of an attempt up to its removal, in their order. */
const attemptPhases = ['create', 'start', 'upload', 'build'];

/** What the run has done so far; filled in while it goes, read for outputs, metadata and summary, also after a failure. */
export class RunReport {
  readonly startedAtMs: number;
  attempts = 0;
  pod: PodRef | undefined;
  podKept = false;
  node = '';
  exitCode: number | undefined;
  context: ContextReport | undefined;
  image: BuiltImage | undefined;
  /** For annotations; undefined where the Dockerfile is no file of the workspace. */
  dockerfilePath: string | undefined;
  /** The last lines that the builder printed. */
  tail: readonly string[] = [];
  readonly spans: Span[] = [];
  /** The pod's state in words, for a step that ran out of time. */
  describeState: () => string = () => 'no pod was created';
  #lastMs: number;

  constructor(nowMs: number) {
    this.startedAtMs = nowMs;
    this.#lastMs = nowMs;
  }

  /** Ends a phase: the time since the end of the one before it counts for it, of every attempt. */
  phase(name: string, nowMs: number): void {
    this.spans.push({
      attempt: this.attempts,
      phase: name,
      startMs: this.#lastMs - this.startedAtMs,
      endMs: nowMs - this.startedAtMs,
    });
    this.#lastMs = nowMs;
  }

  /** Ends the phase in which an attempt broke off; nothing if all of them had ended. */
  breakOff(nowMs: number): void {
    const last = this.spans.at(-1);
    const ended = last?.attempt === this.attempts ? attemptPhases.indexOf(last.phase) : -1;
    const open = attemptPhases[ended + 1];
    if (open !== undefined) this.phase(open, nowMs);
  }

  /** Milliseconds by phase, in the order in which they first ended. */
  get phases(): ReadonlyMap<string, number> {
    const phases = new Map<string, number>();
    for (const { phase, startMs, endMs } of this.spans) {
      phases.set(phase, (phases.get(phase) ?? 0) + endMs - startMs);
    }
    return phases;
  }
}
