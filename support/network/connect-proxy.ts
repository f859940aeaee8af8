import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { listen, pipeTo, type Listening, type Route } from './tcp.ts';

export interface ConnectProxyOptions {
  /** Where the targets are really; without it, where their names lead. */
  readonly route?: Route;
  /** `user:password` that clients must send; others get 407. */
  readonly credentials?: string;
  /** The response to every CONNECT, in place of a connection. */
  readonly status?: number;
  /** Key and certificate in PEM: clients connect to the proxy with TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface ConnectProxy extends Listening {
  readonly url: string;
  /** `host:port` of every CONNECT, in their order. */
  readonly asked: readonly string[];
}

/** An HTTP proxy that connects with CONNECT. The caller closes it. */
export async function startConnectProxy({
  route = (host, port) => ({ host, port }),
  credentials,
  status = 200,
  tls,
}: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const asked: string[] = [];
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  const wanted = `Basic ${Buffer.from(credentials ?? '').toString('base64')}`;
  server.on('connect', ({ url = '', headers }: IncomingMessage, client: Socket) => {
    asked.push(url);
    const isKnown = credentials === undefined || headers['proxy-authorization'] === wanted;
    const code = isKnown ? status : 407;
    if (code !== 200) {
      client.end(`HTTP/1.1 ${code} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`tcp://${url}`);
    const target = pipeTo(client, route(hostname.replace(/^\[|\]$/g, ''), Number(port)));
    target.once('connect', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  });
  const listening = await listen(server);
  const scheme = tls === undefined ? 'http' : 'https';
  return { ...listening, asked, url: `${scheme}://127.0.0.1:${listening.port}` };
}
