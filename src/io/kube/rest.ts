import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { BuildError, errorCode } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import { abortReason, toError } from '../../time/abort.ts';
import { Backoff } from '../../time/backoff.ts';
import { race } from '../../time/race.ts';
import {
  ApiError,
  NonKubernetesResponse,
  isApiError,
  isNotFound,
  readApiError,
  redirectError,
} from './api-error.ts';
import type { Connection } from './connection.ts';
import type { RequestObserver } from './request-log.ts';

export interface RestTarget {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path below the server's URL, for example `/api/v1/namespaces/x/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface RestRequest extends RestTarget {
  readonly body?: unknown;
  /**
   * True for requests that were permitted before. Refusals (401, 403, …) are then retried, too: an API
   * server that has just started does not know its Roles yet, and a proxy may answer in its place. Only
   * NotFound from Kubernetes is final.
   */
  readonly retryRefusals?: boolean;
  /** Called with each failure that is retried. */
  readonly onFailure?: (error: unknown) => void;
}

/** A result with the HTTP status of its response. */
export interface Exchange<T> {
  readonly status: number;
  readonly value: T;
}

/** How long requests are retried if the server has responded before: a restart of the control plane can take that long. */
const longestPatienceMs = 5 * 60_000;
/** The same if the server has never responded: a wrong address is reported within seconds. */
const firstPatienceMs = 4_000;
/** How long refusals are retried, see `retryRefusals`. */
const refusalPatienceMs = 60_000;
/** Limit for the head of a response, and for the rest of a response that is read whole. */
const responseTimeoutMs = 30_000;
/** Limit for a response that is read whole, in MiB; a pod is a few kilobytes. */
const largestBodyMib = 16;

/**
 * Kubernetes REST over one keep-alive agent. Redirects are not followed, because that would send the
 * credentials to another server. Errors are ApiError for responses other than 2xx, and Node's own for
 * the network.
 */
export class RestClient {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #onRequest: RequestObserver | undefined;
  #hasResponded = false;

  constructor(connection: Connection, clock: Clock, onRequest?: RequestObserver) {
    this.#connection = connection;
    this.#clock = clock;
    this.#onRequest = onRequest;
  }

  /**
   * Returns the response as parsed JSON. With `repeat`, network errors, 429 and 5xx are retried for up
   * to five minutes, with growing pauses or those of `Retry-After`. Set it only for requests that can
   * be sent twice.
   */
  async json(request: RestRequest, repeat = request.method === 'GET'): Promise<unknown> {
    const { retryRefusals = false } = request;
    const backoff = requestBackoff();
    let sinceMs = this.#clock.now();
    let wasRefused = false;
    for (;;) {
      try {
        return await this.readJson(await this.open(request));
      } catch (error) {
        if (!repeat || request.signal.aborted) throw error;
        const isRefused = !isTransient(error);
        if (isRefused && (!retryRefusals || isNotFound(error))) throw error;
        // Refusals have their full minute, also after a long outage.
        if (isRefused !== wasRefused) sinceMs = this.#clock.now();
        wasRefused = isRefused;
        const pauseMs = backoff.next(retryAfterOf(error));
        const patienceMs = this.#patienceMs(isRefused, retryRefusals);
        if (this.#clock.now() - sinceMs + pauseMs > patienceMs) throw error;
        request.onFailure?.(error);
        await this.#pause(pauseMs, request.signal, error);
      }
    }
  }

  /** Returns the head of a 2xx response. The caller reads or destroys its body. */
  open(request: RestRequest): Promise<IncomingMessage> {
    return this.exchange(request, (url, options) => this.#send(url, options, request));
  }

  /**
   * Sends one request with the URL and options of the connection. After a 401, the credentials are
   * renewed and the request is sent once more.
   * @param send rejects with ApiError for a response that is a refusal.
   */
  async exchange<T>(
    target: RestTarget,
    send: (url: URL, options: RequestOptions) => Promise<Exchange<T>>,
  ): Promise<T> {
    try {
      return await this.#observe(target, send);
    } catch (error) {
      if (!isApiError(error, 401) || !(await this.#connection.renewCredentials())) throw error;
      return this.#observe(target, send);
    }
  }

  /** Reads a whole 2xx response. @throws NonKubernetesResponse if it is not JSON. */
  async readJson(response: IncomingMessage): Promise<unknown> {
    const body = await this.readBody(response);
    try {
      return JSON.parse(body) as unknown;
    } catch {
      throw new NonKubernetesResponse('not JSON', body);
    }
  }

  /** Reads a whole response as text. @throws an error for a response that is too large or too slow. */
  readBody(response: IncomingMessage): Promise<string> {
    let sizeBytes = 0;
    response.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= largestBodyMib * 1024 * 1024) return;
      response.destroy(new Error(`the response is larger than ${largestBodyMib} MiB`));
    });
    return this.#inTime(response, 'the response is not complete', text(response));
  }

  #patienceMs(isRefused: boolean, retryRefusals: boolean): number {
    if (isRefused) return refusalPatienceMs;
    return this.#hasResponded || retryRefusals ? longestPatienceMs : firstPatienceMs;
  }

  /** @throws the error that is retried if the signal ends the pause: its message is more precise than "aborted". */
  async #pause(ms: number, signal: AbortSignal, error: unknown): Promise<void> {
    try {
      await this.#clock.sleep(ms, signal);
    } catch {
      throw error;
    }
  }

  async #observe<T>(
    { method, path, query = {}, signal }: RestTarget,
    send: (url: URL, options: RequestOptions) => Promise<Exchange<T>>,
  ): Promise<T> {
    const { url, options } = await this.#connection.requestOptions(path, query, signal);
    const startedAtMs = this.#clock.now();
    const report = (outcome: number | Error): void => {
      const durationMs = this.#clock.now() - startedAtMs;
      this.#onRequest?.({ method, path: withQuery(path, query), outcome, durationMs });
    };
    try {
      const { status, value } = await send(url, options);
      report(status);
      return value;
    } catch (error) {
      report(error instanceof ApiError ? error.code : toError(error));
      throw error;
    }
  }

  async #send(
    url: URL,
    options: RequestOptions,
    { method, body, signal }: RestRequest,
  ): Promise<Exchange<IncomingMessage>> {
    const request = startRequest(url, { ...options, method, signal }, body);
    const response = await this.#inTime(request, 'no response', responseOf(request, signal));
    this.#hasResponded = true;
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return { status, value: response };
    if (status >= 300 && status < 400) {
      response.destroy();
      throw redirectError(status, response.headers.location);
    }
    throw readApiError(status, await this.readBody(response), response.headers['retry-after']);
  }

  /** Destroys the stream, and so ends the work on it, after 30 s. */
  #inTime<T>(
    stream: ClientRequest | IncomingMessage,
    problem: string,
    work: Promise<T>,
  ): Promise<T> {
    const limit = async (signal: AbortSignal): Promise<never> => {
      await this.#clock.sleep(responseTimeoutMs, signal);
      const error = new Error(`${problem} within ${responseTimeoutMs / 1_000} s`);
      stream.destroy(error);
      throw error;
    };
    return race<T>(undefined, [() => work, limit]);
  }
}

/** True for a failure that a retry can resolve: of the network, or of a busy or unavailable server. */
export function isTransient(error: unknown): boolean {
  // The credentials could not be loaded.
  if (error instanceof BuildError) return false;
  if (error instanceof ApiError) {
    return error.code === 429 || (error.code >= 500 && error.code !== 501);
  }
  return !isTlsError(error) && !isCertificateError(error);
}

/** The path below the server URL, with the query. The path and the query of the server URL itself can contain a token. */
function withQuery(path: string, query: NonNullable<RestTarget['query']>): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** Pauses between two attempts to send the same request. */
export function requestBackoff(): Backoff {
  return new Backoff({ firstMs: 200, longestMs: 10_000, jitter: 0.5 });
}

/** The pause of the header Retry-After in milliseconds; undefined without the header. */
export function retryAfterOf(error: unknown): number | undefined {
  return error instanceof ApiError ? error.retryAfterMs : undefined;
}

/** True if the certificate of the server was rejected. */
export function isCertificateError(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(errorCode(error) ?? '') && !isTlsError(error);
}

/** True if the TLS handshake failed for another reason, for example because the server uses plain HTTP. */
export function isTlsError(error: unknown): boolean {
  return /^(?:ERR_SSL|ERR_TLS(?!_CERT)|EPROTO)/.test(errorCode(error) ?? '');
}

function startRequest(url: URL, options: RequestOptions, body: unknown): ClientRequest {
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
  const headers: OutgoingHttpHeaders = {
    accept: 'application/json',
    ...(options.headers as OutgoingHttpHeaders),
  };
  if (body === undefined) return send(url, { ...options, headers }).end();
  const bytes = Buffer.from(JSON.stringify(body));
  headers['content-type'] = 'application/json';
  headers['content-length'] = bytes.length;
  return send(url, { ...options, headers }).end(bytes);
}

/** @throws the signal's reason instead of the "aborted" of Node. */
function responseOf(request: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', (error) => {
      reject(signal.aborted ? abortReason(signal) : error);
    });
  });
}
