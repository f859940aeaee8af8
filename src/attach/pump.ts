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

/** The result of an upload to stdin of the container. */
export interface AttachEnd {
  /** Bytes of stdin that the operating system has accepted. */
  readonly bytesSent: number;
  /** True if these are all bytes of the stream. */
  readonly isSent: boolean;
  /** True if the server has consumed every byte and the end of stdin. */
  readonly acknowledged: boolean;
  /** Why the upload is not acknowledged; of the kind `lost` if the connection broke, even if the container succeeds. */
  readonly failure?: BuildError;
  /** True if the container was not reached: nothing was written to its stdin, so attaching can be retried. */
  readonly unreached: boolean;
}

export interface PumpOptions {
  readonly clock: Clock;
  /** Stops the upload; its reason becomes the failure. */
  readonly signal: AbortSignal;
  /** Aborted when the container has ended: no acknowledgement is sent after that. */
  readonly containerEnded: AbortSignal;
  /** Sends a request over another connection; false if the API server does not respond. @throws the signal's reason. */
  readonly probe: (signal: AbortSignal) => Promise<boolean>;
  /** Gets the number of bytes sent since the last call. */
  readonly onSent: (bytes: number) => void;
}

/** Payloads of the pings that are sent after the last byte, and after the end of stdin. */
const lastBytePing = 'last-byte';
const endPing = 'end-of-stdin';

/** An acknowledgement is awaited this long after the end of the container. */
const lateAnswerMs = 2_000;
/** The status or close frame of the server often arrives shortly after the failed send. */
const explanationMs = 500;

/** Texts of the kubelet, containerd, CRI-O and cri-dockerd for a container that could not be reached. */
const unreachedText =
  /unable to upgrade|not found|CONTAINER_\w+ state|not created or running|error sending request/;

/**
 * Sends the whole stream to stdin of the container, frame by frame. Each frame waits until the operating system has accepted the
 * previous one, so memory stays constant on any link. Then waits until the server has received the last byte, sends the end of
 * stdin, and waits until that is acknowledged.
 *
 * The server reads in order, so the pong to a ping after the last byte proves that it has received every byte. Before that pong
 * no other sign counts: a container that ends without reading its stdin leads to the same `Success` and to the same close code
 * 1000 as one that has read everything, and so does a restart of the kubelet. After it, on v5, a `Success` status acknowledges the
 * end of stdin: the kubelet has written the last byte into the pipe of the container. That may take as long as the container takes
 * to read; until then bytes are buffered between server and node, and a lost connection loses them. On v4 the only
 * acknowledgement is the response of the server to the closing handshake.
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

/** The state of one connection: the bytes sent, and the messages of the server. */
class Session {
  readonly #socket: AttachSocket;
  readonly #stdin: Readable;
  readonly #clock: Clock;
  readonly #signs: ConnectionSigns;
  #bytesSent = 0;
  #isSent = false;
  /** The server has received the last byte. */
  #isReceived = false;
  /** The server has received the end of stdin. */
  #isEndReceived = false;
  /** The end of stdin is being sent. */
  #isEnding = false;
  #isAcknowledged = false;
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
    // An error while the stream is not read must not be an uncaught exception; `send` throws it.
    stdin.on('error', () => undefined);
    socket.listen({
      message: (message) => {
        this.#receive(readStatusFrame(message));
      },
      pong: (payload) => {
        this.#signs.lastPongMs = this.#clock.now();
        if (payload === lastBytePing) this.#confirmReceipt();
        if (payload === endPing) this.#isEndReceived = true;
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
    this.#isSent = true;
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

  /** Sends the end of stdin and waits for the acknowledgement, or for a failure that makes it impossible. */
  async finish({ containerEnded }: PumpOptions): Promise<void> {
    this.#socket.ping(lastBytePing);
    await this.#untilDecided(() => this.#isReceived, containerEnded);
    if (!this.#isReceived || this.#hasFailed()) return;
    this.#isEnding = true;
    if (supportsHalfClose(this.#socket.protocol)) {
      await this.#sendFrame(closeStdinFrame());
      this.#socket.ping(endPing);
    } else {
      this.#socket.close();
    }
    await this.#untilDecided(() => this.#isAcknowledged, containerEnded);
    // If a proxy drops the status, the pong is the only acknowledgement.
    if (this.#isEndReceived && !this.#hasFailed()) this.#isAcknowledged = true;
  }

  #hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Sets the failure after an error. A frame that cannot be sent means that the connection is lost; its close code is the failure.
   * A status of the server that arrives shortly after the failed send has priority.
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
      isSent: this.#isSent,
      acknowledged: this.#isAcknowledged && this.#failure === undefined,
      unreached,
      ...(this.#failure !== undefined && { failure: this.#failure }),
    };
  }

  #receive(status: AttachStatus | undefined): void {
    if (status === undefined) return;
    this.#status ??= status;
    if (!status.success) {
      this.fail(
        new BuildError('attach', `the API server could not deliver the context: ${status.message}`),
      );
    } else if (this.#isEnding) {
      this.#acknowledge();
    } else {
      this.fail(
        new BuildError(
          'attach',
          'the API server closed the connection before the context was fully delivered',
        ),
      );
    }
  }

  #confirmReceipt(): void {
    this.#isReceived = true;
    this.#changed.notify();
  }

  #acknowledge(): void {
    this.#isAcknowledged = true;
    this.#changed.notify();
  }

  #closed({ code, reason, error }: SocketClose): void {
    // On v4 the response to the closing handshake is the acknowledgement: the server has read everything before it, in order.
    if (this.#isEnding && code === 1000 && !supportsHalfClose(this.#socket.protocol))
      this.#acknowledge();
    if (this.#isAcknowledged) this.#changed.notify();
    else {
      const text = error === undefined ? reason : describeError(error);
      const cause = text === '' ? `code ${code}` : `code ${code}: ${text}`;
      this.fail(
        new BuildError(
          'lost',
          `the connection to the container was lost (${cause}) before the whole context was acknowledged`,
        ),
      );
    }
  }

  /**
   * Waits for an answer or a failure. The end of the container is reported over another connection, which may be faster, so the
   * answer is awaited a little longer.
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
