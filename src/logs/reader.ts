import type { Clock, LogOptions } from '../ports.ts';
import { OutageNotice } from '../time/outage.ts';
import { Scope } from '../time/scope.ts';
import { within } from '../time/within.ts';
import { LineFramer, type LogLine } from './lines.ts';
import { RotationWatch } from './rotation.ts';
import { secondOf, Seen, type Gap, type Pause } from './seen.ts';

/** One log request; see Cluster.log. */
export type OpenLog = (options: LogOptions, signal: AbortSignal) => AsyncIterable<Buffer>;

export interface ReaderOptions {
  readonly open: OpenLog;
  readonly clock: Clock;
  /** Reports messages of the kubelet, and that the log cannot be read or can be read again. */
  readonly note: (text: string) => Promise<void>;
  /** Called at most once: output is probably missing. */
  readonly warn: (text: string) => Promise<void>;
}

/**
 * A follow request without a byte for this long is replaced. Its connection may be half open, or the
 * kubelet may follow a file that was rotated.
 */
const quietRequestMs = 90_000;
/** Limit for the request that checks a suspected gap. */
const gapCheckMs = 10_000;
/** Longest message of the kubelet that is printed, in bytes. */
const longestRemark = 1_000;

/** Messages that the kubelet writes into a response that it has begun, when it cannot read the log. */
const remark = /^(unable to|failed to|error|rpc error)\b/i;
const partOfTimestamp = /^[-\d:.TZ+]*$/;

/**
 * Reads one container log with several requests: returns each line once, and warns once if lines are
 * missing.
 *
 * Lines go missing because the kubelet rotates the log at 10 MiB and serves only the newest file. If
 * the builder prints faster than the log is read, a rotated file is lost. Two signs show that:
 *
 * - A response does not repeat the lines that it must repeat (see Seen). Lines are missing.
 * - Within one response, the timestamps jump while the response lags behind (see RotationWatch). Lines
 *   may be missing, or the builder only paused. A second request decides: if the current file of the
 *   node still contains the line before the jump, no file was lost between.
 *
 * A new request that continues right after a lost file cannot be distinguished from a builder that
 * paused; such a gap is not reported.
 */
export class LogReader {
  readonly outage: OutageNotice;
  readonly #options: ReaderOptions;
  readonly #rotation = new RotationWatch();
  readonly #seen = new Seen();
  #hasWarned = false;
  #lastRemark = '';

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.outage = new OutageNotice(options.clock, "the builder's output", options.note);
  }

  /**
   * Sends one request, and returns its new lines in batches as they arrive. A follow request also ends
   * after 90 s without a byte.
   */
  async *request(follow: boolean, signal: AbortSignal): AsyncGenerator<readonly LogLine[]> {
    const { clock, open } = this.#options;
    const scope = new Scope(signal);
    const silence = new RequestSilence(clock);
    void scope.run((running) => silence.limit(running));
    const framer = new LineFramer();
    const since = this.#seen.since();
    let isHead = since.sinceTime !== undefined;
    try {
      for await (const chunk of open({ follow, ...since }, scope.signal)) {
        silence.heard();
        await this.outage.worked();
        this.#rotation.heard(clock.now(), chunk.length);
        const lines = framer.push(chunk);
        yield* this.#deliver(lines, isHead, signal);
        isHead &&= lines.length === 0;
      }
      await this.outage.worked();
      yield* this.#deliver(unfinishedLine(framer, follow), isHead, signal);
    } catch (error) {
      const isSilent = scope.signal.aborted && !signal.aborted;
      if (!isSilent || !follow) throw error;
    } finally {
      await scope.end();
    }
  }

  /** Call it after the last request was read to its end. */
  async finish(): Promise<void> {
    await this.#warnOf(this.#seen.finish());
  }

  /** @param isHead true if these are the first lines of a request with `sinceTime`. */
  async *#deliver(
    lines: readonly LogLine[],
    isHead: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<readonly LogLine[]> {
    let batch: LogLine[] = [];
    for (const line of lines) {
      const { fresh, gap, pause } = this.#seen.accept(line);
      const missing = gap ?? (pause === undefined ? undefined : await this.#gapIn(pause, signal));
      const isRemark = line.at === undefined;
      if (isRemark || missing !== undefined) {
        // Messages are printed between the lines where they belong.
        if (batch.length > 0) yield batch;
        batch = [];
        if (isRemark) await this.#noteRemark(line, isHead && line === lines[0]);
        else await this.#warnOf(missing);
      }
      if (fresh !== undefined) batch.push(fresh);
    }
    this.#rotation.read(this.#seen.newest);
    if (batch.length > 0) yield batch;
  }

  /**
   * A line without a timestamp is a message of the kubelet. The first line of a request with
   * `sinceTime` may also be the end of a long line of the builder: the kubelet selects by the
   * timestamps of the parts. That end was delivered before, so it is ignored.
   */
  async #noteRemark({ text, continues }: LogLine, isHead: boolean): Promise<void> {
    const words = text.subarray(0, longestRemark).toString('utf8').trim();
    if (continues || words === '' || words === this.#lastRemark) return;
    if (isHead && !remark.test(words)) return;
    this.#lastRemark = words;
    await this.#options.note(`message from the kubelet in the container log: ${words}`);
  }

  /** The pause as a gap, unless it is shown or plausible that no lines are missing. */
  async #gapIn(pause: Pause, signal: AbortSignal): Promise<Gap | undefined> {
    if (this.#hasWarned || !this.#rotation.mayHide(pause)) return undefined;
    return (await this.#isInCurrentFile(pause.after, signal)) ? undefined : pause;
  }

  /** True if the oldest line that the node still has is not newer than this; false if unknown. */
  async #isInCurrentFile(at: bigint, signal: AbortSignal): Promise<boolean> {
    const { clock, open } = this.#options;
    const options = { follow: false, sinceTime: secondOf(at) };
    try {
      const oldest = await within({ clock, ms: gapCheckMs }, signal, (limit) =>
        firstTimestamp(open(options, limit)),
      );
      return oldest !== undefined && oldest <= at;
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  async #warnOf(gap: Gap | undefined): Promise<void> {
    if (gap === undefined || this.#hasWarned) return;
    this.#hasWarned = true;
    const { after, before } = gap;
    const when =
      before === undefined
        ? `after ${timeOf(after)}`
        : `between ${timeOf(after)} and ${timeOf(before)}`;
    await this.#options.warn(
      `some of the builder's output is probably missing (${when} UTC): the kubelet rotated the container log before it was read`,
    );
  }
}

/**
 * The text after the last newline of a response, if it can be used. A message of the kubelet has no
 * newline. The last line of an ended container may lack it, too. A follow request was cut: the
 * next request repeats the whole line.
 */
function unfinishedLine(framer: LineFramer, follow: boolean): LogLine[] {
  const last = framer.flush();
  if (last === undefined) return [];
  if (last.at !== undefined) return follow ? [] : [last];
  const head = last.text.subarray(0, longestRemark).toString('latin1');
  return partOfTimestamp.test(head) ? [] : [last];
}

async function firstTimestamp(chunks: AsyncIterable<Buffer>): Promise<bigint | undefined> {
  const framer = new LineFramer();
  for await (const chunk of chunks) {
    const first = framer.push(chunk).find(({ at }) => at !== undefined);
    if (first !== undefined) return first.at;
  }
  return undefined;
}

function timeOf(at: bigint): string {
  return new Date(Number(at / 1_000_000n)).toISOString().slice(11, 19);
}

/** Limits how long a request can be silent. */
class RequestSilence {
  readonly #clock: Clock;
  #heardAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardAtMs = clock.now();
  }

  heard(): void {
    this.#heardAtMs = this.#clock.now();
  }

  /** @throws an error after 90 s of silence, or the signal's reason. */
  async limit(signal: AbortSignal): Promise<never> {
    for (let quietMs = 0; quietMs < quietRequestMs; quietMs = this.#clock.now() - this.#heardAtMs) {
      await this.#clock.sleep(quietRequestMs - quietMs, signal);
    }
    throw new Error(`no data within ${quietRequestMs / 1_000} s`);
  }
}
