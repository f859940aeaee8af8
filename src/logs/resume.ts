import { BuildError } from '../errors.ts';
import { abortReason, orAborted } from '../time/abort.ts';
import { Backoff } from '../time/backoff.ts';
import { race } from '../time/race.ts';
import { Scope } from '../time/scope.ts';
import type { LogLine } from './lines.ts';
import { LogReader, type ReaderOptions } from './reader.ts';

export interface ResumeOptions extends ReaderOptions {
  /** True once the container has ended: then a request that ends may be the last one. */
  readonly ended: () => boolean;
  /** Resolves when the container has ended; never rejects. */
  readonly untilEnded: Promise<unknown>;
  /** A number from 0 up to 1; Math.random by default. */
  readonly random?: () => number;
}

/**
 * Pauses while the container runs. The first is between 0.2 and 1 s, which spreads the requests of many
 * builds whose connections broke at the same time.
 */
const followPauses = { firstMs: 1_000, longestMs: 5_000, jitter: 0.8 };
/** Pauses after its end: short, because the step waits. */
const restPauses = { firstMs: 200, longestMs: 5_000 };
/** How long requests for the rest of the log are retried after the end of the container. */
const lastPatienceMs = 60_000;
/**
 * The log must end within this time after the container has ended. A response with a byte now and then, or with a line that never
 * ends, would keep the step for ever.
 */
const restMinutes = 10;
/** What the API server itself asks for with `Retry-After`. So much of it is respected after the end of the container, too. */
const mostPoliteMs = 1_000;

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
  const scope = new Scope(signal);
  void scope.run((until) => limitRest(options, until));
  try {
    yield* followLog(options, scope.signal);
  } catch (error) {
    if (signal.aborted || !scope.signal.aborted) throw error;
    throw abortReason(scope.signal);
  } finally {
    await scope.end();
  }
}

/** @throws BuildError when the log should have ended, or the signal's reason. */
async function limitRest(
  { clock, untilEnded }: ResumeOptions,
  signal: AbortSignal,
): Promise<never> {
  await orAborted(untilEnded, signal);
  await clock.sleep(restMinutes * 60_000, signal);
  throw new BuildError(
    'cluster',
    `the container log did not end within ${restMinutes} minutes after the container`,
  );
}

async function* followLog(
  options: ResumeOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly LogLine[]> {
  const { clock, ended, untilEnded, random } = options;
  const reader = new LogReader(options);
  const backoff = new Backoff({ ...followPauses, ...(random !== undefined && { random }) });
  while (!ended()) {
    let askedMs: number | undefined;
    try {
      for await (const batch of reader.request(true, signal)) {
        backoff.reset();
        yield batch;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      // Even after NotFound: whether the pod was deleted is decided by the code that follows its states.
      await reader.outage.failed(error);
      askedMs = retryAfterOf(error);
    }
    const pauseMs = backoff.next(askedMs);
    const politeMs = Math.min(askedMs ?? 0, mostPoliteMs);
    if (ended() && politeMs === 0) break;
    // The step waits for the rest of the log, so the end of the container ends the pause.
    await race<unknown>(signal, [
      (until) => clock.sleep(pauseMs, until),
      async (until) => {
        await orAborted(untilEnded, until);
        if (politeMs > 0) await clock.sleep(politeMs, until);
      },
    ]);
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
  { clock, random }: ResumeOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly LogLine[]> {
  const backoff = new Backoff({ ...restPauses, ...(random !== undefined && { random }) });
  let workedAtMs = clock.now();
  for (;;) {
    let pauseMs: number;
    try {
      let batches = 0;
      for await (const batch of reader.request(false, signal)) {
        batches++;
        yield batch;
      }
      if (batches === 0) break;
      workedAtMs = clock.now();
      backoff.reset();
      pauseMs = backoff.next();
    } catch (error) {
      pauseMs = backoff.next(retryAfterOf(error));
      const isLate = clock.now() - workedAtMs + pauseMs > lastPatienceMs;
      if (signal.aborted || isGone(error) || isLate) throw error;
      await reader.outage.failed(error);
    }
    await clock.sleep(pauseMs, signal);
  }
  await reader.finish();
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
