import { BuildError } from '../errors.ts';
import type { Clock, LogOptions } from '../ports.ts';
import { LineFramer, type LogLine } from './lines.ts';

/** One log request; see Cluster.log. */
export type OpenLog = (options: LogOptions, signal: AbortSignal) => AsyncIterable<Buffer>;

export interface ResumeOptions {
  readonly open: OpenLog;
  readonly clock: Clock;
  /** True once the container has ended: then a request that ends may be the last one. */
  readonly ended: () => boolean;
  /** Resolves when the container has ended. */
  readonly untilEnded: Promise<unknown>;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** So long without a byte: the connection may be half open, or the kubelet may follow a file that was rotated away. */
const silenceMs = 90_000;
/** How long the rest of the output is asked for after the container's end. */
const lastPatienceMs = 60_000;

/**
 * All output of a container, whole lines in order, each once: follows the log, and when a request ends or falls silent
 * before the container does, asks again from the last second on and drops what was already seen. After the container's
 * end one more request fetches what the following one may have missed.
 * @throws BuildError('cluster') if the end of the output cannot be read, or the signal's reason.
 */
export async function* resumeLog(
  options: ResumeOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const seen = new Seen();
  let pauseMs = firstPauseMs;
  while (!options.ended()) {
    let lines = 0;
    try {
      for await (const line of followOnce(options, seen, signal)) {
        lines++;
        yield line;
      }
    } catch (error) {
      if (signal.aborted || isGone(error)) throw error;
    }
    if (options.ended()) break;
    pauseMs = lines > 0 ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2);
    await untilEndedOr(options, pauseMs, signal);
  }
  yield* fetchRest(options, seen, signal);
}

async function* followOnce(
  options: ResumeOptions,
  seen: Seen,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const framer = new LineFramer();
  const watch = new SilenceWatch(options.clock, stop, either);
  try {
    for await (const chunk of options.open({ follow: true, ...seen.since() }, either)) {
      watch.heard();
      for (const line of framer.push(chunk)) if (seen.isNew(line)) yield line;
    }
  } catch (error) {
    if (!stop.signal.aborted || signal.aborted) throw error;
  } finally {
    stop.abort();
    await watch.done;
  }
  // A line that was cut in the middle comes again, whole, with the next request.
}

/** Everything after the last line seen, to the end; the last line may lack its newline. */
async function* fetchRest(
  { open, clock }: ResumeOptions,
  seen: Seen,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const startedAtMs = clock.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const framer = new LineFramer();
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const watch = new SilenceWatch(clock, stop, either);
    try {
      for await (const chunk of open({ follow: false, ...seen.since() }, either)) {
        watch.heard();
        for (const line of framer.push(chunk)) if (seen.isNew(line)) yield line;
      }
      const last = framer.flush();
      if (last !== undefined && seen.isNew(last)) yield last;
      return;
    } catch (error) {
      const late = clock.now() - startedAtMs + pauseMs > lastPatienceMs;
      if (signal.aborted || isGone(error) || late) throw error;
      await clock.sleep(pauseMs, signal);
    } finally {
      stop.abort();
      await watch.done;
    }
  }
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

/** The pod is gone, and its output with it. A refusal is no such thing: the right was checked at the start. */
function isGone(error: unknown): boolean {
  return error instanceof BuildError && error.code === 404;
}

/**
 * What was already delivered. A new request begins at the whole second of the newest line and brings the lines of that
 * second again, in the same order: as many are dropped. Times alone cannot tell, stdout and stderr overtake each other.
 */
class Seen {
  #newest = 0n;
  /** Lines delivered of the newest line's second. */
  #count = 0;
  #skip = 0;

  /** Starts a request: `sinceTime` is cut to whole seconds by the kubelet. */
  since(): { sinceTime?: string } {
    this.#skip = this.#count;
    if (this.#newest === 0n) return {};
    return {
      sinceTime: new Date(Number(secondOf(this.#newest)) * 1_000)
        .toISOString()
        .replace('.000Z', 'Z'),
    };
  }

  isNew({ at }: LogLine): boolean {
    if (at === 0n) return true;
    const age = secondOf(this.#newest) - secondOf(at);
    if (this.#skip > 0 && at <= this.#newest) {
      if (age === 0n) this.#skip--;
      return false;
    }
    if (age < 0n) this.#count = 0;
    if (age <= 0n) this.#count++;
    if (at > this.#newest) {
      this.#newest = at;
      // What was to be dropped is not there any more: the log was rotated.
      this.#skip = 0;
    }
    return true;
  }
}

function secondOf(at: bigint): bigint {
  return at / 1_000_000_000n;
}

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
    for (let quietMs = 0; quietMs < silenceMs; quietMs = this.#clock.now() - this.#heardAtMs) {
      try {
        await this.#clock.sleep(silenceMs - quietMs, signal);
      } catch {
        return;
      }
    }
    stop.abort();
  }
}
