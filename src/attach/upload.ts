import type { StdinStream } from '../context/stdin.ts';
import { BuildError } from '../errors.ts';
import type { PodFollower } from '../pod/follow.ts';
import { hasEnded } from '../pod/state/state.ts';
import type { AttachStreams, Clock, Cluster, PodRef } from '../ports.ts';
import { Backoff } from '../time/backoff.ts';
import { withScope } from '../time/scope.ts';
import { within } from '../time/within.ts';
import { isUpgradeDropped } from './dropped-upgrade.ts';
import { pumpStdin, type AttachEnd } from './pump.ts';

export interface UploadOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly ref: PodRef;
  readonly container: string;
  readonly streams: AttachStreams;
  readonly follower: PodFollower;
  /** Opens a new stream from its beginning; called again if an attach did not reach the container. */
  readonly open: () => StdinStream;
  /** Gets every stream that is opened. */
  readonly onOpen: (stream: StdinStream) => void;
  /** Gets the number of bytes sent since the last call. */
  readonly onSent: (bytes: number) => void;
  readonly report: (line: string) => void | Promise<void>;
}

/** A running container may not be attachable at first: attaching is retried for this long. */
const reachableMs = 30_000;
const retries = { firstMs: 100, longestMs: 3_000, jitter: 0.5 };
const probeMs = 5_000;

/**
 * Sends one whole stream to stdin of a running container. Attaching is retried as long as the container was not reached. After it
 * was reached, a second attach would write into a closed pipe, so a lost connection is final. Never rejects.
 */
export function uploadStdin(options: UploadOptions, signal: AbortSignal): Promise<AttachEnd> {
  const ended = new AbortController();
  return withScope(undefined, (scope) => {
    void scope.run(async (until) => {
      await options.follower.until(hasEnded, until).then(
        () => {
          ended.abort();
        },
        // The caller waits for the states too, and reports that they cannot be read.
        () => undefined,
      );
    });
    return attachUntilReached(options, signal, ended.signal);
  });
}

async function attachUntilReached(
  options: UploadOptions,
  signal: AbortSignal,
  containerEnded: AbortSignal,
): Promise<AttachEnd> {
  const { clock, follower, report } = options;
  const startedAtMs = clock.now();
  const pauses = new Backoff(retries);
  for (;;) {
    const end = await attachOnce(options, signal, containerEnded);
    const pauseMs = pauses.next(end.failure?.retryAfterMs);
    const late = clock.now() - startedAtMs + pauseMs > reachableMs;
    if (!end.unreached || late || signal.aborted || hasEnded(follower.state)) return end;
    await report(`retrying attach: ${end.failure?.message ?? 'the container was not reached'}`);
    await clock.sleep(pauseMs, AbortSignal.any([signal, containerEnded])).catch(() => undefined);
  }
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
    // Not a failure of the connection: the container has ended.
    if (containerEnded.aborted && !signal.aborted)
      return { bytesSent: 0, isSent: false, acknowledged: false, unreached: true };
    const failure =
      error instanceof BuildError
        ? error
        : new BuildError('attach', 'attaching to the container failed', { cause: error });
    return {
      bytesSent: 0,
      isSent: false,
      acknowledged: false,
      failure,
      unreached: isTemporary(failure),
    };
  }
  const stream = options.open();
  options.onOpen(stream);
  return pumpStdin(socket, stream.stream, {
    clock,
    signal,
    containerEnded,
    onSent: options.onSent,
    probe: (until) => canRead(cluster, ref, clock, until),
  });
}

/** Also true for status 403: the permission was checked at the start, and a restarted API server has not loaded its Roles yet. */
function isTemporary(failure: BuildError): boolean {
  const { kind } = failure;
  return kind !== 'cancelled' && kind !== 'timeout' && !isUpgradeDropped(failure);
}

async function canRead(
  cluster: Cluster,
  ref: PodRef,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await within({ clock, ms: probeMs }, signal, (until) => cluster.readPod(ref, until));
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
