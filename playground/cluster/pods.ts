import { admitPod } from './admission.ts';
import { ApiFailure } from './failure.ts';
import type { Kubelet } from './kubelet.ts';
import { formatTime, type Pod } from './pod.ts';
import { isElsewhere } from './schedule.ts';
import type { PodStore } from './store.ts';

export interface DeleteOptions {
  readonly graceSeconds: number | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly dryRun: boolean;
}

export interface CreateOptions {
  readonly namespace: string;
  readonly strict: boolean;
  readonly dryRun: boolean;
  readonly warn: (message: string) => void;
}

/** The operations of the API on pods. */
export class Pods {
  readonly #store: PodStore;
  readonly #kubelet: Kubelet;
  readonly #namespaces: readonly string[];
  readonly #serviceAccounts: readonly string[];

  constructor(
    store: PodStore,
    kubelet: Kubelet,
    existing: {
      readonly namespaces: readonly string[];
      readonly serviceAccounts: readonly string[];
    },
  ) {
    this.#store = store;
    this.#kubelet = kubelet;
    this.#namespaces = existing.namespaces;
    this.#serviceAccounts = existing.serviceAccounts;
  }

  create(body: unknown, { namespace, strict, dryRun, warn }: CreateOptions): Pod {
    const serviceAccounts = this.#serviceAccounts;
    const pod = admitPod({ body, namespace, strict, warn, serviceAccounts });
    if (!this.#namespaces.includes(namespace))
      throw new ApiFailure(404, `namespaces "${namespace}" not found`, {
        name: namespace,
        kind: 'namespaces',
      });
    if (dryRun) return pod;
    const created = this.#store.create(pod);
    this.#kubelet.start(created);
    return created;
  }

  delete(namespace: string, name: string, options: DeleteOptions): Pod {
    const pod = this.#store.read(namespace, name);
    checkPreconditions(pod, options);
    const graceSeconds = graceOf(pod, options);
    if (options.dryRun) return markDeleted(structuredClone(pod), graceSeconds);
    const left = pod.metadata.deletionGracePeriodSeconds;
    if (left !== undefined && left <= graceSeconds) return pod;
    // A pod that is deleted at once is also marked first: watches get both events.
    const marked = this.#store.update(pod, (copy) => markDeleted(copy, graceSeconds)) ?? pod;
    if (graceSeconds === 0) this.#store.remove(marked);
    void this.#end(marked, graceSeconds);
    return marked;
  }

  async #end(pod: Pod, graceSeconds: number): Promise<void> {
    await this.#kubelet.remove(pod, graceSeconds);
    // Without a kubelet the end of a pod is not confirmed: it stays until it is deleted without grace.
    if (!isElsewhere(pod)) this.#store.remove(pod);
  }
}

function markDeleted(pod: Pod, graceSeconds: number): Pod {
  const { metadata } = pod;
  metadata.deletionTimestamp = formatTime(Date.now() + graceSeconds * 1_000);
  metadata.deletionGracePeriodSeconds = graceSeconds;
  metadata.generation += 1;
  return pod;
}

/** A pod without a node, or one that has ended, needs no grace. */
function graceOf({ spec, status }: Pod, { graceSeconds }: DeleteOptions): number {
  if (spec.nodeName === undefined || ['Succeeded', 'Failed'].includes(status.phase)) return 0;
  return graceSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

function checkPreconditions({ metadata }: Pod, { uid, resourceVersion }: DeleteOptions): void {
  const { name } = metadata;
  const failed = (what: string, wanted: string, found: string, ending: string): ApiFailure =>
    new ApiFailure(
      409,
      `Operation cannot be fulfilled on Pod "${name}": the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). The object might have been ${ending}`,
      { name, kind: 'Pod' },
    );
  if (uid !== undefined && uid !== metadata.uid)
    throw failed('UID', uid, metadata.uid, 'deleted and then recreated');
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw failed('ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified');
}
