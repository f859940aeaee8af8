import { BuildError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** What is known of a connection; times in milliseconds of the clock. */
export interface ConnectionSigns {
  lastPongMs: number;
  /** When the operating system last took a byte. */
  lastAcceptedMs: number;
}

export interface KeepAlive {
  readonly clock: Clock;
  readonly ping: () => void;
  /** Asks the cluster by another connection; false if it does not answer. */
  readonly probe: () => Promise<boolean>;
}

const pingMs = 10_000;
const pongLateMs = 15_000;
/** A builder that pauses holds back pongs too: the server's reader waits with it. Only this long a silence is death. */
const silentMs = 5 * 60_000;

/**
 * Pings until the signal ends it, so that no load balancer calls the connection idle. Resolves with the failure when the
 * connection is dead: no pong and the cluster does not answer otherwise either, or neither pong nor accepted byte for five
 * minutes although it answers.
 */
export async function probeConnection(
  signs: ConnectionSigns,
  { clock, ping, probe }: KeepAlive,
  signal: AbortSignal,
): Promise<BuildError | undefined> {
  while (!signal.aborted) {
    ping();
    try {
      await clock.sleep(pingMs, signal);
    } catch {
      return undefined;
    }
    if (clock.now() - signs.lastPongMs < pongLateMs) continue;
    if (!(await probe()))
      return new BuildError(
        'lost',
        'the connection to the container is dead: no answer to pings, and the API server cannot be reached',
      );
    const quietMs = clock.now() - Math.max(signs.lastPongMs, signs.lastAcceptedMs);
    if (quietMs >= silentMs)
      return new BuildError(
        'lost',
        `the connection to the container is dead: nothing moved for ${Math.round(quietMs / 60_000)} minutes`,
      );
  }
  return undefined;
}
