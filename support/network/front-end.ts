import {
  createServer as createPlainServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer, request as sendRequest, type RequestOptions } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { listen, type Listening } from './tcp.ts';

export interface FrontEndOptions {
  /** The API server behind it: `https://` or `http://`. */
  readonly target: string;
  /** Trust, client certificate and headers for the target. */
  readonly options?: RequestOptions;
  /** Key and certificate in PEM; without them, the front end has no TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Removed from the path of each request; others are 404. */
  readonly prefix?: string;
  /** Forwards a request for a WebSocket without the headers that make it one. */
  readonly dropsUpgrade?: boolean;
  /** Connections without traffic for this time are ended. */
  readonly idleMs?: number;
  /** Answers requests itself that this function takes. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface FrontEnd extends Listening {
  /** With the prefix. */
  readonly url: string;
  /** Connections that were ended because they were idle. */
  readonly cut: () => number;
}

/** A load balancer in front of an API server. The caller closes it. */
export async function startFrontEnd(given: FrontEndOptions): Promise<FrontEnd> {
  const { tls, prefix = '', dropsUpgrade = false, idleMs, answer } = given;
  let cut = 0;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (answer?.(request, response) === true) return;
    if (!(request.url ?? '').startsWith(`${prefix}/`)) {
      response.writeHead(404).end('no such backend');
      return;
    }
    forward(given, request, response);
  };
  const server = tls === undefined ? createPlainServer(handle) : createServer(tls, handle);
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => undefined);
    if (dropsUpgrade) forwardWithoutUpgrade(given, request, socket);
    else tunnel(given, request, socket, head);
  });
  server.on('connection', (socket: Socket) => {
    if (idleMs === undefined) return;
    socket.setTimeout(idleMs, () => {
      cut += 1;
      socket.resetAndDestroy();
    });
  });
  const listening = await listen(server);
  const scheme = tls === undefined ? 'http' : 'https';
  return {
    ...listening,
    url: `${scheme}://127.0.0.1:${listening.port}${prefix}`,
    cut: () => cut,
  };
}

function forward(given: FrontEndOptions, request: IncomingMessage, response: ServerResponse): void {
  const sent = sendRequest(given.target + pathOf(given, request), {
    ...given.options,
    method: request.method,
    headers: { ...request.headers, ...headersOf(given) },
  });
  sent.on('response', (real) => {
    response.writeHead(real.statusCode ?? 0, real.headers);
    response.flushHeaders();
    real.pipe(response);
    real.on('error', () => response.destroy());
  });
  sent.on('error', () => response.destroy());
  response.on('close', () => sent.destroy());
  request.pipe(sent);
}

/** The answer of the target to the same request without an upgrade. */
function forwardWithoutUpgrade(
  given: FrontEndOptions,
  request: IncomingMessage,
  socket: Socket,
): void {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !['upgrade', 'connection'].includes(name)),
  );
  const sent = sendRequest(given.target + pathOf(given, request), {
    ...given.options,
    headers: { ...headers, ...headersOf(given) },
  });
  sent.on('response', (real) => {
    const { statusCode = 0, statusMessage = '' } = real;
    const type = real.headers['content-type'] ?? 'text/plain';
    socket.write(
      `HTTP/1.1 ${statusCode} ${statusMessage}\r\ncontent-type: ${type}\r\nconnection: close\r\n\r\n`,
    );
    real.pipe(socket);
  });
  sent.on('error', () => socket.destroy());
  sent.end();
}

function tunnel(
  given: FrontEndOptions,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  const { hostname: host, port, protocol } = new URL(given.target);
  const isTls = protocol === 'https:';
  const { ca, cert, key } = given.options ?? {};
  const real = isTls
    ? connect({ host, port: Number(port), ca, cert, key })
    : connectPlain({ host, port: Number(port) });
  const end = (): void => {
    real.destroy();
    socket.destroy();
  };
  real.on('error', end).on('close', end);
  socket.on('close', end);
  real.once(isTls ? 'secureConnect' : 'connect', () => {
    const lines = Object.entries({ ...request.headers, ...headersOf(given) }).map(
      ([name, value]) => `${name}: ${String(value)}`,
    );
    real.write([`GET ${pathOf(given, request)} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    real.write(head);
    real.pipe(socket).pipe(real);
  });
}

function pathOf({ prefix = '' }: FrontEndOptions, { url = '' }: IncomingMessage): string {
  return url.slice(prefix.length);
}

function headersOf({ options }: FrontEndOptions): Record<string, string> {
  return (options?.headers ?? {}) as Record<string, string>;
}
