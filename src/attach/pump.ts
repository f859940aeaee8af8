import type { Readable } from 'node:stream';
import { BuildError, describeError } from '../errors.ts';
import type { Clock, AttachSocket, SocketClose } from '../ports.ts';
import { orAborted, untilAborted } from '../time/abort.ts';
import { Condition } from '../time/condition.ts';
import { race } from '../time/race.ts';
import { withScope } from '../time/scope.ts';
import {
  closeStdinFrame,
  largestPayload,
  readStatusFrame,
  stdinFrame,
  supportsHalfClose,
  type AttachStatus,
} from './channel.ts';
import { probeConnection, type ConnectionSigns } from './keepalive.ts';

/** How the stream to the container's stdin ended. */
export interface AttachEnd {
  /** Bytes of stdin that the operating system has taken. */
  readonly bytesSent: number;
  /** True if the server has consumed every byte and the end of stdin. */
  readonly acknowledged: boolean;
  /** Why not, if not; of the kind `lost` if the connection broke, whatever the container does then. */
  readonly failure?: BuildError;
  /** The container was never reached: its stdin is untouched and another attach may try. */
  readonly unreached: boolean;
}

export interface PumpOptions {
  readonly clock: Clock;
  /** Ends the pump; its reason becomes the failure. */
  readonly signal: AbortSignal;
  /** Aborted when the container has ended: then nobody will acknowledge anything any more. */
  readonly containerEnded: AbortSignal;
  /** Asks the cluster by another connection whether it is there; false if it does not answer. */
  readonly probe: (signal: AbortSignal) => Promise<boolean>;
  /** Told the bytes that went out since the last call. */
  readonly onSent: (bytes: number) => void;
}

/** Payloads of the pings that are sent after the last byte, and after the end of stdin. */
const lastBytePing = 'last-byte';
const endPing = 'end-of-stdin';

/** How long an acknowledgement may come after the container's end. */
const lateAnswerMs = 2_000;
/** The server's own explanation often arrives just behind the failing send. */
const explanationMs = 500;

/** Texts of the kubelet, containerd, CRI-O and cri-dockerd for a container that could not be reached. */
const unreachedText =
  /unable to upgrade|not found|CONTAINER_\w+ state|not created or running|error sending request/;

/**
 * Sends the whole stream to the container's stdin, frame by frame: each waits until the operating system has taken it, so
 * memory stays constant on any link. Then waits until the server has taken the last byte too, says "end of stdin" and waits
 * until that is acknowledged.
 *
 * The server reads in order, so the pong of a ping behind the last byte proves that every byte was taken. Before it nothing
 * else counts: a container that ends without reading its stdin leads to the same `Success` and to the same close code
 * 1000 as one that has read everything, and so does a kubelet that is restarted. After it the end of stdin is acknowledged, on
 * v5, by a `Success` status: the kubelet has written the last byte into the container's pipe. That may take as long as the
 * container takes to read; until then bytes wait between server and node, and a lost connection loses them. On v4 there is
 * only the server's answer to our closing handshake.
 *
 * Never rejects. Destroys the stream and closes the socket in every case.
 */
export async function pumpStdin(
  socket: AttachSocket,
  stdin: Readable,
  options: PumpOptions,
): Promise<AttachEnd> {
  const session = new Session(socket, stdin, options.clock);
  const stop = (): void => {
    session.fail(connectionFailure(options.signal.reason));
  };
  options.signal.addEventListener('abort', stop);
  if (options.signal.aborted) stop();
  try {
    await withScope(undefined, async (scope) => {
      void scope.run((until) => session.probeConnection(options, until));
      try {
        await session.send(options.onSent);
        await session.finish(options);
      } catch (error) {
        await session.giveUp(error, options);
      }
    });
  } finally {
    options.signal.removeEventListener('abort', stop);
    stdin.destroy();
    socket.terminate();
  }
  return session.end();
}

/** One connection's state: what was sent, what the server said. */
class Session {
  readonly #socket: AttachSocket;
  readonly #stdin: Readable;
  readonly #clock: Clock;
  readonly #signs: ConnectionSigns;
  #bytesSent = 0;
  #taken = false;
  #endTaken = false;
  #ended = false;
  #acknowledged = false;
  /** A frame could not be sent. */
  #isBroken = false;
  #status: AttachStatus | undefined;
  #failure: BuildError | undefined;
  readonly #changed = new Condition();

  constructor(socket: AttachSocket, stdin: Readable, clock: Clock) {
    this.#socket = socket;
    this.#stdin = stdin;
    this.#clock = clock;
    this.#signs = { lastPongMs: clock.now(), lastAcceptedMs: clock.now() };
    // Also while nobody reads, an error must not become an uncaught exception; `send` sees it.
    stdin.on('error', () => undefined);
    socket.listen({
      message: (message) => {
        this.#receive(readStatusFrame(message));
      },
      pong: (payload) => {
        this.#signs.lastPongMs = this.#clock.now();
        if (payload === lastBytePing) this.#take();
        if (payload === endPing) this.#endTaken = true;
      },
    });
    void socket.closed.then((close) => {
      this.#closed(close);
    });
  }

  async send(onSent: (bytes: number) => void): Promise<void> {
    for await (const chunk of this.#stdin) {
      if (!Buffer.isBuffer(chunk)) throw new Error('stdin is not binary');
      for (let start = 0; start < chunk.length; start += largestPayload) {
        const payload = chunk.subarray(start, start + largestPayload);
        await this.#sendFrame(stdinFrame(payload));
        this.#bytesSent += payload.length;
        this.#signs.lastAcceptedMs = this.#clock.now();
        onSent(payload.length);
      }
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #sendFrame(frame: Uint8Array): Promise<void> {
    try {
      await this.#socket.send(frame);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  /** Sends pings; a connection that times out fails the session. @throws the signal's reason. */
  async probeConnection({ clock, probe }: PumpOptions, signal: AbortSignal): Promise<void> {
    const ping = (): void => {
      this.#socket.ping('');
    };
    this.fail(await probeConnection(this.#signs, { clock, ping, probe }, signal));
  }

  /** Says "end of stdin" and waits for the acknowledgement, or for whatever makes it impossible. */
  async finish({ containerEnded }: PumpOptions): Promise<void> {
    this.#socket.ping(lastBytePing);
    await this.#untilDecided(() => this.#taken, containerEnded);
    if (!this.#taken || this.#hasFailed()) return;
    this.#ended = true;
    if (supportsHalfClose(this.#socket.protocol)) {
      await this.#sendFrame(closeStdinFrame());
      this.#socket.ping(endPing);
    } else {
      this.#socket.close();
    }
    await this.#untilDecided(() => this.#acknowledged, containerEnded);
    // A proxy that swallows the status leaves only what the server has read.
    if (this.#endTaken && !this.#hasFailed()) this.#acknowledged = true;
  }

  #hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * After an error. A frame that cannot be sent means that the connection is lost, which its close tells with a code: it comes
   * in any case, but a server's own explanation, just behind the failing send, may come before it.
   */
  async giveUp(error: unknown, { signal }: PumpOptions): Promise<void> {
    if (error instanceof BuildError) this.#failure ??= error;
    if (this.#failure === undefined && this.#isBroken) {
      await race<unknown>(signal, [
        (until) => this.#clock.sleep(explanationMs, until),
        (until) => orAborted(this.#socket.closed, until),
      ]).catch(() => undefined);
      this.#socket.terminate();
      await this.#socket.closed;
    }
    this.#failure ??= new BuildError(
      'attach',
      `sending the context failed: ${describeError(error)}`,
      { cause: error },
    );
  }

  fail(failure: BuildError): void {
    this.#failure ??= failure;
    this.#stdin.destroy(failure);
    this.#socket.terminate();
    this.#changed.notify();
  }

  end(): AttachEnd {
    const unreached = this.#status?.success === false && unreachedText.test(this.#status.message);
    return {
      bytesSent: this.#bytesSent,
      acknowledged: this.#acknowledged && this.#failure === undefined,
      unreached,
      ...(this.#failure !== undefined && { failure: this.#failure }),
    };
  }

  #receive(status: AttachStatus | undefined): void {
    if (status === undefined) return;
    this.#status ??= status;
    if (!status.success) {
      this.fail(
        new BuildError('attach', `the cluster could not deliver the context: ${status.message}`),
      );
    } else if (this.#ended) {
      this.#acknowledge();
    } else {
      this.fail(
        new BuildError(
          'attach',
          'the cluster ended the connection before it had taken the whole context',
        ),
      );
    }
  }

  #take(): void {
    this.#taken = true;
    this.#changed.notify();
  }

  #acknowledge(): void {
    this.#acknowledged = true;
    this.#changed.notify();
  }

  #closed({ code, reason, error }: SocketClose): void {
    // On v4 the answer to our closing handshake is the acknowledgement: everything before it was read in order.
    if (this.#ended && code === 1000 && !supportsHalfClose(this.#socket.protocol))
      this.#acknowledge();
    if (this.#acknowledged) this.#changed.notify();
    else {
      const words = error === undefined ? reason : describeError(error);
      const said = words === '' ? `code ${code}` : `code ${code}: ${words}`;
      this.fail(
        new BuildError(
          'lost',
          `the connection to the container was lost (${said}) before the whole context was acknowledged`,
        ),
      );
    }
  }

  /**
   * Waits for an answer or a failure. A container that ends at once is reported by another connection, which may be faster:
   * after its end the answer has a little time left.
   */
  async #untilDecided(isAnswered: () => boolean, containerEnded: AbortSignal): Promise<void> {
    const isDecided = (): boolean => isAnswered() || this.#failure !== undefined;
    await race<unknown>(undefined, [
      (until) => this.#changed.until(isDecided, until),
      async (until) => {
        await untilAborted(containerEnded, until);
        await this.#clock.sleep(lateAnswerMs, until);
      },
    ]);
  }
}

function connectionFailure(reason: unknown): BuildError {
  return reason instanceof BuildError
    ? reason
    : new BuildError('attach', describeError(reason), { cause: reason });
}
