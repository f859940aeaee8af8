import type { OutputFilter } from '../engines/engine.ts';
import { describeError } from '../errors.ts';
import type { PodFollower } from '../pod/follow.ts';
import { hasEnded, type PodState } from '../pod/state/state.ts';
import type { Clock } from '../ports.ts';
import type { JobLog } from './fence.ts';
import type { OpenLog } from './reader.ts';
import { resumeLog } from './resume.ts';
import { SilenceReport } from './silence.ts';
import type { Tail } from './tail.ts';

export interface MirrorOptions {
  readonly open: OpenLog;
  readonly follower: PodFollower;
  /** Also receives every line. */
  readonly tail: Tail;
  /** Also receives all of the output, in its pieces. */
  readonly scan?: ((output: Buffer) => void) | undefined;
  /** Decides what of the output is printed; all of it by default. */
  readonly filter?: OutputFilter | undefined;
  readonly clock: Clock;
  readonly log: JobLog;
}

/**
 * Copies the builder's output to the job log until its end, and reports long silence.
 * @returns true if all of the output was read, false if a part of it is probably missing.
 * @throws BuildError('cluster') if the end of the output cannot be read, or the signal's reason.
 */
export async function mirrorOutput(
  { open, follower, tail, scan, filter, clock, log }: MirrorOptions,
  signal: AbortSignal,
): Promise<boolean> {
  let isWhole = true;
  const silence = new SilenceReport(clock);
  const done = new AbortController();
  const reporting = silence.reportEvery(
    (line) => log.info(line),
    AbortSignal.any([signal, done.signal]),
  );
  const batches = resumeLog(
    {
      open,
      clock,
      ended: () => hasEnded(follower.state),
      untilEnded: follower.until(hasEnded, signal).catch(() => undefined),
      note: (text) => log.info(text),
      warn: (text) => {
        isWhole = false;
        return log.warning(text);
      },
    },
    signal,
  );
  try {
    for await (const lines of batches) {
      silence.heard();
      tail.push(lines);
      const output = Buffer.concat(lines.map(({ text }) => text));
      scan?.(output);
      await log.mirror(filter === undefined ? output : filter.push(output));
    }
    return isWhole;
  } finally {
    done.abort(new Error('the output has ended'));
    await reporting;
    if (filter !== undefined) await log.mirror(filter.end());
  }
}

/**
 * Waits for the end of the output. An error does not change the result of the build; it is logged as
 * a warning if the container has ended.
 * @param output the promise of mirrorOutput.
 * @returns true if all of the output was read.
 * @throws the signal's reason.
 */
export async function settleOutput(
  output: Promise<boolean>,
  state: PodState,
  log: JobLog,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await output;
  } catch (error) {
    signal.throwIfAborted();
    if (state.kind === 'ended')
      await log.warning(`the end of the builder's output is missing: ${describeError(error)}`);
    return false;
  }
}
