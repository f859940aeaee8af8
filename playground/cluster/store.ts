import { ApiFailure, podNotFound } from './failure.ts';
import { formatTime, type Pod } from './pod.ts';

export interface PodEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The pod at this version; not changed later. */
  readonly object: Pod;
  readonly version: number;
}

/** All pods, with the history that watches start from. */
export class PodStore {
  #version = 100;
  /** Watches that start before this version get the error that it is too old. */
  #oldest = 100;
  #history: PodEvent[] = [];
  readonly #pods = new Map<string, Pod>();
  readonly #listeners = new Set<(event: PodEvent) => void>();

  /** The `resourceVersion` of a list. */
  get version(): number {
    return this.#version;
  }

  get oldest(): number {
    return this.#oldest;
  }

  create(pod: Pod): Pod {
    const { name, namespace } = pod.metadata;
    if (this.find(namespace, name) !== undefined)
      throw new ApiFailure(409, `pods ${JSON.stringify(name)} already exists`, {
        reason: 'AlreadyExists',
        name,
        kind: 'pods',
      });
    return this.#record('ADDED', pod);
  }

  find(namespace: string, name: string): Pod | undefined {
    return this.#pods.get(`${namespace}/${name}`);
  }

  read(namespace: string, name: string): Pod {
    const pod = this.find(namespace, name);
    if (pod === undefined) throw podNotFound(name);
    return pod;
  }

  list(namespace: string): readonly Pod[] {
    return [...this.#pods.values()].filter((pod) => pod.metadata.namespace === namespace);
  }

  /** Changes a copy of the pod; undefined if it was deleted, or another pod has its name. */
  update(pod: Pod, change: (copy: Pod) => unknown): Pod | undefined {
    const { namespace, name, uid } = pod.metadata;
    const current = this.find(namespace, name);
    if (current?.metadata.uid !== uid) return undefined;
    const copy = structuredClone(current);
    change(copy);
    return this.#record('MODIFIED', copy);
  }

  remove(pod: Pod): void {
    const { namespace, name, uid } = pod.metadata;
    const current = this.find(namespace, name);
    if (current?.metadata.uid === uid) this.#record('DELETED', structuredClone(current));
  }

  /** Deletes the history, as etcd does every few minutes: older watches get 410. */
  compact(): void {
    this.#history = [];
    this.#version += 1;
    this.#oldest = this.#version;
  }

  /** Events after a version, in their order. */
  since(version: number): readonly PodEvent[] {
    return this.#history.filter((event) => event.version > version);
  }

  /** @returns a function that ends it. */
  subscribe(listener: (event: PodEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #record(type: PodEvent['type'], object: Pod): Pod {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    object.metadata.managedFields = [{ manager: 'playground', time: formatTime(Date.now()) }];
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if (type === 'DELETED') this.#pods.delete(key);
    else this.#pods.set(key, object);
    const event = { type, object, version: this.#version };
    this.#history.push(event);
    for (const listener of [...this.#listeners]) listener(event);
    return object;
  }
}
