import { connect, isIP, type Socket } from 'node:net';
import { abortReason, toError } from '../../time/abort.ts';
import { addressOf, hostPort, nameOf, silenceMs, userOf } from './address.ts';
import type { ProxySetting } from './environment.ts';
import type { Target } from './no-proxy.ts';
import { bypass, noCredentials, notProxy, ProxyError, unreachable } from './proxy-error.ts';

/** The protocol's numbers (RFC 1928, RFC 1929). */
const version = 5;
const withoutCredentials = 0;
const withPassword = 2;
const connectCommand = 1;
const kinds = { ipv4: 1, name: 3, ipv6: 4 };

/** The reasons of a proxy that does not connect, by their number. */
const reasons: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'not allowed by its rules',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'TTL expired',
  7: 'command not supported',
  8: 'address type not supported',
};
/** Those that another attempt does not change. */
const finalReasons = [2, 7, 8];

/**
 * Opens a connection to the target through a SOCKS 5 proxy, which gets the name of the target and resolves it.
 * @throws ProxyError, or the signal's reason.
 */
export async function openSocksTunnel(
  proxy: ProxySetting,
  target: Target,
  signal?: AbortSignal,
): Promise<Socket> {
  const { host, port } = addressOf(proxy.url);
  const socket = connect({ host, port: Number(port) });
  const abort = (): void => {
    socket.destroy(signal === undefined ? undefined : abortReason(signal));
  };
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  socket.setTimeout(silenceMs, () => {
    socket.destroy(new Error(`no response within ${silenceMs / 1_000} s`));
  });
  const bytes = new SocketReader(socket);
  try {
    await authenticate(proxy, socket, bytes);
    await requestTarget(proxy, target, socket, bytes);
    bytes.release();
    socket.setTimeout(0);
    return socket;
  } catch (error) {
    socket.destroy();
    if (signal?.aborted === true) throw abortReason(signal);
    throw error instanceof ProxyError ? error : unreachable(proxy, toError(error));
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function authenticate(
  proxy: ProxySetting,
  socket: Socket,
  bytes: SocketReader,
): Promise<void> {
  const given = userOf(proxy.url);
  const methods = given === undefined ? [withoutCredentials] : [withoutCredentials, withPassword];
  socket.write(Buffer.from([version, methods.length, ...methods]));
  const [answered, method] = await bytes.read(2);
  if (answered !== version) throw notProxy(proxy, 'SOCKS 5');
  if (method === withoutCredentials) return;
  if (method !== withPassword || given === undefined) throw noCredentials(proxy);
  socket.write(Buffer.concat([Buffer.of(1), withLength(given.user), withLength(given.password)]));
  const [, status] = await bytes.read(2);
  if (status !== 0) throw noCredentials(proxy);
}

async function requestTarget(
  proxy: ProxySetting,
  target: Target,
  socket: Socket,
  bytes: SocketReader,
): Promise<void> {
  const port = Number(target.port);
  socket.write(
    Buffer.concat([
      Buffer.from([version, connectCommand, 0]),
      encodeHost(target.host),
      Buffer.from([port >> 8, port & 0xff]),
    ]),
  );
  const [answered, code = 1, , kind] = await bytes.read(4);
  if (answered !== version) throw notProxy(proxy, 'SOCKS 5');
  if (code !== 0) {
    const reason = reasons[code] ?? `code ${code}`;
    const place = hostPort(target);
    throw new ProxyError(`${nameOf(proxy)} did not connect to ${place}: ${reason}`, {
      hint: `Check that the proxy reaches ${place} and allows it${bypass(proxy)}.`,
      isTemporary: !finalReasons.includes(code),
    });
  }
  // The address that the proxy connects from, and its port.
  const [nameBytes = 0] = kind === kinds.name ? await bytes.read(1) : [];
  const addressBytes = kind === kinds.ipv4 ? 4 : kind === kinds.ipv6 ? 16 : nameBytes;
  await bytes.read(addressBytes + 2);
}

function encodeHost(host: string): Buffer {
  const family = isIP(host);
  if (family === 4) return Buffer.from([kinds.ipv4, ...host.split('.').map(Number)]);
  if (family === 6) return Buffer.concat([Buffer.of(kinds.ipv6), ipv6Bytes(host)]);
  return Buffer.concat([Buffer.of(kinds.name), withLength(host)]);
}

/** @param host an address as URLs spell it: without a part in decimal notation. */
function ipv6Bytes(host: string): Buffer {
  const [before = '', after] = host.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const first = groups(before);
  const last = groups(after ?? '');
  const zeros = Array<string>(8 - first.length - last.length).fill('0');
  const all = [...first, ...zeros, ...last].map((group) => group.padStart(4, '0'));
  return Buffer.from(all.join(''), 'hex');
}

/** A text after the number of its bytes, which are at most 255. */
function withLength(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 255);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** Reads exact numbers of bytes, one read at a time. */
class SocketReader {
  readonly #socket: Socket;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('readable', this.#changed);
    socket.on('error', this.#failed);
    socket.on('close', this.#closed);
  }

  /** @throws the error of the socket, also if it ends too early. */
  async read(count: number): Promise<Buffer> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const bytes = this.#socket.read(count) as Buffer | null;
      if (bytes?.length === count) return bytes;
      if (bytes !== null || this.#socket.readableEnded) throw closedEarly();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The socket gets another reader. */
  release(): void {
    this.#socket.off('readable', this.#changed);
    this.#socket.off('error', this.#failed);
    this.#socket.off('close', this.#closed);
  }

  readonly #changed = (): void => {
    this.#wake();
  };

  readonly #failed = (error: Error): void => {
    this.#failure = error;
    this.#wake();
  };

  readonly #closed = (): void => {
    this.#failure ??= closedEarly();
    this.#wake();
  };
}

function closedEarly(): Error {
  return new Error('it closed the connection');
}
