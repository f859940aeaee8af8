// A proxy in front of the API server of a cluster that records every request and its times. Both sides use TLS, so that
// connections take as long as without the proxy.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { load } from 'js-yaml';
import { readTls } from '../playground/cluster/credentials.ts';
import { FirstStdin } from './first-stdin.ts';

/** One request; times in milliseconds of performance.now(). */
export interface RecordedRequest {
  readonly at: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  body: string;
  /** Lines of a watch, and when the proxy passed them on. */
  readonly events: { readonly at: number; readonly line: string }[];
  /** For an attach: when the proxy passed on the response to the upgrade, and the first byte of stdin. */
  upgradedAt?: number;
  firstStdinAt?: number;
}

export interface Recorder {
  /** The given kubeconfig with the proxy as its server, JSON. */
  readonly kubeconfig: string;
  /** Requests since the last `clear`, in order. */
  readonly requests: readonly RecordedRequest[];
  clear(): void;
  close(): Promise<void>;
}

interface Upstream {
  readonly url: URL;
  readonly ca: Buffer | undefined;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Record<string, string> }[];
}

/** @param kubeconfig YAML with one cluster; its user has a token, which the proxy passes on. */
export async function startRecorder(kubeconfig: string): Promise<Recorder> {
  const document = load(kubeconfig) as Kubeconfig;
  const cluster = document.clusters[0]?.cluster;
  if (cluster === undefined) throw new Error('the kubeconfig has no cluster');
  const authority = cluster['certificate-authority-data'];
  const upstream = {
    url: new URL(cluster['server'] ?? ''),
    ca: authority === undefined ? undefined : Buffer.from(authority, 'base64'),
  };
  const requests: RecordedRequest[] = [];
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Duplex>();
  const tls = readTls('server');
  const server = createServer({ key: tls.key, cert: tls.cert }, (request, response) => {
    const recorded = note(request);
    requests.push(recorded);
    void forward(request, response, recorded, upstream, agent);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const recorded = note(request);
    requests.push(recorded);
    tunnel(request, socket, head, recorded, upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  Object.assign(cluster, {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(tls.ca).toString('base64'),
  });
  return {
    kubeconfig: JSON.stringify(document),
    requests,
    clear() {
      requests.length = 0;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

function note({ method = '', url = '' }: IncomingMessage): RecordedRequest {
  const { pathname, searchParams } = new URL(url, 'https://recorder');
  return {
    at: performance.now(),
    method,
    path: pathname,
    query: searchParams,
    body: '',
    events: [],
  };
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  recorded: RecordedRequest,
  { url, ca }: Upstream,
  agent: Agent,
): Promise<void> {
  const body = await buffer(request);
  recorded.body = body.toString('utf8');
  const { method, headers } = request;
  const sent = httpsRequest(
    new URL(request.url ?? '', url),
    { method, headers: { ...headers, host: url.host }, agent, ca },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      if (recorded.query.get('watch') === 'true') noteEvents(answer, recorded);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    },
  );
  sent.on('error', () => response.destroy());
  response.once('close', () => sent.destroy());
  sent.end(body);
}

function noteEvents(answer: IncomingMessage, { events }: RecordedRequest): void {
  let rest = '';
  answer.on('data', (chunk: Buffer) => {
    const at = performance.now();
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) events.push({ at, line });
  });
}

/** Connects the two sides of an attach. All bytes are passed on unchanged. */
function tunnel(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  recorded: RecordedRequest,
  { url, ca }: Upstream,
): void {
  const server = connectTls({ host: url.hostname, port: Number(url.port) || 443, ca });
  for (const [one, other] of [
    [socket, server],
    [server, socket],
  ] as const) {
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroy());
  }
  server.write(`${requestHead(request, url.host)}\r\n\r\n`);
  server.write(head);
  server.once('data', () => {
    recorded.upgradedAt = performance.now();
  });
  const stdin = new FirstStdin(() => {
    recorded.firstStdinAt = performance.now();
  });
  socket.on('data', (chunk: Buffer) => {
    stdin.push(chunk);
  });
  server.pipe(socket);
  socket.pipe(server);
}

function requestHead({ method, url, rawHeaders }: IncomingMessage, host: string): string {
  const lines = [`${method ?? ''} ${url ?? ''} HTTP/1.1`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    lines.push(`${name}: ${name.toLowerCase() === 'host' ? host : value}`);
  }
  return lines.join('\r\n');
}
