import type { V1Pod } from '@kubernetes/client-node';
import type { BuildError } from '../../errors.ts';
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
import { text, type Fields } from '../../text/json.ts';
import { Failures } from '../../time/failures.ts';
import { NonKubernetesResponse, isApiError, isNotFound } from './api-error.ts';
import { clusterError } from './cluster-error.ts';
import type { Connection } from './connection.ts';
import { createPod } from './create-pod.ts';
import { listPermissions, readServerTime, readUserName, reviewPermission } from './reviews.ts';
import { podPath, podsPath } from './pod-path.ts';
import { PodStates } from './pod-states.ts';
import type { RequestObserver } from './request-log.ts';
import { refusePage } from './response/body.ts';
import { toEvents } from './response/events.ts';
import { toPod, toPods } from './response/pod.ts';
import { RestClient, type JsonClient } from './rest.ts';
import { openAttachSocket } from './socket.ts';

/** HTTP status of a successful WebSocket handshake. */
const switchingProtocols = 101;

/** A Kubernetes cluster over its REST API and the attach WebSocket. */
export class KubeCluster implements Cluster {
  readonly namespace: string;
  readonly #connection: Connection;
  readonly #rest: RestClient;
  readonly #clock: Clock;
  readonly #failures: Failures;

  /** @param onRequest for debug output; see logRequests. */
  constructor(connection: Connection, clock: Clock, onRequest?: RequestObserver) {
    this.namespace = connection.namespace;
    this.#connection = connection;
    this.#clock = clock;
    this.#rest = new RestClient(connection, clock, onRequest);
    this.#failures = new Failures(clock);
  }

  get failing(): BuildError | undefined {
    return this.#failures.latest;
  }

  async serverMinor(signal: AbortSignal): Promise<number | undefined> {
    const doing = 'asking the API server for its version';
    const version = await this.#try(doing, signal, async (rest) => {
      try {
        return await rest.json({ method: 'GET', path: '/version', signal }, toVersion);
      } catch (error) {
        // Some clusters do not serve it, and an API server that has just started may refuse it.
        if (isApiError(error, 403, 404)) return undefined;
        throw error;
      }
    });
    // GKE and EKS return `33+`.
    const minor = Number.parseInt(text(version?.['minor']) ?? '', 10);
    return Number.isSafeInteger(minor) ? minor : undefined;
  }

  async listPermissions(signal: AbortSignal): Promise<readonly Permission[]> {
    return this.#try('checking RBAC permissions', signal, (rest) =>
      listPermissions(rest, this.namespace, signal),
    );
  }

  async can(permission: Permission, signal: AbortSignal): Promise<'yes' | 'no' | 'unknown'> {
    const { verb, resource } = permission;
    return this.#try(`checking the RBAC permission to ${verb} ${resource}`, signal, (rest) =>
      reviewPermission(rest, this.namespace, permission, signal),
    );
  }

  async createPod(pod: V1Pod, signal: AbortSignal): Promise<V1Pod> {
    const name = pod.metadata?.name ?? '';
    const doing = `creating pod ${JSON.stringify(name)} in namespace ${JSON.stringify(this.namespace)}`;
    return this.#try(doing, signal, (rest, onFailure) =>
      createPod(
        pod,
        {
          clock: this.#clock,
          post: () => this.#post(pod, rest, signal),
          find: () => this.#find({ namespace: this.namespace, name }, rest, signal),
          onFailure,
        },
        signal,
      ),
    );
  }

  async dryRunPod(pod: V1Pod, signal: AbortSignal): Promise<void> {
    const doing = `creating a pod in namespace ${JSON.stringify(this.namespace)} as a dry run`;
    const path = podsPath(this.namespace);
    const query = { fieldValidation: 'Strict', dryRun: 'All' };
    const name = pod.metadata?.name;
    await this.#try(doing, signal, (rest) =>
      // A dry run changes nothing, so it can be repeated.
      rest.json(
        { method: 'POST', path, query, body: pod, signal },
        (created) => toPod(created, { name }),
        true,
      ),
    );
  }

  async userName(signal: AbortSignal): Promise<string | undefined> {
    return this.#try('asking the API server for the name of the user', signal, (rest) =>
      readUserName(rest, signal),
    );
  }

  async readPod(ref: PodRef, signal: AbortSignal): Promise<V1Pod | undefined> {
    return this.#try(`reading pod ${JSON.stringify(ref.name)}`, signal, (rest) =>
      this.#find(ref, rest, signal),
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
    const doing = `reading the events of pod ${JSON.stringify(ref.name)}`;
    return this.#try(doing, signal, async (rest) => {
      try {
        return await rest.json({ method: 'GET', path, query, signal }, toEvents);
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
      await refusePage(response, { clock: this.#clock, signal });
      this.#failures.succeeded(doing);
      for await (const chunk of response) yield toBuffer(chunk);
    } catch (error) {
      throw this.#explain(doing, error, signal);
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
        value: await openAttachSocket(url, options, this.#clock, signal),
      })),
    );
  }

  async listPods(selector: string, signal: AbortSignal): Promise<readonly V1Pod[]> {
    const query = { labelSelector: selector, limit: '100' };
    try {
      const path = podsPath(this.namespace);
      const response = await this.#rest.open({ method: 'GET', path, query, signal });
      return await this.#rest.readJson(response, signal, toPods);
    } catch (error) {
      if (isApiError(error, 403)) return [];
      throw clusterError('listing pods', error, this.#connection, signal);
    }
  }

  async serverTime(signal: AbortSignal): Promise<number | undefined> {
    return this.#try('reading the time of the API server', signal, () =>
      readServerTime(this.#rest, signal),
    );
  }

  async deleteUnchanged(pod: V1Pod, signal: AbortSignal): Promise<boolean> {
    const { name = '', uid, resourceVersion } = pod.metadata ?? {};
    // Without them, any pod with this name would be deleted.
    if (uid === undefined || resourceVersion === undefined) return false;
    const ref = { namespace: this.namespace, name };
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 1,
      preconditions: { uid, resourceVersion },
    };
    try {
      await this.#rest.json({ method: 'DELETE', path: podPath(ref), body, signal }, isDeleted);
      return true;
    } catch (error) {
      // Another client has deleted the pod, or it has changed.
      if (isApiError(error, 403, 404, 409)) return false;
      throw clusterError(`deleting pod ${JSON.stringify(name)}`, error, this.#connection, signal);
    }
  }

  async deletePod(ref: PodRef, gracePeriodSeconds: number, signal: AbortSignal): Promise<boolean> {
    return this.#try(`deleting pod ${JSON.stringify(ref.name)}`, signal, async (rest) => {
      const query = { gracePeriodSeconds: String(gracePeriodSeconds) };
      try {
        return await rest.json(
          { method: 'DELETE', path: podPath(ref), query, signal, retryRefusals: true },
          isDeleted,
          true,
        );
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    });
  }

  async #find(ref: PodRef, rest: JsonClient, signal: AbortSignal): Promise<V1Pod | undefined> {
    try {
      return await rest.json(
        { method: 'GET', path: podPath(ref), signal, retryRefusals: true },
        (pod) => toPod(pod, ref),
      );
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #post(pod: V1Pod, rest: JsonClient, signal: AbortSignal): Promise<V1Pod> {
    return rest.json(
      {
        method: 'POST',
        path: podsPath(this.namespace),
        query: { fieldValidation: 'Strict' },
        body: pod,
        signal,
      },
      (created) => toPod(created, { name: pod.metadata?.name }),
    );
  }

  /**
   * Runs requests for one purpose, and keeps their failures until one succeeds.
   * @param run gets a client that reports each failure, and the function that reports one.
   */
  async #try<T>(
    doing: string,
    signal: AbortSignal,
    run: (rest: JsonClient, onFailure: (error: unknown) => void) => Promise<T>,
  ): Promise<T> {
    const onFailure = (error: unknown): void => {
      this.#explain(doing, error, signal);
    };
    const rest: JsonClient = {
      json: (request, read, repeat) => this.#rest.json({ ...request, onFailure }, read, repeat),
    };
    try {
      const result = await run(rest, onFailure);
      this.#failures.succeeded(doing);
      return result;
    } catch (error) {
      throw this.#explain(doing, error, signal);
    }
  }

  /** The error for the user, which is kept unless the signal has caused it. */
  #explain(doing: string, error: unknown, signal: AbortSignal): BuildError {
    const failure = clusterError(doing, error, this.#connection, signal);
    if (!signal.aborted) this.#failures.failed(doing, failure);
    return failure;
  }
}

/** The response to a deletion is the pod or a Status. Whether the pod is deleted is decided by reading it. */
function isDeleted(): boolean {
  return true;
}

/** Every version of Kubernetes returns at least one of these fields. */
function toVersion(version: Fields): Fields {
  const { major, minor, gitVersion } = version;
  if ([major, minor, gitVersion].every((field) => field === undefined))
    throw new NonKubernetesResponse('not a version');
  return version;
}

function toBuffer(chunk: unknown): Buffer {
  if (!Buffer.isBuffer(chunk)) throw new Error('the log is not binary');
  return chunk;
}
