import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { WebSocket } from 'ws';
import { AttachSession, failAttach, type AttachStreams } from './attach.ts';
import {
  notFound,
  parseBody,
  parseTarget,
  verbOf,
  type Call,
  type JsonAnswer,
  type Target,
} from './call.ts';
import { attachFailure, containerOf, stillWaiting } from './container.ts';
import type { Credentials } from './credentials.ts';
import { discovery, version } from './discovery.ts';
import type { EventLog } from './events.ts';
import { ApiFailure, PlainFailure } from './failure.ts';
import type { Faults } from './faults.ts';
import { parseLogQuery, serveLog } from './follow.ts';
import type { Kubelet } from './kubelet.ts';
import type { Pod } from './pod.ts';
import type { Pods } from './pods.ts';
import { answerReview } from './reviews.ts';
import { authorize } from './rights.ts';
import { compileSelector } from './selector.ts';
import type { PodStore } from './store.ts';
import type { Watches } from './watch.ts';

export interface ApiParts {
  readonly credentials: Credentials;
  readonly store: PodStore;
  readonly pods: Pods;
  readonly kubelet: Kubelet;
  readonly events: EventLog;
  readonly watches: Watches;
  readonly faults: Faults;
  /** Subprotocols in the order of preference of the server. */
  readonly protocols: readonly string[];
}

/** The first subprotocol of the server that the client offers: v5 if both support it, in any order of the client. */
export function chooseProtocol(
  offered: readonly string[],
  known: readonly string[],
): string | undefined {
  return known.find((name) => offered.includes(name));
}

const reviewPath =
  /^\/apis\/authorization\.k8s\.io\/v1\/(selfsubject(?:access|rules)reviews)$|^\/apis\/authentication\.k8s\.io\/v1\/(selfsubjectreviews)$/;
/** The part of the Kubernetes API that the action uses. */
export class Api {
  readonly #parts: ApiParts;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  /** One request; undefined if the answer streams. @throws ApiFailure */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<JsonAnswer | undefined> {
    const sent = await readText(request);
    const call = this.#callOf(request);
    const known = call.method === 'GET' ? discovery[call.path] : undefined;
    if (known !== undefined) return { code: 200, body: known };
    if (call.path === '/version') return { code: 200, body: version };
    const found = call.method === 'POST' ? reviewPath.exec(call.path) : undefined;
    const review = found?.[1] ?? found?.[2];
    if (review !== undefined) return answerReview(call, review, sent, this.#parts.faults.denied);
    const target = parseTarget(call.path);
    if (target === undefined) throw notFound(call);
    authorize(
      { ...target, user: call.user, verb: verbOf(call, target) },
      this.#parts.faults.denied,
    );
    return this.#serve(call, target, sent, response);
  }

  /** Checks an attach request. @returns a function that gets the WebSocket. @throws ApiFailure before the upgrade */
  attach(request: IncomingMessage): (socket: WebSocket) => void {
    const call = this.#callOf(request);
    const target = parseTarget(call.path);
    if (target?.name === undefined || target.resource !== 'pods/attach') throw notFound(call);
    // The upgrade is a GET; since 1.35 the handler also requires `create`.
    for (const verb of ['get', 'create'])
      authorize({ ...target, user: call.user, verb }, this.#parts.faults.denied);
    const pod = this.#parts.store.read(target.namespace, target.name);
    if (pod.spec.nodeName === undefined)
      throw new ApiFailure(400, `pod ${target.name} does not have a host assigned`);
    const container = containerOf(pod, call.query);
    const streams = parseStreams(call.query);
    const protocol = this.#negotiate(request);
    const process = this.#parts.kubelet.process(pod, container);
    const failure = attachFailure(pod, container, process, streams);
    if (failure === undefined && process !== undefined)
      return (socket) => {
        new AttachSession(socket, process, streams, this.#parts.faults).start();
      };
    const { code, message } = failure ?? new PlainFailure(500, 'the container cannot be attached');
    // On v4 the response of the kubelet to the upgrade is passed on unchanged.
    if (protocol.startsWith('v4')) throw new PlainFailure(code, message);
    return (socket) => {
      failAttach(socket, streams, message);
    };
  }

  #callOf(request: IncomingMessage): Call {
    const url = new URL(request.url ?? '', 'https://playground');
    return {
      user: this.#parts.credentials.userOf(request),
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      contentType: (request.headers['content-type'] ?? '').replace(/;.*$/, ''),
    };
  }

  #negotiate({ headers }: IncomingMessage): string {
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const protocol = chooseProtocol(offered, this.#parts.protocols);
    if (protocol !== undefined) return protocol;
    throw new PlainFailure(403, '');
  }

  async #serve(
    call: Call,
    target: Target,
    sent: string,
    response: ServerResponse,
  ): Promise<JsonAnswer | undefined> {
    switch (`${call.method} ${target.resource}`) {
      case 'GET events':
        return { code: 200, body: this.#listEvents(call, target) };
      case 'GET pods/log':
        await this.#log(call, target, response);
        return undefined;
      case 'GET pods/attach':
      case 'POST pods/attach':
        throw new ApiFailure(400, 'Upgrade request required');
      case 'POST pods':
        return this.#create(call, target, sent);
      case 'DELETE pods':
        return { code: 200, body: this.#delete(call, target, sent) };
      case 'GET pods':
        return this.#read(call, target, response);
      default:
        throw new ApiFailure(
          405,
          'the server does not allow this method on the requested resource',
        );
    }
  }

  #create({ query, contentType }: Call, { namespace }: Target, sent: string): JsonAnswer {
    if (!['', 'application/json'].includes(contentType)) throw unsupportedType();
    const warnings: string[] = [];
    const body = this.#parts.pods.create(parseBody(sent, 'Pod'), {
      namespace,
      strict: query.get('fieldValidation') === 'Strict',
      dryRun: query.get('dryRun') === 'All',
      warn: (message) => warnings.push(message),
    });
    return { code: 201, body, warnings };
  }

  #delete({ query }: Call, { namespace, name = '' }: Target, sent: string): Pod {
    const body = (sent === '' ? {} : parseBody(sent, undefined)) as {
      gracePeriodSeconds?: number;
      dryRun?: string[];
      preconditions?: { uid?: string; resourceVersion?: string };
    };
    const grace = query.get('gracePeriodSeconds');
    return this.#parts.pods.delete(namespace, name, {
      graceSeconds: body.gracePeriodSeconds ?? (grace === null ? undefined : Number(grace)),
      uid: body.preconditions?.uid,
      resourceVersion: body.preconditions?.resourceVersion,
      dryRun: query.get('dryRun') === 'All' || body.dryRun?.includes('All') === true,
    });
  }

  #read(call: Call, { namespace, name }: Target, response: ServerResponse): JsonAnswer | undefined {
    const { store, watches } = this.#parts;
    if (name !== undefined) return { code: 200, body: store.read(namespace, name) };
    if (call.query.get('watch') === 'true' || call.query.get('watch') === '1') {
      watches.serve(namespace, call.query, response);
      return undefined;
    }
    return {
      code: 200,
      body: {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: { resourceVersion: String(store.version) },
        items: store
          .list(namespace)
          .filter(compileSelector(call.query))
          .map(({ metadata, spec, status }) => ({ metadata, spec, status })),
      },
    };
  }

  #listEvents({ query }: Call, { namespace }: Target): object {
    const name = /involvedObject\.name=([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
    const items = this.#parts.events.list(namespace, name);
    return { kind: 'EventList', apiVersion: 'v1', metadata: {}, items };
  }

  async #log(
    { query }: Call,
    { namespace, name = '' }: Target,
    response: ServerResponse,
  ): Promise<void> {
    const pod = this.#parts.store.read(namespace, name);
    const container = containerOf(pod, query);
    const options = parseLogQuery(query, name);
    if (pod.spec.nodeName === undefined) {
      response.writeHead(204).end();
      return;
    }
    const process = this.#parts.kubelet.process(pod, container);
    if (process === undefined) throw stillWaiting(pod, container);
    await serveLog(process.log, options, response, this.#parts.faults);
  }
}

function unsupportedType(): ApiFailure {
  return new ApiFailure(
    415,
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}

function parseStreams(query: URLSearchParams): AttachStreams {
  const [stdin, stdout, stderr] = ['stdin', 'stdout', 'stderr'].map(
    (name) => query.get(name) === 'true' || query.get(name) === '1',
  ) as [boolean, boolean, boolean];
  return { stdin, stdout, stderr };
}
