import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { WebSocket, type ClientOptions } from 'ws';
import type { AttachListener, AttachSocket, Clock, SocketClose } from '../../ports.ts';
import { oneLine } from '../../text/one-line.ts';
import { abortReason } from '../../time/abort.ts';
import { within } from '../../time/within.ts';
import { readApiError, redirectError, UpgradeRefusal } from './api-error.ts';
import { readExplanation } from './response/body.ts';

/** In the order of preference. v5 can half-close stdin, v4 cannot. SPDY and older versions are not supported. */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
/** Limit for the response to the upgrade request. */
const handshakeMs = 30_000;
/** Limit for one message. The API server sends output in messages of 32 KiB. */
const largestMessage = 1024 * 1024;
/** Limit for the closing handshake. On v4, all data is sent before it, also on a slow connection. */
const closeTimeoutMs = 10 * 60_000;

/** Options that ws supports, but that its types do not have. */
interface ExtraOptions {
  readonly auth: string | undefined;
  readonly closeTimeout: number;
  readonly servername: string | undefined;
}

/**
 * Opens the attach WebSocket. The caller closes or terminates it.
 * @throws ApiError if the server refuses the upgrade, Node's own errors for the network, or the signal's
 *   reason.
 */
export function openAttachSocket(
  url: URL,
  options: RequestOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<AttachSocket> {
  const late = (): Error => new Error(`no response within ${handshakeMs / 1_000} s`);
  return within({ clock, ms: handshakeMs, late }, signal, (until) => {
    const socket = connect(url, options);
    return handshake(socket, clock, until);
  });
}

function connect(url: URL, options: RequestOptions): WebSocket {
  const target = new URL(url);
  target.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  const { agent, headers, ca, cert, key, servername, rejectUnauthorized, auth } = options;
  // ws passes its options to https.request; its types have only some of them.
  const socketOptions: ClientOptions & ExtraOptions = {
    agent: typeof agent === 'object' ? agent : undefined,
    headers: headers as Record<string, string>,
    ca,
    cert,
    key,
    servername,
    rejectUnauthorized,
    auth: auth ?? undefined,
    closeTimeout: closeTimeoutMs,
    maxPayload: largestMessage,
    // See WebSocketAttach.
    autoPong: false,
    // The data is gzip. A gateway could accept an offered compression.
    perMessageDeflate: false,
    followRedirects: false,
  };
  return new WebSocket(target, protocols, socketOptions);
}

/** Waits until the socket is open, or for the whole refusal. */
function handshake(socket: WebSocket, clock: Clock, signal: AbortSignal): Promise<AttachSocket> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      socket.terminate();
      reject(abortReason(signal));
    };
    const settle = (end: () => void): void => {
      signal.removeEventListener('abort', abort);
      end();
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    const attached = new WebSocketAttach(socket);
    socket.once('open', () => {
      settle(() => {
        resolve(attached);
      });
    });
    const fail = (error: Error): void => {
      settle(() => {
        reject(error);
      });
    };
    socket.once('error', fail);
    socket.once('unexpected-response', (request, response) => {
      // A problem with the body is not an error.
      socket.removeListener('error', fail);
      settle(() => {
        // The reading has its own limits, and ends with the signal.
        refusal(response, clock, signal)
          .then(reject, reject)
          .finally(() => {
            request.destroy();
          });
      });
    });
  });
}

/** The error of a refused upgrade, with the Status in the body, which ws would drop. */
async function refusal(
  response: IncomingMessage,
  clock: Clock,
  signal: AbortSignal,
): Promise<Error> {
  const code = response.statusCode ?? 0;
  if (code >= 300 && code < 400) return redirectError(code, response.headers.location);
  const explanation = await readExplanation(response, { clock, signal });
  const { reason, message, retryAfterMs } = readApiError(code, explanation, response.headers);
  return new UpgradeRefusal(code, reason, message, retryAfterMs);
}

/** Messages that arrive before `listen` is called may have this many bytes; the API server sends some tens. */
const mostEarlyBytes = 256 * 1024;
/** Pongs are not sent while more than this waits to be sent: a server could ping without reading. */
const mostBufferedBytes = 1024 * 1024;

class WebSocketAttach implements AttachSocket {
  readonly closed: Promise<SocketClose>;
  readonly #socket: WebSocket;
  readonly #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #listener: AttachListener | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure ??= error;
    });
    socket.on('message', (data) => {
      this.#receive(toBytes(data));
    });
    socket.on('ping', (payload) => {
      if (socket.readyState !== WebSocket.OPEN || socket.bufferedAmount > mostBufferedBytes) return;
      socket.pong(payload, true, () => undefined);
    });
    socket.on('pong', (payload) => this.#listener?.pong(payload.toString('latin1')));
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        resolve({
          code,
          reason: oneLine(reason.toString()),
          ...(failure !== undefined && { error: failure }),
        });
      });
    });
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  send(message: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(message, { binary: true, fin: true }, (error) => {
        // ws calls back with null or undefined on success.
        if (error) reject(error);
        else resolve();
      });
    });
  }

  ping(payload: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    // If the ping cannot be sent, `closed` resolves.
    this.#socket.ping(Buffer.from(payload, 'latin1'), true, () => undefined);
  }

  close(): void {
    this.#socket.close(1000);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  listen(listener: AttachListener): void {
    this.#listener = listener;
    for (const message of this.#early.splice(0)) listener.message(message);
  }

  /** Frames can arrive together with the upgrade, before `listen` is called. */
  #receive(message: Uint8Array): void {
    if (this.#listener !== undefined) {
      this.#listener.message(message);
      return;
    }
    this.#early.push(message);
    this.#earlyBytes += message.length;
    if (this.#earlyBytes > mostEarlyBytes) this.#socket.terminate();
  }
}

function toBytes(data: Buffer | ArrayBuffer | readonly Buffer[]): Uint8Array {
  if (Buffer.isBuffer(data)) return data;
  return data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.concat([...data]);
}
