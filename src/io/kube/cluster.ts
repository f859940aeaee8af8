import type { V1Pod } from '@kubernetes/client-node';
import type { BuildError } from '../../errors.ts';
import { nonceAnnotation } from '../../pod/spec/labels.ts';
import type {
  AttachStreams,
  Clock,
  Cluster,
  LogOptions,
  Permission,
  PodEvent,
  PodRef,
  AttachSocket,
} from '../../ports.ts';
import { excerpt } from '../../text/excerpt.ts';
import { field, fieldsOf, itemsOf, text } from '../../text/json.ts';
import { NonKubernetesResponse, isApiError, isNotFound } from './api-error.ts';
import { clusterError } from './cluster-error.ts';
import type { Connection } from './connection.ts';
import { listPermissions, reviewPermission } from './permissions.ts';
import { podPath, toPod } from './pod-json.ts';
import { PodStates } from './pod-states.ts';
import type { RequestObserver } from './request-log.ts';
import { isTransient, requestBackoff, RestClient, retryAfterOf } from './rest.ts';
import { openAttachSocket } from './socket.ts';

/** HTTP status of a successful WebSocket handshake. */
const switchingProtocols = 101;
/** How long the creation of a pod is retried. */
const createPatienceMs = 60_000;

/** A Kubernetes cluster over its REST API and the attach WebSocket. */
export class KubeCluster implements Cluster {
  readonly namespace: string;
  readonly #connection: Connection;
  readonly #rest: RestClient;
  readonly #clock: Clock;

  /** @param onRequest for debug output; see logRequests. */
  constructor(connection: Connection, clock: Clock, onRequest?: RequestObserver) {
    this.namespace = connection.namespace;
    this.#connection = connection;
    this.#clock = clock;
    this.#rest = new RestClient(connection, clock, onRequest);
  }

  async serverMinor(signal: AbortSignal): Promise<number | undefined> {
    const doing = 'asking the API server for its version';
    const version = await this.#try(doing, signal, async () => {
      try {
        return await this.#rest.json({ method: 'GET', path: '/version', signal });
      } catch (error) {
        // Some clusters do not serve it, and an API server that has just started may refuse it.
        if (isApiError(error, 403, 404)) return undefined;
        throw error;
      }
    });
    // GKE and EKS return `33+`.
    const minor = Number.parseInt(text(field(version, 'minor')) ?? '', 10);
    return Number.isNaN(minor) ? undefined : minor;
  }

  async listPermissions(signal: AbortSignal): Promise<readonly Permission[]> {
    return this.#try('checking RBAC permissions', signal, () =>
      listPermissions(this.#rest, this.namespace, signal),
    );
  }

  async can(permission: Permission, signal: AbortSignal): Promise<'yes' | 'no' | 'unknown'> {
    const { verb, resource } = permission;
    return this.#try(`checking the RBAC permission to ${verb} ${resource}`, signal, () =>
      reviewPermission(this.#rest, this.namespace, permission, signal),
    );
  }

  async createPod(pod: V1Pod, signal: AbortSignal): Promise<V1Pod> {
    const name = pod.metadata?.name ?? '';
    const doing = `creating pod ${JSON.stringify(name)} in namespace ${JSON.stringify(this.namespace)}`;
    return this.#try(doing, signal, async () => {
      const startedAtMs = this.#clock.now();
      const backoff = requestBackoff();
      for (;;) {
        try {
          return await this.#post(pod, signal);
        } catch (error) {
          // The pod may exist although the response was lost: it then has the nonce of this request.
          if (signal.aborted || isApiError(error, 400, 401, 403, 404, 422)) throw error;
          const found = await this.#find({ namespace: this.namespace, name }, signal);
          if (found !== undefined && nonceOf(found) === nonceOf(pod)) return found;
          // Concurrent creations can conflict in the ResourceQuota: a 409 although the pod does not exist.
          const mayPass = isApiError(error, 409) || isTransient(error);
          const pauseMs = backoff.next(retryAfterOf(error));
          const isLate = this.#clock.now() - startedAtMs + pauseMs > createPatienceMs;
          if (found !== undefined || !mayPass || isLate) throw error;
          await this.#clock.sleep(pauseMs, signal);
        }
      }
    });
  }

  async readPod(ref: PodRef, signal: AbortSignal): Promise<V1Pod | undefined> {
    return this.#try(`reading pod ${JSON.stringify(ref.name)}`, signal, () =>
      this.#find(ref, signal),
    );
  }

  podStates(
    pod: V1Pod,
    signal: AbortSignal,
    onProblem: (problem: BuildError | undefined) => void,
  ): AsyncIterable<V1Pod | undefined> {
    const ref = { namespace: this.namespace, name: pod.metadata?.name ?? '' };
    const describe = (error: unknown): BuildError =>
      clusterError(`following pod ${JSON.stringify(ref.name)}`, error, this.#connection, signal);
    return new PodStates(this.#rest, this.#clock, ref, { describe, onProblem }).from(pod, signal);
  }

  async podEvents(ref: PodRef, signal: AbortSignal): Promise<readonly PodEvent[]> {
    const path = `/api/v1/namespaces/${ref.namespace}/events`;
    const query = { fieldSelector: `involvedObject.name=${ref.name}`, limit: '50' };
    return this.#try(`reading the events of pod ${JSON.stringify(ref.name)}`, signal, async () => {
      try {
        const events = await this.#rest.json({ method: 'GET', path, query, signal });
        return itemsOf(field(events, 'items')).map((event) => ({
          type: text(field(event, 'type')) ?? '',
          reason: text(field(event, 'reason')) ?? '',
          message: excerpt(text(field(event, 'message')) ?? ''),
        }));
      } catch (error) {
        // The permission to list events is optional.
        if (isApiError(error, 403)) return [];
        throw error;
      }
    });
  }

  async *log(
    ref: PodRef,
    container: string,
    options: LogOptions,
    signal: AbortSignal,
  ): AsyncIterable<Buffer> {
    const query = {
      container,
      timestamps: 'true',
      follow: options.follow ? 'true' : undefined,
      sinceTime: options.sinceTime,
    };
    const doing = `reading the log of pod ${JSON.stringify(ref.name)}`;
    try {
      const response = await this.#rest.open({
        method: 'GET',
        path: `${podPath(ref)}/log`,
        query,
        signal,
      });
      if (isPageOrObject(response.headers['content-type'])) {
        throw new NonKubernetesResponse('not a container log', await this.#rest.readBody(response));
      }
      for await (const chunk of response) yield toBuffer(chunk);
    } catch (error) {
      throw clusterError(doing, error, this.#connection, signal);
    }
  }

  async attach(
    ref: PodRef,
    container: string,
    streams: AttachStreams,
    signal: AbortSignal,
  ): Promise<AttachSocket> {
    const query = {
      container,
      stdin: 'true',
      stderr: streams.stderr ? 'true' : undefined,
      tty: 'false',
    };
    const path = `${podPath(ref)}/attach`;
    return this.#try(`attaching to pod ${JSON.stringify(ref.name)}`, signal, () =>
      this.#rest.exchange({ method: 'GET', path, query, signal }, async (url, options) => ({
        status: switchingProtocols,
        value: await openAttachSocket(url, options, signal),
      })),
    );
  }

  async listPods(selector: string, signal: AbortSignal): Promise<readonly V1Pod[]> {
    const path = `/api/v1/namespaces/${this.namespace}/pods`;
    const query = { labelSelector: selector, limit: '100' };
    try {
      const response = await this.#rest.open({ method: 'GET', path, query, signal });
      const body = await this.#rest.readJson(response);
      // The items of a list have no `kind`.
      return itemsOf(field(body, 'items')).map((item) => toPod({ kind: 'Pod', ...fieldsOf(item) }));
    } catch (error) {
      if (isApiError(error, 403)) return [];
      throw clusterError('listing pods', error, this.#connection, signal);
    }
  }

  /**
   * From a SelfSubjectReview, which every authenticated client may create since Kubernetes 1.28. A proxy can set the header
   * `Date`, but not the creation time of an object.
   */
  async serverTime(signal: AbortSignal): Promise<number | undefined> {
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    try {
      const answer = await this.#rest.json({ method: 'POST', path, body: review, signal });
      const time = Date.parse(text(field(field(answer, 'metadata'), 'creationTimestamp')) ?? '');
      return Number.isNaN(time) ? undefined : time;
    } catch (error) {
      if (isApiError(error, 403, 404)) return undefined;
      throw clusterError('reading the time of the API server', error, this.#connection, signal);
    }
  }

  async deleteUnchanged(pod: V1Pod, signal: AbortSignal): Promise<boolean> {
    const { name = '', uid, resourceVersion } = pod.metadata ?? {};
    const ref = { namespace: this.namespace, name };
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 1,
      preconditions: { uid, resourceVersion },
    };
    try {
      await this.#rest.json({ method: 'DELETE', path: podPath(ref), body, signal });
      return true;
    } catch (error) {
      // Another client has deleted the pod, or it has changed.
      if (isApiError(error, 403, 404, 409)) return false;
      throw clusterError(`deleting pod ${JSON.stringify(name)}`, error, this.#connection, signal);
    }
  }

  async deletePod(ref: PodRef, gracePeriodSeconds: number, signal: AbortSignal): Promise<boolean> {
    return this.#try(`deleting pod ${JSON.stringify(ref.name)}`, signal, async () => {
      const query = { gracePeriodSeconds: String(gracePeriodSeconds) };
      try {
        await this.#rest.json(
          { method: 'DELETE', path: podPath(ref), query, signal, retryRefusals: true },
          true,
        );
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    });
  }

  async #find(ref: PodRef, signal: AbortSignal): Promise<V1Pod | undefined> {
    try {
      return toPod(
        await this.#rest.json({ method: 'GET', path: podPath(ref), signal, retryRefusals: true }),
      );
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #post(pod: V1Pod, signal: AbortSignal): Promise<V1Pod> {
    const path = `/api/v1/namespaces/${this.namespace}/pods`;
    return toPod(
      await this.#rest.json({
        method: 'POST',
        path,
        query: { fieldValidation: 'Strict' },
        body: pod,
        signal,
      }),
    );
  }

  async #try<T>(doing: string, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw clusterError(doing, error, this.#connection, signal);
    }
  }
}

/** A container log is plain text. HTML and JSON are from a gateway in front of the API server. */
function isPageOrObject(contentType = ''): boolean {
  return /\b(?:html|json)\b/i.test(contentType);
}

function nonceOf(pod: V1Pod): string | undefined {
  return pod.metadata?.annotations?.[nonceAnnotation];
}

function toBuffer(chunk: unknown): Buffer {
  if (!Buffer.isBuffer(chunk)) throw new Error('the log is not binary');
  return chunk;
}
