import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { WebSocket } from 'ws';
import { describeError } from '../../src/errors.ts';
import { AttachSession, failAttach, type AttachStreams } from './attach.ts';
import type { Credentials } from './credentials.ts';
import { discovery, version } from './discovery.ts';
import type { EventLog } from './events.ts';
import { ApiFailure, PlainFailure } from './failure.ts';
import type { Faults } from './faults.ts';
import { parseLogQuery, serveLog } from './follow.ts';
import type { Kubelet } from './kubelet.ts';
import type { Pod } from './pod.ts';
import type { Pods } from './pods.ts';
import type { ContainerProcess } from './process.ts';
import { anonymous, authorize, isAllowed, rulesOf } from './rights.ts';
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
  /** In the order of the server's preference, which decides. */
  readonly protocols: readonly string[];
}

export interface JsonAnswer {
  readonly code: number;
  readonly body: unknown;
  /** Header `Warning`. */
  readonly warnings?: readonly string[];
}

interface Call {
  readonly user: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
}

/** The first that the server has and the client offers: v5, if both know it, wherever the client names it. */
export function chooseProtocol(
  offered: readonly string[],
  known: readonly string[],
): string | undefined {
  return known.find((name) => offered.includes(name));
}

/** What a path of the core API is about. */
interface Target {
  readonly namespace: string;
  readonly resource: string;
  readonly name?: string;
}

const reviewPath = /^\/apis\/authorization\.k8s\.io\/v1\/(selfsubject(?:access|rules)reviews)$/;
const corePath =
  /^\/api\/v1\/namespaces\/(?<namespace>[^/]+)\/(?<kind>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<part>[^/]+))?)?$/;

/** The Kubernetes API as far as a builder needs it. */
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
    const review = call.method === 'POST' ? reviewPath.exec(call.path)?.[1] : undefined;
    if (review !== undefined) return this.#review(call, review, sent);
    const target = parseTarget(call.path);
    if (target === undefined) throw notFound(call);
    authorize(
      { ...target, user: call.user, verb: verbOf(call, target) },
      this.#parts.faults.denied,
    );
    return this.#serve(call, target, sent, response);
  }

  /** Checks an attach request; what is returned takes the WebSocket over. @throws ApiFailure before the upgrade */
  attach(request: IncomingMessage): (socket: WebSocket) => void {
    const call = this.#callOf(request);
    const target = parseTarget(call.path);
    if (target?.name === undefined || target.resource !== 'pods/attach') throw notFound(call);
    // The upgrade is a GET; since 1.35 the handler asks for `create`, too.
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
    // On v4 the kubelet's answer to the upgrade is passed on as it is.
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

  #review({ user }: Call, kind: string, sent: string): JsonAnswer {
    if (user === anonymous)
      throw new ApiFailure(
        403,
        `${kind}.authorization.k8s.io is forbidden: User "${user}" cannot create resource "${kind}" in API group "authorization.k8s.io" at the cluster scope`,
        { group: 'authorization.k8s.io', kind },
      );
    return kind === 'selfsubjectrulesreviews'
      ? this.#listRights(user, sent)
      : this.#reviewAccess(user, sent);
  }

  #listRights(user: string, sent: string): JsonAnswer {
    const review = parseBody(sent, 'SelfSubjectRulesReview') as { spec?: { namespace?: string } };
    const resourceRules = rulesOf(user, review.spec?.namespace ?? '', this.#parts.faults.denied);
    const status = { resourceRules, nonResourceRules: [], incomplete: false };
    return { code: 201, body: { ...review, metadata: {}, spec: {}, status } };
  }

  #reviewAccess(user: string, sent: string): JsonAnswer {
    const review = parseBody(sent, 'SelfSubjectAccessReview') as {
      spec?: { resourceAttributes?: Record<string, string> };
    };
    const {
      verb = '',
      resource = '',
      subresource,
      namespace = '',
    } = review.spec?.resourceAttributes ?? {};
    const full = subresource ? `${resource}/${subresource}` : resource;
    const allowed = isAllowed({ user, verb, resource: full, namespace }, this.#parts.faults.denied);
    return { code: 201, body: { ...review, metadata: {}, status: { allowed } } };
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

/** Only paths of an API get a Status; what is outside of all APIs is nobody's right. */
function notFound({ path, user, method }: Call): Error {
  if (!/^\/(api|apis|openapi|version|healthz|livez|readyz)(\/|$)/.test(path)) {
    const verb = method.toLowerCase();
    const message = `forbidden: User "${user}" cannot ${verb} path "${path}"`;
    return new ApiFailure(403, message, { hasDetails: true });
  }
  return path.startsWith('/api/') || path.startsWith('/apis/')
    ? new ApiFailure(404, 'the server could not find the requested resource')
    : new PlainFailure(404, '404 page not found\n');
}

function parseTarget(path: string): Target | undefined {
  const { namespace, kind, name, part } = corePath.exec(path)?.groups ?? {};
  if (namespace === undefined || kind === undefined) return undefined;
  return {
    namespace,
    resource: part === undefined ? kind : `${kind}/${part}`,
    ...(name !== undefined && { name }),
  };
}

function verbOf({ method, query }: Call, { name }: Target): string {
  if (method === 'POST') return 'create';
  if (method === 'DELETE') return 'delete';
  if (method !== 'GET') return method.toLowerCase();
  if (name !== undefined) return 'get';
  return query.get('watch') === null ? 'list' : 'watch';
}

/** @param kind what the body must be; undefined for the options of a request */
function parseBody(sent: string, kind: string | undefined): unknown {
  try {
    return JSON.parse(sent) as unknown;
  } catch (error) {
    const why = describeError(error).replace(/^Unexpected end/, 'unexpected end');
    const text = `couldn't get version/kind; json parse error: ${why}`;
    if (kind === undefined) throw new ApiFailure(400, text);
    const shown = sent === '' ? '<empty>' : Buffer.from(sent).toString('hex');
    throw new ApiFailure(
      400,
      `the object provided is unrecognized (must be of type ${kind}): ${text} (${shown})`,
    );
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

/** The container that a log or attach request is about. @throws ApiFailure 400 in the server's words */
function containerOf(pod: Pod, query: URLSearchParams): string {
  const own = pod.spec.containers.map(({ name }) => name);
  const all = [...(pod.spec.initContainers ?? []).map(({ name }) => name), ...own];
  const [only = ''] = own;
  const given = query.get('container');
  const { name } = pod.metadata;
  if (given === null) {
    if (own.length === 1) return only;
    throw new ApiFailure(
      400,
      `a container name must be specified for pod ${name}, choose one of: [${own.join(' ')}]`,
    );
  }
  if (all.includes(given)) return given;
  throw new ApiFailure(400, `container ${given} is not valid for pod ${name}`);
}

/** What the kubelet says instead of some reasons. */
const waitingWords: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

function stillWaiting(pod: Pod, container: string): ApiFailure {
  const statuses = [
    ...(pod.status.initContainerStatuses ?? []),
    ...(pod.status.containerStatuses ?? []),
  ];
  const reason = statuses.find(({ name }) => name === container)?.state.waiting?.reason;
  return new ApiFailure(
    400,
    `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${waitingWords[reason ?? ''] ?? reason ?? 'ContainerCreating'}`,
  );
}

/** What the kubelet refuses, in its words. */
function attachFailure(
  { metadata, status }: Pod,
  container: string,
  process: ContainerProcess | undefined,
  { stdin, stdout, stderr }: AttachStreams,
): PlainFailure | undefined {
  if (!stdin && !stdout && !stderr)
    return new PlainFailure(400, 'you must specify at least 1 of stdin, stdout, stderr');
  const state = status.containerStatuses?.find(({ name }) => name === container)?.state;
  if (process === undefined || process.startedAt === '' || state?.terminated !== undefined)
    return new PlainFailure(
      500,
      `container ${container} not found in pod ${metadata.name}_${metadata.namespace}`,
    );
  // Until the kubelet has seen the end, the runtime is asked.
  if (process.log.ended)
    return new PlainFailure(
      500,
      'error attaching to container: rpc error: code = FailedPrecondition desc = container is in CONTAINER_EXITED state',
    );
  return undefined;
}
