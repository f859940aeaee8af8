import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Clock } from '../../ports.ts';
import { isFields, type Fields } from '../../text/json.ts';
import { abortReason, toError } from '../../time/abort.ts';
import { Backoff } from '../../time/backoff.ts';
import { race } from '../../time/race.ts';
import {
  ApiError,
  NonKubernetesResponse,
  isApiError,
  isNotFound,
  isTransient,
  readApiError,
  redirectError,
} from './api-error.ts';
import type { Connection } from './connection.ts';
import type { RequestObserver } from './request-log.ts';
import { readBody, readExplanation, refuseCompressed } from './response/body.ts';

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
  /** Called with each failure that is retried, before the pause. */
  readonly onFailure?: (error: unknown) => void;
}

/** The part of RestClient that sends one request and returns JSON; see RestClient.json. */
export interface JsonClient {
  json<T>(request: RestRequest, read: (response: Fields) => T, repeat?: boolean): Promise<T>;
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
/** Limit for the head of a response. */
const headMs = 30_000;

/**
 * Kubernetes REST over one keep-alive agent. Redirects are not followed, because that would send the
 * credentials to another server. Errors are ApiError for responses other than 2xx, and Node's own for
 * the network.
 */
export class RestClient implements JsonClient {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #onRequest: RequestObserver | undefined;
  /** A server has responded, if only with a refusal. */
  #hasResponded = false;
  /** A response of Kubernetes was read. Until then, a response of another server shows a wrong address. */
  #isKubernetes = false;

  constructor(connection: Connection, clock: Clock, onRequest?: RequestObserver) {
    this.#connection = connection;
    this.#clock = clock;
    this.#onRequest = onRequest;
  }

  /**
   * Returns a response of JSON. With `repeat`, network errors, 429, 5xx and responses that are not from
   * Kubernetes are retried for up to five minutes, with growing pauses or those of `Retry-After`. Set it
   * only for requests that can be sent twice.
   * @param read takes the parsed response. It throws NonKubernetesResponse for one that it does not expect.
   */
  async json<T>(
    request: RestRequest,
    read: (response: Fields) => T,
    repeat = request.method === 'GET',
  ): Promise<T> {
    const { retryRefusals = false } = request;
    const backoff = requestBackoff();
    let sinceMs = this.#clock.now();
    let wasRefused = false;
    for (;;) {
      try {
        return await this.readJson(await this.open(request), request.signal, read);
      } catch (error) {
        if (!repeat || request.signal.aborted) throw error;
        const isRefused = !isTransient(error);
        if (isRefused && (!retryRefusals || isNotFound(error))) throw error;
        // Refusals have their full minute, also after a long outage.
        if (isRefused !== wasRefused) sinceMs = this.#clock.now();
        wasRefused = isRefused;
        const pauseMs = backoff.next(retryAfterOf(error));
        const patienceMs = this.#patienceMs(error, isRefused, retryRefusals);
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

  /**
   * Reads a whole 2xx response.
   * @param read see `json`. @throws NonKubernetesResponse if it is not JSON.
   */
  async readJson<T>(
    response: IncomingMessage,
    signal: AbortSignal,
    read: (response: Fields) => T,
  ): Promise<T> {
    const body = await readBody(response, { clock: this.#clock, signal });
    const value = read(parseObject(body));
    this.#hasResponded = true;
    this.#isKubernetes = true;
    return value;
  }

  #patienceMs(error: unknown, isRefused: boolean, retryRefusals: boolean): number {
    if (isRefused) return refusalPatienceMs;
    if (retryRefusals) return longestPatienceMs;
    const isKnown =
      error instanceof NonKubernetesResponse ? this.#isKubernetes : this.#hasResponded;
    return isKnown ? longestPatienceMs : firstPatienceMs;
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
    const response = await this.#inTime(request, responseOf(request, signal));
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) {
      refuseCompressed(response);
      return { status, value: response };
    }
    this.#hasResponded = true;
    if (status >= 300 && status < 400) {
      response.destroy();
      throw redirectError(status, response.headers.location);
    }
    const explanation = await readExplanation(response, { clock: this.#clock, signal });
    const refusal = readApiError(status, explanation, response.headers);
    this.#isKubernetes ||= refusal.reason !== '';
    throw refusal;
  }

  /** Destroys the request, and so ends the work on it, after 30 s. */
  #inTime<T>(request: ClientRequest, work: Promise<T>): Promise<T> {
    const limit = async (signal: AbortSignal): Promise<never> => {
      await this.#clock.sleep(headMs, signal);
      const error = new Error(`no response within ${headMs / 1_000} s`);
      request.destroy(error);
      throw error;
    };
    return race<T>(undefined, [() => work, limit]);
  }
}

/** @throws NonKubernetesResponse */
function parseObject(body: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new NonKubernetesResponse('not JSON', body);
  }
  if (!isFields(value)) throw new NonKubernetesResponse('not a JSON object', body);
  return value;
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
