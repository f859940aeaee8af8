import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { BuildError, errorCode } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import { excerpt } from '../../text/excerpt.ts';
import {
  ApiError,
  NonKubernetesResponse,
  isApiError,
  isNotFound,
  readApiError,
  redirectError,
} from './api-error.ts';
import type { Connection } from './connection.ts';

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path below the server's URL, for example `/api/v1/namespaces/x/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /**
   * True for what was possible before: then only the cluster's own word that the thing does not exist is believed at once. Any
   * other refusal is that of a server that has just started and knows no Roles yet, or of something on the way to it.
   */
  readonly retryRefusals?: boolean;
  /** Told each failure that is waited out. */
  readonly onFailure?: (error: unknown) => void;
  /** Until the head of the answer is there; default 30 s. */
  readonly timeoutMs?: number;
}

/** How long failing requests are repeated once the server has answered: a control plane can be away for that long. */
const longestPatienceMs = 5 * 60_000;
/** The same before it has ever answered: a wrong address should not take minutes to say so. */
const firstPatienceMs = 4_000;
/** How long what was possible before may be refused. */
const refusalPatienceMs = 60_000;
const longestSpreadMs = 1_000;
const firstDelayMs = 200;
const longestDelayMs = 10_000;
const answerTimeoutMs = 30_000;
/** A body that is read whole; a pod is a few kilobytes. */
const largestBody = 16 * 1024 * 1024;

/**
 * Kubernetes REST over one keep-alive agent. Redirects are never followed: they would carry the token elsewhere.
 * Errors are ApiError for answers and Node's own for the network.
 */
export class RestClient {
  readonly #connection: Connection;
  readonly #clock: Clock;
  #answered = false;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /**
   * One answer as JSON. With `repeat`, network errors, 429 and 5xx are repeated with growing, jittered pauses (or those of
   * `Retry-After`) until they have lasted for five minutes: only for requests that may be sent twice.
   */
  async json(request: RestRequest, repeat = request.method === 'GET'): Promise<unknown> {
    const { retryRefusals = false } = request;
    let sinceMs = this.#clock.now();
    let wasRefused = false;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(request);
      } catch (error) {
        if (!repeat || request.signal.aborted) throw error;
        const isRefused = !isTransient(error);
        if (isRefused && (!retryRefusals || isNotFound(error))) throw error;
        // A server that comes back after minutes has as much time for its refusals as any other.
        if (isRefused !== wasRefused) sinceMs = this.#clock.now();
        wasRefused = isRefused;
        const pauseMs = retryPause(error, attempt);
        const patienceMs = this.#patienceMs(isRefused, retryRefusals);
        if (this.#clock.now() - sinceMs + pauseMs > patienceMs) throw error;
        request.onFailure?.(error);
        await this.#pause(pauseMs, request.signal, error);
      }
    }
  }

  /** The head of a successful answer; the caller reads or destroys its body. */
  async open(request: RestRequest): Promise<IncomingMessage> {
    try {
      return await this.#send(request);
    } catch (error) {
      if (!isApiError(error, 401) || !(await this.#connection.renewCredentials())) throw error;
      return this.#send(request);
    }
  }

  #patienceMs(isRefused: boolean, retryRefusals: boolean): number {
    if (isRefused) return refusalPatienceMs;
    return this.#answered || retryRefusals ? longestPatienceMs : firstPatienceMs;
  }

  /** @throws the error that is waited out if the wait is cut short: it says more than "aborted". */
  async #pause(ms: number, signal: AbortSignal, error: unknown): Promise<void> {
    try {
      await this.#clock.sleep(ms, signal);
    } catch {
      throw error;
    }
  }

  async #once(request: RestRequest): Promise<unknown> {
    return readJson(await this.open(request));
  }

  async #send(request: RestRequest): Promise<IncomingMessage> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const { url, options } = await this.#connection.requestOptions(
      request.path,
      request.query ?? {},
      request.signal,
    );
    const response = await answerOf(url, { ...options, method: request.method }, body, request);
    this.#answered = true;
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) return response;
    if (code >= 300 && code < 400) {
      response.destroy();
      throw redirectError(code, response.headers.location);
    }
    throw readApiError(code, await readBody(response), response.headers['retry-after']);
  }
}

/** The whole body of a successful answer. */
export async function readJson(response: IncomingMessage): Promise<unknown> {
  const body = await readBody(response);
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new NonKubernetesResponse(`something that is not JSON: ${begin(body)}`);
  }
}

/** The beginning of a text, for a sentence. */
export function begin(body: string): string {
  return excerpt(body.replace(/\s+/g, ' ').trim(), 80);
}

/** True for a failure that may pass by itself: of the network, of a server that is busy or away. */
export function isTransient(error: unknown): boolean {
  // A credential plugin that fails.
  if (error instanceof BuildError) return false;
  if (error instanceof ApiError) {
    return error.code === 429 || (error.code >= 500 && error.code !== 501);
  }
  return !isCertificateError(error);
}

/** Milliseconds to wait before the request is sent again. */
export function retryPause(error: unknown, attempt: number): number {
  const askedMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  // A server that is overloaded asks all of its clients for the same pause.
  const spreadMs = askedMs === 0 ? 0 : Math.random() * longestSpreadMs;
  return askedMs + backoff(attempt) + spreadMs;
}

/** Half of it jitter, so that many runs do not come back at the same moment. */
function backoff(attempt: number): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
  return delay / 2 + (Math.random() * delay) / 2;
}

/** A certificate does not become right by asking again. */
export function isCertificateError(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/.test(code);
}

function answerOf(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
  { signal, timeoutMs = answerTimeoutMs }: RestRequest,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
    const headers: OutgoingHttpHeaders = {
      accept: 'application/json',
      ...(options.headers as OutgoingHttpHeaders),
    };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(body);
    }
    const request = send(url, { ...options, headers, signal }, (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`));
    }, timeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      // An aborted request says only "aborted"; the signal's reason is the sentence.
      reject(signal.aborted && Error.isError(signal.reason) ? signal.reason : error);
    });
    request.end(body);
  });
}

/** The whole body as text; large ones are refused. */
export async function readBody(response: IncomingMessage): Promise<string> {
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > largestBody) response.destroy(new Error('the answer is too large'));
  });
  const timer = setTimeout(() => {
    response.destroy(new Error(`no whole answer within ${answerTimeoutMs / 1_000} s`));
  }, answerTimeoutMs);
  try {
    return await text(response);
  } finally {
    clearTimeout(timer);
  }
}
