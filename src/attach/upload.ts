import type { StdinStream } from '../context/stdin.ts';
import { BuildError } from '../errors.ts';
import type { PodFollower } from '../pod/follow.ts';
import { hasEnded } from '../pod/state.ts';
import type { AttachStreams, Clock, Cluster, PodRef } from '../ports.ts';
import { pumpStdin, type AttachEnd } from './pump.ts';

export interface UploadOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly ref: PodRef;
  readonly container: string;
  readonly streams: AttachStreams;
  readonly follower: PodFollower;
  /** A new stream from its beginning; asked again when an attach never reached the container. */
  readonly open: () => StdinStream;
  /** Told every stream that is opened, and the bytes that go out. */
  readonly onOpen: (stream: StdinStream) => void;
  readonly onSent: (bytes: number) => void;
  readonly report: (line: string) => void | Promise<void>;
}

/** A container that is reported running may not be attachable for a moment. */
const reachableMs = 30_000;
const firstPauseMs = 100;
const longestPauseMs = 3_000;
const longestSpreadMs = 1_000;
const probeMs = 5_000;

/**
 * Brings one whole stream to the stdin of a running container. Attaching is tried again as long as the container was never
 * reached; once it was, a second attach would write into a closed pipe, so a loss is final. Never rejects.
 */
export async function uploadStdin(options: UploadOptions, signal: AbortSignal): Promise<AttachEnd> {
  const { clock, follower, report } = options;
  const startedAt = clock.now();
  const ended = new AbortController();
  const done = new AbortController();
  // A source of states that fails ends the step elsewhere; here only the container's end matters.
  void follower.until(hasEnded, done.signal).then(
    () => {
      ended.abort();
    },
    () => undefined,
  );
  try {
    for (let attempt = 0; ; attempt++) {
      const end = await attachOnce(options, signal, ended.signal);
      const pauseMs = pauseAfter(end.failure, attempt);
      const late = clock.now() - startedAt + pauseMs > reachableMs;
      if (!end.unreached || late || signal.aborted || hasEnded(follower.state)) return end;
      await report(`attaching again: ${end.failure?.message ?? 'the container was not reached'}`);
      await clock.sleep(pauseMs, AbortSignal.any([signal, ended.signal])).catch(() => undefined);
    }
  } finally {
    done.abort();
  }
}

/** As long as the server asks for, else ever longer; many builds do not come back together. */
function pauseAfter(failure: BuildError | undefined, attempt: number): number {
  const askedMs = failure?.retryAfterMs;
  return askedMs === undefined
    ? Math.min(longestPauseMs, firstPauseMs * 2 ** attempt)
    : askedMs + Math.random() * longestSpreadMs;
}

async function attachOnce(
  options: UploadOptions,
  signal: AbortSignal,
  containerEnded: AbortSignal,
): Promise<AttachEnd> {
  const { cluster, clock, ref, container, streams } = options;
  let socket;
  try {
    socket = await cluster.attach(
      ref,
      container,
      streams,
      AbortSignal.any([signal, containerEnded]),
    );
  } catch (error) {
    // Nothing is wrong with the connection: there is nobody left to connect to.
    if (containerEnded.aborted && !signal.aborted)
      return { bytesSent: 0, acknowledged: false, unreached: true };
    const failure =
      error instanceof BuildError
        ? error
        : new BuildError('attach', 'attaching to the container failed', { cause: error });
    return { bytesSent: 0, acknowledged: false, failure, unreached: isTemporary(failure) };
  }
  const stream = options.open();
  options.onOpen(stream);
  return pumpStdin(socket, stream.stream, {
    clock,
    signal,
    containerEnded,
    onSent: options.onSent,
    probe: () => canRead(cluster, ref),
  });
}

/** Also a refusal: the right was there at the start, and a server that has just started knows no Roles yet. */
function isTemporary({ kind }: BuildError): boolean {
  return kind !== 'cancelled' && kind !== 'timeout';
}

async function canRead(cluster: Cluster, ref: PodRef): Promise<boolean> {
  try {
    await cluster.readPod(ref, AbortSignal.timeout(probeMs));
    return true;
  } catch {
    return false;
  }
}
