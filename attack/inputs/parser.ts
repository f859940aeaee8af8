/** A parser or scanner of untrusted text, as the attacks time it. */
export interface TimedParser {
  /** Unique: `Dockerfile / parse`. */
  readonly name: string;
  /**
   * The texts around the pathological one, for example `RUN ` in front of it. The parser gets each of them with each
   * pathological text.
   */
  readonly frames?: readonly Frame[];
  /** Parses. It may throw an error that users read; any other error is a finding. */
  readonly run: (text: string) => unknown;
}

/** Before and after the pathological text. */
export type Frame = readonly [before: string, after: string];

export const bare: Frame = ['', ''];
