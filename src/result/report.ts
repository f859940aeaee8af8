import type { BuiltImage } from '../engines/engine.ts';
import type { PodRef } from '../ports.ts';
import type { Span } from './phases.ts';

/** How much of the context was sent. */
export interface ContextReport {
  readonly files: number;
  /** Content of the files. */
  readonly bytes: number;
  /** Bytes of the compressed stream. */
  readonly wireBytes: number;
}

/** The results of a run, also of a failed one: for the outputs, the metadata and the job summary. */
export interface RunReport {
  /** Pods that were started, or were about to be. */
  readonly attempts: number;
  /** The pod of the last attempt. */
  readonly pod: PodRef | undefined;
  /** Its node; empty if it has none. */
  readonly node: string;
  /** Pods that were kept because of `keep-pod`. */
  readonly keptPods: readonly PodRef[];
  /** Exit code of the builder, from the last attempt in which it ended. */
  readonly exitCode: number | undefined;
  /** From the last attempt that sent anything. */
  readonly context: ContextReport | undefined;
  /** The last lines that the builder printed, from the last attempt that was not interrupted. */
  readonly tail: readonly string[];
  /** The pushed image. */
  readonly image: BuiltImage | undefined;
  readonly spans: readonly Span[];
}

/** Before the first attempt. */
export const emptyReport: RunReport = {
  attempts: 0,
  pod: undefined,
  node: '',
  keptPods: [],
  exitCode: undefined,
  context: undefined,
  tail: [],
  image: undefined,
  spans: [],
};
