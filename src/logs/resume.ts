import { BuildError } from '../errors.ts';
import type { LogLine } from './lines.ts';
import { LogReader, type ReaderOptions } from './reader.ts';

export interface ResumeOptions extends ReaderOptions {
  /** True once the container has ended: then a request that ends may be the last one. */
  readonly ended: () => boolean;
  /** Resolves when the container has ended. */
  readonly untilEnded: Promise<unknown>;
  /** A number from 0 up to 1; Math.random by default. */
  readonly random?: () => number;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** Spreads the requests of many builds whose connections broke at the same time. */
const spreadMs = 800;
/** How long requests for the rest of the log are retried after the end of the container. */
const lastPatienceMs = 60_000;

/** Message of the kubelet for a container that never ran, for example because an init container failed. */
const neverRan = 'is waiting to start';

/**
 * Returns the output of a container in order, each line once, in batches as they arrive.
 *
 * Follows the log. When a request ends or is silent for too long before the container has ended,
 * another request continues from the newest second, and the lines that it repeats are dropped. After
 * the end of the container, requests without `follow` fetch what the follow request did not return.
 * Lines that the node has already deleted are missing; LogReader warns of them.
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
      // Even after NotFound: whether the pod was deleted is decided by the code that follows its states.
      await reader.outage.failed(error);
      askedMs = retryAfterOf(error);
    }
    const spread = random() * spreadMs;
    // Retry-After also holds for the requests after the end of the container.
    if (askedMs !== undefined) await options.clock.sleep(askedMs + spread, signal);
    if (options.ended()) break;
    pauseMs = batches > 0 ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2);
    if (askedMs === undefined) await untilEndedOr(options, pauseMs + spread, signal);
  }
  yield* fetchRest(reader, options, signal);
}

/**
 * Returns everything after the newest line, to the end; the last line may lack its newline. When the
 * container has ended, the runtime may still be writing its output to the log file. So the log is
 * requested until a response contains nothing new.
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
      const isLate = clock.now() - workedAtMs + Math.max(pauseMs, askedMs) > lastPatienceMs;
      if (signal.aborted || isGone(error) || isLate) throw error;
      await reader.outage.failed(error);
    }
    await clock.sleep(Math.max(pauseMs, askedMs), signal);
  }
  await reader.finish();
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

function retryAfterOf(error: unknown): number | undefined {
  return error instanceof BuildError ? error.retryAfterMs : undefined;
}

/**
 * True if there will never be more output: the pod was deleted, or its container never ran. 403 does
 * not count: the RBAC permission was checked at the start, so the refusal is temporary.
 */
function isGone(error: unknown): boolean {
  if (!(error instanceof BuildError)) return false;
  return error.reason === 'NotFound' || error.message.includes(neverRan);
}
