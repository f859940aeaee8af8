import type { BuiltImage } from '../engines/engine.ts';
import type { PodRef } from '../ports.ts';

/** What was sent. */
export interface ContextReport {
  readonly files: number;
  readonly bytes: number;
  /** Bytes of the compressed stream. */
  readonly wireBytes: number;
}

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
  /** The pod's state in words, for a step that ran out of time. */
  describeState: () => string = () => 'no pod was created';
  readonly #phases = new Map<string, number>();
  #lastMs: number;

  constructor(nowMs: number) {
    this.startedAtMs = nowMs;
    this.#lastMs = nowMs;
  }

  /** Ends a phase: the time since the end of the one before it counts for it, of every attempt. */
  phase(name: string, nowMs: number): void {
    this.#phases.set(name, (this.#phases.get(name) ?? 0) + nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }

  /** Milliseconds by phase, in the order in which they first ended. */
  get phases(): ReadonlyMap<string, number> {
    return this.#phases;
  }
}
