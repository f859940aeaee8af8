import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import type { Connection } from '../../src/io/kube/connection.ts';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Undefined without one. */
  readonly body: unknown;
}

/** Answers one request, in any way that a socket allows. */
export type Answer = (response: ServerResponse, request: ApiRequest) => void;

/** Answers by `METHOD /path`, used one after the other; the last one stays. */
export type Script = Readonly<Record<string, readonly Answer[]>>;

const certificate = fixture('server.crt');
const expired = fixture('expired.crt');

export interface ServerOptions {
  /** HTTPS instead of HTTP. */
  readonly tls?: boolean;
  /** With a certificate that has expired. */
  readonly isExpired?: boolean;
}

/** A Kubernetes API server that does what a test gave it; everything else is a 404 without a Status. */
export class ApiServer {
  readonly requests: ApiRequest[] = [];
  /** Connections that clients have opened. */
  connections = 0;
  readonly #server: Server;
  readonly #scheme: 'http' | 'https';
  readonly #answers: Map<string, Answer[]>;

  private constructor(script: Script, { tls = false, isExpired = false }: ServerOptions) {
    this.#answers = new Map(Object.entries(script).map(([key, answers]) => [key, [...answers]]));
    this.#scheme = tls ? 'https' : 'http';
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      // Many tests close the connection in the middle of a request.
      void this.#answer(request, response).catch(() => undefined);
    };
    this.#server = tls
      ? createHttpsServer(
          { key: fixture('server.key'), cert: isExpired ? expired : certificate },
          listener,
        )
      : createHttpServer(listener);
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start(script: Script, options: ServerOptions = {}): Promise<ApiServer> {
    const server = new ApiServer(script, options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  /** The certificates are self-signed: each is its own CA certificate. */
  static readonly ca = certificate;
  static readonly expiredCa = expired;

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#scheme}://127.0.0.1:${port}`;
  }

  /** `METHOD /path` of every request in its order. */
  get calls(): readonly string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  /** A connection without credentials and without TLS options. */
  connection(overrides: Partial<Connection> = {}): Connection {
    return {
      source: 'the test',
      server: this.url,
      contextName: 'test',
      namespace: 'builds',
      unverifiedTls: false,
      hasCa: false,
      lifetimeWarnings: () => [],
      requestOptions: (path, query) => {
        const url = new URL(this.url + path);
        for (const [name, value] of Object.entries(query))
          if (value !== undefined) url.searchParams.set(name, value);
        return Promise.resolve({ url, options: {} });
      },
      renewCredentials: () => Promise.resolve(false),
      ...overrides,
    };
  }

  /** A kubeconfig for this server; the user's entry as given. */
  kubeconfig(user: Readonly<Record<string, unknown>> = {}, cluster: object = {}): string {
    const trust =
      this.#scheme === 'http' ? {} : { 'certificate-authority-data': btoa(certificate) };
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [
        { name: 'test', context: { cluster: 'test', user: 'test', namespace: 'builds' } },
        { name: 'other', context: { cluster: 'test', user: 'test' } },
      ],
      clusters: [{ name: 'test', cluster: { server: this.url, ...trust, ...cluster } }],
      users: [{ name: 'test', user }],
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = message;
    const url = new URL(message.url ?? '', this.url);
    const sent = await readText(message);
    const body: unknown = sent === '' ? undefined : JSON.parse(sent);
    const query = Object.fromEntries(url.searchParams);
    const request = { method, path: url.pathname, query, headers, body };
    this.requests.push(request);
    const answers = this.#answers.get(`${method} ${url.pathname}`) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined) response.writeHead(404).end('404 page not found');
    else answer(response, request);
  }
}

export function sendJson(value: unknown, code = 200): Answer {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

/** A refusal with a Status object, as Kubernetes returns it. */
export function refuse(
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return (response) => {
    const reason = code === 404 ? 'NotFound' : `Reason${code}`;
    const status = { kind: 'Status', status: 'Failure', reason, message, code };
    response.writeHead(code, headers).end(JSON.stringify(status));
  };
}

/** The connection breaks; the client does not know whether the request was carried out. */
export function breakOff(response: ServerResponse): void {
  response.destroy();
}

/** The request is received and never answered. */
export function staySilent(): void {
  // Nothing is sent.
}

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
}
