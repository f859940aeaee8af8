import { randomBytes } from 'node:crypto';
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import type { Connection } from '../src/io/kube/connection.ts';
import { Client, type Answer, type Query, type WatchEvent } from './client.ts';
import type { Replacement } from './result.ts';

/** A cluster that the cases run on. */
export interface ContractCluster {
  /** Credentials with all permissions in all namespaces; only for requests that the action cannot send. */
  readonly admin: Connection;
  /** Credentials with the permissions of the action. */
  readonly account: Connection;
  /** A valid token without any permission. */
  readonly nobody: Connection;
  /** Image reference of busybox for the nodes of the cluster. */
  readonly image: string;
}

/** Time limit of a case; no case takes that long on a real cluster. */
const timeoutMs = 90_000;
const cleanupMs = 30_000;

/** One case on one cluster. Its pods have unique names and are deleted at its end. */
export class Session {
  readonly client: Client;
  readonly image: string;
  readonly namespace: string;
  /** Prefix of the names of the pods of this run only. */
  readonly name = `contract-${randomBytes(5).toString('hex')}`;
  readonly #stop = new AbortController();
  readonly #cluster: ContractCluster;

  constructor(cluster: ContractCluster) {
    this.#cluster = cluster;
    this.image = cluster.image;
    this.namespace = cluster.account.namespace;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(timeoutMs)]);
    this.client = new Client(cluster, signal);
  }

  get podsPath(): string {
    return `/api/v1/namespaces/${this.namespace}/pods`;
  }

  podPath(suffix = ''): string {
    return `${this.podsPath}/${this.name}${suffix}`;
  }

  replacements(): readonly Replacement[] {
    return [
      [this.name, '<pod>'],
      [this.image, '<image>'],
      [this.image.replace(/busybox.*$/, ''), '<repository>/'],
      [`"${this.namespace}"`, '"<namespace>"'],
      [`_${this.namespace}`, '_<namespace>'],
      [` ${this.namespace}/`, ' <namespace>/'],
    ];
  }

  /** A pod with one container `main` that ends at once. */
  pod(container: Partial<V1Container> = {}, spec: object = {}, metadata: object = {}): V1Pod {
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: this.name, ...metadata },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'main', image: this.image, command: ['true'], ...container }],
        ...spec,
      },
    };
  }

  /** A pod whose only container runs a script. */
  script(script: string, container: Partial<V1Container> = {}, spec: object = {}): V1Pod {
    return this.pod({ command: ['sh', '-c', script], ...container }, spec);
  }

  /** A pod that runs until its stdin ends. */
  waiter(script = 'cat >/dev/null'): V1Pod {
    return this.script(script, { stdin: true, stdinOnce: true });
  }

  post(pod: object | string, query: Query = {}): Promise<Answer> {
    return this.client.call({ method: 'POST', path: this.podsPath, query, body: pod });
  }

  /** @throws Error if the pod is refused */
  async create(pod: V1Pod): Promise<V1Pod> {
    const { code, body } = await this.post(pod);
    if (code !== 201) throw new Error(`create refused: ${JSON.stringify(body)}`);
    return body as V1Pod;
  }

  delete(body: object = {}): Promise<Answer> {
    return this.client.call({ method: 'DELETE', path: this.podPath(), body });
  }

  get(): Promise<Answer> {
    return this.client.call({ path: this.podPath() });
  }

  /** Events of the pod of this session after the given state of it. */
  watch({ metadata }: V1Pod): AsyncGenerator<WatchEvent> {
    return this.client.watch(this.podsPath, {
      fieldSelector: `metadata.name=${this.name}`,
      resourceVersion: metadata?.resourceVersion,
    });
  }

  /** The first state after the given one that satisfies the predicate. */
  async until(from: V1Pod, wanted: (pod: V1Pod) => boolean): Promise<V1Pod> {
    if (wanted(from)) return from;
    for await (const { object } of this.watch(from)) {
      const pod = object as V1Pod;
      if (wanted(pod)) return pod;
    }
    throw new Error('the watch ended');
  }

  async createUntil(pod: V1Pod, wanted: (pod: V1Pod) => boolean): Promise<V1Pod> {
    return this.until(await this.create(pod), wanted);
  }

  /** Removes the pods of the case and closes its connections. */
  async end(): Promise<void> {
    this.#stop.abort();
    const body = { gracePeriodSeconds: 0 };
    const cleaner = new Client(this.#cluster, AbortSignal.timeout(cleanupMs));
    await cleaner.call({ method: 'DELETE', path: this.podPath(), body });
  }
}

function stateOf({ status }: V1Pod, name: string) {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.find((container) => container.name === name)?.state;
}

export function isRunning(pod: V1Pod): boolean {
  return stateOf(pod, 'main')?.running !== undefined;
}

/** True once the pod's phase is final. */
export function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export function isWaiting(reason: string): (pod: V1Pod) => boolean {
  return (pod) => stateOf(pod, 'main')?.waiting?.reason === reason;
}

export function isUnschedulable({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ reason }) => reason === 'Unschedulable') === true;
}
