import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as sendRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';
import { WebSocket, type ClientOptions } from 'ws';
import type { Connection } from '../src/io/kube/connection.ts';

/** The credentials of the action, of an administrator, and of a ServiceAccount without permissions. */
export type Account = 'account' | 'admin' | 'nobody';

/** Credentials of a request: one of the users, an invalid token, or no token. */
export type Identity = Account | 'bad token' | 'anonymous';

export type Query = Readonly<Record<string, string | undefined>>;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  /** A text is sent unchanged, anything else as JSON. */
  readonly body?: object | string;
  /** JSON by default; undefined for none. */
  readonly contentType?: string | undefined;
  readonly as?: Identity;
}

export interface Answer {
  readonly code: number;
  /** Media type without its parameters' spaces, as sent. */
  readonly type: string;
  readonly warning?: string;
  /** Parsed if the response is JSON, else its text. */
  readonly body: unknown;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Readonly<Record<string, unknown>>;
}

export interface AttachCall {
  readonly pod: string;
  readonly query: Query;
  readonly protocols: readonly string[];
  readonly as?: Identity;
}

/** Sends single requests and returns the responses unchanged: it does not retry, and a refusal is not an error. */
export class Client {
  readonly #accounts: Readonly<Record<Account, Connection>>;
  readonly #signal: AbortSignal;

  constructor(accounts: Readonly<Record<Account, Connection>>, signal: AbortSignal) {
    this.#accounts = accounts;
    this.#signal = signal;
  }

  async call(call: Call): Promise<Answer> {
    const response = await this.open(call);
    const body = await readText(response);
    const type = response.headers['content-type'] ?? '';
    const { warning } = response.headers;
    return {
      code: response.statusCode ?? 0,
      type,
      ...(warning !== undefined && { warning }),
      body: type.startsWith('application/json') ? (JSON.parse(body) as unknown) : body,
    };
  }

  /** The response with its head; the caller reads or destroys its body. */
  async open(call: Call): Promise<IncomingMessage> {
    const { method = 'GET', path, query = {}, body } = call;
    const contentType = 'contentType' in call ? call.contentType : 'application/json';
    const { url, options, headers } = await this.#prepare(path, query, call.as);
    headers.accept = 'application/json';
    // On a connection that the server has just closed, the request would fail without a response.
    headers.connection = 'close';
    const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    if (sent !== undefined) {
      if (contentType !== undefined) headers['content-type'] = contentType;
      headers['content-length'] = Buffer.byteLength(sent);
    }
    const request = sendRequest(url, { ...options, method, headers, signal: this.#signal });
    // The reader of the response also gets the error of a broken connection.
    request.on('error', () => undefined);
    request.end(sent);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }

  /** The events of a watch until the server or the reader ends it. @throws Error if it is refused */
  async *watch(path: string, query: Query): AsyncGenerator<WatchEvent> {
    const response = await this.open({ path, query: { watch: 'true', ...query } });
    if (response.statusCode !== 200) throw new Error(`watch refused: ${await readText(response)}`);
    try {
      for await (const line of createInterface({ input: response }))
        yield JSON.parse(line) as WatchEvent;
    } finally {
      response.destroy();
    }
  }

  /** A WebSocket after the response to its upgrade: open, or refused with the response. */
  async attach(path: string, call: AttachCall): Promise<WebSocket | Answer> {
    const { url, options, headers } = await this.#prepare(path, call.query, call.as);
    const { agent, ca, rejectUnauthorized } = options;
    url.protocol = 'wss:';
    const socketOptions: ClientOptions = {
      agent: typeof agent === 'object' ? agent : undefined,
      headers: headers as Record<string, string>,
      ca,
      rejectUnauthorized,
      perMessageDeflate: false,
    };
    const socket = new WebSocket(url, [...call.protocols], socketOptions);
    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        socket.pause();
        resolve(socket);
      });
      socket.once('unexpected-response', (_request, response) => {
        readAnswer(response).then(resolve, reject);
      });
      socket.once('error', reject);
      this.#signal.addEventListener('abort', () => {
        socket.terminate();
      });
    });
  }

  async #prepare(path: string, query: Query, as: Identity = 'account') {
    const { admin, nobody, account } = this.#accounts;
    const connection = as === 'admin' ? admin : as === 'nobody' ? nobody : account;
    const { url, options } = await connection.requestOptions(path, query, this.#signal);
    const headers = { ...(options.headers as OutgoingHttpHeaders) };
    if (as === 'bad token') headers['Authorization'] = 'Bearer worth-nothing';
    if (as === 'anonymous') delete headers['Authorization'];
    return { url, options, headers };
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const text = await readText(response);
  const type = response.headers['content-type'] ?? '';
  const body = type.startsWith('application/json') ? (JSON.parse(text) as unknown) : text;
  return { code: response.statusCode ?? 0, type, body };
}
