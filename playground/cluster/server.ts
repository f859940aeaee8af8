import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { ServerResponse, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { chooseProtocol, type Api } from './api.ts';
import type { JsonAnswer } from './call.ts';
import { clientOf, readTls, type CertificateName } from './credentials.ts';
import { ApiFailure, PlainFailure } from './failure.ts';
import { takeFault, type FaultAnswer, type Faults } from './faults.ts';

/** A received request before it is handled. */
export interface SeenRequest {
  /** `METHOD /path`, without the query. */
  readonly line: string;
  readonly query: string;
  /** See KubeconfigOptions.client. */
  readonly client: string | undefined;
}

/** Largest frame that the API server accepts. */
const largestFrame = 32 * 1024 * 1024;

const ticketKeyBytes = 48;

/** TLS, HTTP and WebSocket on a free port of the loopback interface, for requests to the Api. */
export class ApiServer {
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #api: Api;
  readonly #faults: Faults;
  /** From the first byte on: a connection in its handshake also has the old certificate. */
  readonly #connections = new Set<Socket>();
  readonly #onRequest: (request: SeenRequest) => void;

  constructor(
    api: Api,
    faults: Faults,
    protocols: readonly string[],
    onRequest: (request: SeenRequest) => void,
  ) {
    this.#api = api;
    this.#faults = faults;
    this.#onRequest = onRequest;
    // Clients without a certificate can have a token.
    const options = { ...readTls('server'), requestCert: true, rejectUnauthorized: false };
    this.#server = createServer(options, (request, response) => {
      void this.#handle(request, response);
    });
    this.#sockets = new WebSocketServer({
      noServer: true,
      autoPong: false,
      maxPayload: largestFrame,
      perMessageDeflate: false,
      handleProtocols: (offered) => chooseProtocol([...offered], protocols) ?? false,
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      void this.#upgrade(request, socket, head);
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
    // A client can disconnect during the handshake.
    this.#server.on('tlsClientError', () => undefined);
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `https://127.0.0.1:${port}`;
  }

  /** New connections get the certificate; existing ones are closed, as at a restart of the server. */
  useCertificate(name: CertificateName): void {
    this.#server.setSecureContext(readTls(name));
    // A resumed session would not check the certificate.
    this.#server.setTicketKeys(randomBytes(ticketKeyBytes));
    this.dropConnections();
  }

  dropConnections(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.dropConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#takeFault(request);
    try {
      if (fault?.kind === 'slow') await sleep(fault.ms);
      else if (fault !== undefined && fault.kind !== 'lose-answer') {
        breakAnswer(fault, response);
        return;
      }
      const answer = await this.#api.answer(request, response);
      if (fault?.kind === 'lose-answer') response.destroy();
      else if (answer !== undefined) sendJson(response, answer);
    } catch (error) {
      sendFailure(response, error);
    }
  }

  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => undefined);
    const refusal = (): ServerResponse => {
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once('finish', () => socket.end());
      return response;
    };
    try {
      const fault = this.#takeFault(request);
      if (fault?.kind === 'slow') await sleep(fault.ms);
      else if (fault !== undefined) {
        breakAnswer(fault, refusal());
        return;
      }
      const run = this.#api.attach(request);
      this.#sockets.handleUpgrade(request, socket, head, run);
    } catch (error) {
      sendFailure(refusal(), error);
    }
  }

  #takeFault(request: IncomingMessage): FaultAnswer | undefined {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const line = `${request.method ?? ''} ${path}`;
    this.#onRequest({ line, query, client: clientOf(request) });
    const fault = this.#faults.requests.find(({ match, times }) => times !== 0 && match.test(line));
    if (fault === undefined || !takeFault(fault)) return undefined;
    fault.onHit?.();
    return fault.answer;
  }
}

function breakAnswer(fault: FaultAnswer, response: ServerResponse): void {
  switch (fault.kind) {
    case 'refuse': {
      const { code, message, reason, retryAfterSeconds, plain } = fault;
      if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
      sendFailure(
        response,
        plain === true
          ? new PlainFailure(code, message)
          : new ApiFailure(code, message, reason === undefined ? {} : { reason }),
      );
      break;
    }
    case 'redirect':
      response.writeHead(302, { location: fault.to }).end();
      break;
    case 'broken-json':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"Pod","meta');
      break;
    case 'page':
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end('<!doctype html><title>Sign in</title><h1>Please sign in</h1>\n');
      break;
    case 'hang-up':
      response.socket?.end();
      break;
    case 'reset':
    case 'lose-answer':
      response.destroy();
      break;
    case 'slow':
    case 'silent':
      break;
  }
}

function sendJson(response: ServerResponse, { code, body, warnings = [] }: JsonAnswer): void {
  if (warnings.length > 0)
    response.setHeader(
      'warning',
      warnings.map((text) => `299 - ${JSON.stringify(text)}`),
    );
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof PlainFailure) {
    const headers = error.message === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' };
    response.writeHead(error.code, headers).end(error.message);
    return;
  }
  const failure =
    error instanceof ApiFailure
      ? error
      : new ApiFailure(
          500,
          `Internal error occurred: ${Error.isError(error) ? error.message : String(error)}`,
        );
  sendJson(response, { code: failure.code, body: failure.status });
}
