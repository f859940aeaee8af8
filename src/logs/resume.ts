import { BuildError } from '../errors.ts';
import type { Clock, LogOptions } from '../ports.ts';
import { OutageNotice } from '../time/outage.ts';
import { LineFramer, type LogLine } from './lines.ts';
import { RotationWatch } from './rotation.ts';
import { secondOf, Seen, type Gap } from './seen.ts';

/** One log request; see Cluster.log. */
export type OpenLog = (options: LogOptions, signal: AbortSignal) => AsyncIterable<Buffer>;

export interface ResumeOptions {
  readonly open: OpenLog;
  readonly clock: Clock;
  /** True once the container has ended: then a request that ends may be the last one. */
  readonly ended: () => boolean;
  /** Resolves when the container has ended. */
  readonly untilEnded: Promise<unknown>;
  /** Told what the kubelet says itself, and that the output cannot be read, or can be again. */
  readonly note: (text: string) => Promise<void>;
  /** Told once that output is probably missing. */
  readonly warn: (text: string) => Promise<void>;
  /** A number from 0 up to 1; by default Math.random. */
  readonly random?: () => number;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** Many builds whose connections broke together do not come back together. */
const spreadMs = 800;
/** So long without a byte: the connection may be half open, or the kubelet may follow a file that was rotated away. */
const quietRequestMs = 90_000;
/** How long the rest of the output is asked for after the container's end. */
const lastPatienceMs = 60_000;
/** How long the node is asked whether a suspected gap is one. */
const examinationMs = 10_000;
const longestNote = 1_000;

/** The kubelet's sentences when it cannot read a log: it puts them into the answer that it has begun. */
const remark = /^(unable to|failed to|error|rpc error)\b/i;
const partOfTimestamp = /^[-\d:.TZ+]*$/;

/**
 * The output of a container as far as its node still has it, in order, each line once, in batches as they arrive: follows
 * the log, and when a request ends or falls silent before the container does, asks again from the last second on and drops
 * what was already seen. After the container's end further requests fetch what the following one may have missed.
 *
 * The kubelet rotates a log at 10 MiB and serves only the newest file, so a builder that prints faster than the log is
 * served loses output. That is told where it shows: when lines do not come again that must, or when time jumps in a log that
 * is read late and whose present file begins behind the jump. A request that simply goes on behind a gap is not told apart
 * from a builder that paused.
 * @throws BuildError('cluster') if the end of the output cannot be read, or the signal's reason.
 */
export async function* resumeLog(
  options: ResumeOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly LogLine[]> {
  const reader = new LogReader(options);
  const { random = Math.random } = options;
  let pauseMs = firstPauseMs;
  while (!options.ended()) {
    let batches = 0;
    let askedMs: number | undefined;
    try {
      for await (const batch of reader.request(true, signal)) {
        batches++;
        yield batch;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      // Also a pod that is not found: only the follower of its states knows whether it is gone.
      await reader.outage.failed(error);
      askedMs = retryAfterOf(error);
    }
    const spread = random() * spreadMs;
    // Not even the rest of the output is asked for before the server wants to be asked.
    if (askedMs !== undefined) await options.clock.sleep(askedMs + spread, signal);
    if (options.ended()) break;
    pauseMs = batches > 0 ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2);
    if (askedMs === undefined) await untilEndedOr(options, pauseMs + spread, signal);
  }
  yield* fetchRest(reader, options, signal);
}

/**
 * Everything after the last line seen, to the end; the last line may lack its newline. The runtime may still be writing
 * what it has read from the container when that has ended, so requests go on until one brings nothing new.
 */
async function* fetchRest(
  reader: LogReader,
  { clock, random = Math.random }: ResumeOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly LogLine[]> {
  let workedAtMs = clock.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    let batches = 0;
    let askedMs = 0;
    try {
      for await (const batch of reader.request(false, signal)) {
        batches++;
        yield batch;
      }
      if (batches === 0) break;
      pauseMs = firstPauseMs;
      workedAtMs = clock.now();
    } catch (error) {
      const asked = retryAfterOf(error);
      if (asked !== undefined) askedMs = asked + random() * spreadMs;
      const late = clock.now() - workedAtMs + Math.max(pauseMs, askedMs) > lastPatienceMs;
      if (signal.aborted || isGone(error) || late) throw error;
      await reader.outage.failed(error);
    }
    await clock.sleep(Math.max(pauseMs, askedMs), signal);
  }
  await reader.finish();
}

/** Request after request for one log: what was seen, and what there is to say about it. */
class LogReader {
  readonly outage: OutageNotice;
  readonly #options: ResumeOptions;
  readonly #rotation = new RotationWatch();
  readonly #seen = new Seen(
    (gap) => {
      this.#gap ??= gap;
    },
    (pause) => {
      if (this.#rotation.mayHide(pause)) this.#suspected = pause;
    },
  );
  #gap: Gap | undefined;
  #suspected: Gap | undefined;
  #hasWarned = false;
  #lastRemark = '';

  constructor(options: ResumeOptions) {
    this.#options = options;
    this.outage = new OutageNotice(options.clock, "the builder's output", options.note);
  }

  /** The new lines of one request; a follow request is stopped after a long silence. */
  async *request(follow: boolean, signal: AbortSignal): AsyncGenerator<readonly LogLine[]> {
    const { clock, open } = this.#options;
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const watch = new SilenceWatch(clock, stop, either);
    const framer = new LineFramer();
    const since = this.#seen.since();
    let isHead = since.sinceTime !== undefined;
    try {
      for await (const chunk of open({ follow, ...since }, either)) {
        watch.heard();
        await this.outage.worked();
        this.#rotation.heard(clock.now(), chunk.length);
        const lines = framer.push(chunk);
        yield* this.#deliver(lines, isHead, signal);
        isHead &&= lines.length === 0;
      }
      await this.outage.worked();
      yield* this.#deliver(lastLines(framer.flush(), follow), isHead, signal);
    } catch (error) {
      const isSilence = follow && stop.signal.aborted && !signal.aborted;
      if (!isSilence) throw error;
    } finally {
      stop.abort();
      await watch.done;
    }
  }

  /** After the last request was read to its end. */
  async finish(): Promise<void> {
    this.#seen.finish();
    await this.#warnOfGap();
  }

  async *#deliver(
    lines: readonly LogLine[],
    isHead: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<readonly LogLine[]> {
    let batch: LogLine[] = [];
    for (const line of lines) {
      const fresh = this.#seen.accept(line);
      if (this.#suspected !== undefined) await this.#examine(this.#suspected, signal);
      if (this.#gap !== undefined && !this.#hasWarned) {
        if (batch.length > 0) yield batch;
        batch = [];
        await this.#warnOfGap();
      }
      if (fresh !== undefined) batch.push(fresh);
      else if (line.at === undefined) {
        if (batch.length > 0) yield batch;
        batch = [];
        await this.#noteRemark(line, isHead && line === lines[0]);
      }
    }
    this.#rotation.read(this.#seen.newest);
    if (batch.length > 0) yield batch;
  }

  /**
   * A line without a timestamp is the kubelet's own. Only at the head of a resumed request it may be the end of a long line
   * of the builder that began before the second asked for, and was seen.
   */
  async #noteRemark({ text, continues }: LogLine, isHead: boolean): Promise<void> {
    const words = text.subarray(0, longestNote).toString('utf8').trim();
    if (continues || words === '' || words === this.#lastRemark) return;
    if (isHead && !remark.test(words)) return;
    this.#lastRemark = words;
    await this.#options.note(`the node says about the builder's log: ${words}`);
  }

  /** A suspected gap is one unless the node's present file begins before it: then nothing was rotated away in between. */
  async #examine(suspected: Gap, signal: AbortSignal): Promise<void> {
    this.#suspected = undefined;
    if (this.#gap !== undefined) return;
    if (!(await this.#isInPresentFile(suspected.after, signal))) this.#gap = suspected;
  }

  async #isInPresentFile(at: bigint, signal: AbortSignal): Promise<boolean> {
    const framer = new LineFramer();
    try {
      const options = { follow: false, sinceTime: secondOf(at) };
      const patience = AbortSignal.timeout(examinationMs);
      for await (const chunk of this.#options.open(options, AbortSignal.any([signal, patience]))) {
        const first = framer.push(chunk).find((line) => line.at !== undefined);
        if (first?.at !== undefined) return first.at <= at;
      }
    } catch {
      // What cannot be asked stays suspected.
      signal.throwIfAborted();
    }
    return false;
  }

  async #warnOfGap(): Promise<void> {
    if (this.#gap === undefined || this.#hasWarned) return;
    this.#hasWarned = true;
    const { after, before } = this.#gap;
    const when =
      before === undefined
        ? `after ${timeOf(after)}`
        : `between ${timeOf(after)} and ${timeOf(before)}`;
    await this.#options.warn(
      `some of the builder's output is probably missing (${when} UTC): the node had rotated its log before it could be read`,
    );
  }
}

/**
 * What a request leaves without a newline. Of a followed log a line that was cut comes again, whole, with the next request;
 * a remark of the kubelet has no newline.
 */
function lastLines(last: LogLine | undefined, follow: boolean): LogLine[] {
  if (last === undefined) return [];
  if (last.at !== undefined) return follow ? [] : [last];
  return partOfTimestamp.test(last.text.subarray(0, longestNote).toString('latin1')) ? [] : [last];
}

function timeOf(at: bigint): string {
  return new Date(Number(at / 1_000_000n)).toISOString().slice(11, 19);
}

async function untilEndedOr(
  { clock, untilEnded }: ResumeOptions,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  const pause = clock.sleep(ms, AbortSignal.any([signal, done.signal]));
  try {
    await Promise.race([pause, untilEnded.catch(() => undefined)]);
  } finally {
    done.abort();
    await pause.catch(() => undefined);
  }
  signal.throwIfAborted();
}

/**
 * The pod is gone, and its output with it, or its end came before its container's start. A refusal is no such thing: the right
 * was checked at the start.
 */
function retryAfterOf(error: unknown): number | undefined {
  return error instanceof BuildError ? error.retryAfterMs : undefined;
}

function isGone(error: unknown): boolean {
  if (!(error instanceof BuildError)) return false;
  return error.reason === 'NotFound' || error.message.includes(neverRan);
}

/** What the cluster says of a container that has no log: an init container failed, for example. */
const neverRan = 'is waiting to start';

/** Stops a request that has been silent for too long. */
class SilenceWatch {
  readonly done: Promise<void>;
  readonly #clock: Clock;
  #heardAtMs: number;

  constructor(clock: Clock, stop: AbortController, signal: AbortSignal) {
    this.#clock = clock;
    this.#heardAtMs = clock.now();
    this.done = this.#run(stop, signal);
  }

  heard(): void {
    this.#heardAtMs = this.#clock.now();
  }

  async #run(stop: AbortController, signal: AbortSignal): Promise<void> {
    for (let quietMs = 0; quietMs < quietRequestMs; quietMs = this.#clock.now() - this.#heardAtMs) {
      try {
        await this.#clock.sleep(quietRequestMs - quietMs, signal);
      } catch {
        return;
      }
    }
    stop.abort();
  }
}
