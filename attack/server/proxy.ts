import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as sendRequest, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { WebSocketServer, type WebSocket } from 'ws';
import type { PlaygroundCluster } from '../../playground/cluster.ts';
import { readTls } from '../../playground/cluster/credentials.ts';

/** A response of the cluster that the proxy has read whole. */
export interface WholeResponse {
  readonly status: number;
  readonly body: unknown;
}

/** One request, as a hostile answer gets it. */
export interface Exchange {
  /** `METHOD /path?query`. */
  readonly line: string;
  /** The answer to a request that is not an upgrade. */
  readonly response: ServerResponse;
  /** Sends the request to the cluster and reads its response. */
  readonly forward: () => Promise<WholeResponse>;
}

/** An upgrade to a WebSocket, as a hostile answer gets it. */
export interface Upgrade {
  /** The connection, for an answer that is not a WebSocket. */
  readonly socket: Socket;
  /** Accepts it with the protocol v5.channel.k8s.io. */
  readonly accept: () => Promise<WebSocket>;
}

/** What the proxy does instead of the cluster, with one kind of requests. An error closes the connection. */
export interface Rule {
  /** Matched with `METHOD /path?query`. */
  readonly match: RegExp;
  /** Number of affected requests; without it all. */
  readonly times?: number;
  readonly answer?: (exchange: Exchange) => void | Promise<void>;
  readonly upgrade?: (upgrade: Upgrade) => void | Promise<void>;
}

/** Puts a proxy in front of a cluster. It forwards everything but the requests of the rule. */
export async function putBefore(
  cluster: PlaygroundCluster,
  rule: Rule,
): Promise<PlaygroundCluster> {
  const proxy = new Proxy(cluster, rule);
  const url = await proxy.listen();
  return {
    ...cluster,
    url,
    kubeconfig: (options) => cluster.kubeconfig(options).replaceAll(cluster.url, url),
    pods: () => cluster.pods(),
    close: async () => {
      await proxy.close();
      await cluster.close();
    },
  };
}

class Proxy {
  readonly #cluster: PlaygroundCluster;
  readonly #rule: Rule;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    handleProtocols: () => 'v5.channel.k8s.io',
  });
  readonly #connections = new Set<Socket>();
  #left: number;

  constructor(cluster: PlaygroundCluster, rule: Rule) {
    this.#cluster = cluster;
    this.#rule = rule;
    this.#left = rule.times ?? Infinity;
    this.#server = createServer({ ...readTls('server') }, (request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return `https://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#connections) socket.destroy();
    await closed;
  }

  #takes(request: IncomingMessage): boolean {
    if (this.#left <= 0 || !this.#rule.match.test(lineOf(request))) return false;
    this.#left -= 1;
    return true;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { answer } = this.#rule;
    if (answer !== undefined && this.#takes(request)) {
      await answer({
        line: lineOf(request),
        response,
        forward: () => this.#forward(request),
      });
      return;
    }
    const real = await this.#send(request);
    response.writeHead(real.statusCode ?? 0, real.rawHeaders);
    response.flushHeaders();
    real.pipe(response);
    real.on('error', () => response.destroy());
    response.on('close', () => real.destroy());
  }

  async #forward(request: IncomingMessage): Promise<WholeResponse> {
    const real = await this.#send(request);
    const body: unknown = JSON.parse((await buffer(real)).toString());
    return { status: real.statusCode ?? 0, body };
  }

  #send(request: IncomingMessage): Promise<IncomingMessage> {
    const { method, url = '', headers } = request;
    const { ca } = readTls('server');
    return new Promise((resolve, reject) => {
      const sent = sendRequest(this.#cluster.url + url, { method, headers, ca }, resolve);
      sent.on('error', reject);
      request.on('close', () => {
        if (!request.complete) sent.destroy();
      });
      request.pipe(sent);
    });
  }

  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => undefined);
    const { upgrade } = this.#rule;
    if (upgrade !== undefined && this.#takes(request)) {
      const accept = (): Promise<WebSocket> =>
        new Promise((resolve) => {
          this.#sockets.handleUpgrade(request, socket, head, (opened) => {
            opened.on('error', () => undefined);
            resolve(opened);
          });
        });
      await upgrade({ socket, accept });
      return;
    }
    const { port } = new URL(this.#cluster.url);
    const real = connect({ host: '127.0.0.1', port: Number(port), ca: readTls('server').ca });
    real.on('error', () => socket.destroy());
    socket.on('close', () => real.destroy());
    real.on('close', () => socket.destroy());
    await once(real, 'secureConnect');
    real.write(`${headOf(request)}\r\n\r\n`);
    real.write(head);
    real.pipe(socket).pipe(real);
  }
}

function lineOf({ method = '', url = '' }: IncomingMessage): string {
  return `${method} ${url}`;
}

/** The head of a request as it was received, without its end. */
function headOf({ method = '', url = '', rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1] ?? ''}`] : [],
  );
  return [`${method} ${url} HTTP/1.1`, ...lines].join('\r\n');
}
