import { BuildError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** The last activity of a connection, in milliseconds of the clock. */
export interface ConnectionSigns {
  lastPongMs: number;
  /** When the operating system last accepted a byte. */
  lastAcceptedMs: number;
}

export interface KeepAlive {
  readonly clock: Clock;
  readonly ping: () => void;
  /** Sends a request over another connection; false if the API server does not respond. @throws the signal's reason. */
  readonly probe: (signal: AbortSignal) => Promise<boolean>;
}

const pingMs = 10_000;
const pongLateMs = 15_000;
/** A paused builder delays pongs too, because the server stops reading then. Only after this time is the connection lost. */
const idleLimitMs = 5 * 60_000;

/**
 * Sends pings, so that no load balancer closes the connection as idle. Resolves with the failure when the connection has timed
 * out: no pong arrives and the API server does not respond over another connection either, or for five minutes no pong has
 * arrived and no byte was accepted although the API server responds.
 * @throws the signal's reason.
 */
export async function probeConnection(
  signs: ConnectionSigns,
  { clock, ping, probe }: KeepAlive,
  signal: AbortSignal,
): Promise<BuildError> {
  for (;;) {
    signal.throwIfAborted();
    ping();
    await clock.sleep(pingMs, signal);
    if (clock.now() - signs.lastPongMs < pongLateMs) continue;
    if (!(await probe(signal)))
      return new BuildError(
        'lost',
        'the connection to the container timed out: no response to pings, and the API server is unreachable',
      );
    const idleMs = clock.now() - Math.max(signs.lastPongMs, signs.lastAcceptedMs);
    if (idleMs >= idleLimitMs)
      return new BuildError(
        'lost',
        `the connection to the container timed out: no data was sent or received for ${Math.round(idleMs / 60_000)} minutes`,
      );
  }
}
