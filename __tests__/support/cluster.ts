import type { V1Pod } from '@kubernetes/client-node';
import type { BuildError } from '../../src/errors.ts';
import type {
  AttachSocket,
  Cluster,
  LogOptions,
  Permission,
  PodEvent,
  PodRef,
} from '../../src/ports.ts';

type Methods = Omit<Cluster, 'namespace' | 'failing'>;

/** A cluster with the methods that a test defines. All others throw, so that a test fails on an unexpected call. */
export class ClusterDouble implements Cluster {
  readonly namespace = 'builds';
  failing: BuildError | undefined;
  /** Every call in its order, for example `create kbp-x`, `delete kbp-x 1`. */
  readonly calls: string[] = [];
  answers: Partial<Methods>;

  constructor(answers: Partial<Methods> = {}) {
    this.answers = answers;
  }

  serverMinor(signal: AbortSignal): Promise<number | undefined> {
    return this.#answer('serverMinor', 'version')(signal);
  }

  /** An empty list unless the test defines it: each permission is then reviewed. */
  listPermissions(signal: AbortSignal): Promise<readonly Permission[]> {
    return this.answers.listPermissions?.(signal) ?? Promise.resolve([]);
  }

  can(access: Permission, signal: AbortSignal): Promise<'yes' | 'no' | 'unknown'> {
    return this.#answer('can', `can ${access.verb} ${access.resource}`)(access, signal);
  }

  createPod(pod: V1Pod, signal: AbortSignal): Promise<V1Pod> {
    return this.#answer('createPod', `create ${pod.metadata?.name ?? ''}`)(pod, signal);
  }

  dryRunPod(pod: V1Pod, signal: AbortSignal): Promise<void> {
    return this.#answer('dryRunPod', `dry run ${pod.metadata?.name ?? ''}`)(pod, signal);
  }

  userName(signal: AbortSignal): Promise<string | undefined> {
    return this.#answer('userName', 'user')(signal);
  }

  readPod(ref: PodRef, signal: AbortSignal): Promise<V1Pod | undefined> {
    return this.#answer('readPod', `read ${ref.name}`)(ref, signal);
  }

  podStates(
    pod: V1Pod,
    signal: AbortSignal,
    onProblem: (problem: BuildError | undefined) => void,
  ): AsyncIterable<V1Pod | undefined> {
    return this.#answer('podStates', `watch ${pod.metadata?.name ?? ''}`)(pod, signal, onProblem);
  }

  podEvents(ref: PodRef, signal: AbortSignal): Promise<readonly PodEvent[]> {
    return this.#answer('podEvents', `events ${ref.name}`)(ref, signal);
  }

  log(
    ref: PodRef,
    container: string,
    options: LogOptions,
    signal: AbortSignal,
  ): AsyncIterable<Buffer> {
    const call = `log ${ref.name} follow=${String(options.follow)} since=${options.sinceTime ?? ''}`;
    return this.#answer('log', call)(ref, container, options, signal);
  }

  attach(
    ref: PodRef,
    container: string,
    streams: { readonly stderr: boolean },
    signal: AbortSignal,
  ): Promise<AttachSocket> {
    return this.#answer('attach', `attach ${ref.name}`)(ref, container, streams, signal);
  }

  /** Empty unless the test defines it: most tests have no pods of earlier runs. */
  listPods(selector: string, signal: AbortSignal): ReturnType<Cluster['listPods']> {
    this.calls.push('list');
    return this.answers.listPods?.(selector, signal) ?? Promise.resolve([]);
  }

  serverTime(signal: AbortSignal): Promise<number | undefined> {
    return this.#answer('serverTime', 'time')(signal);
  }

  deleteUnchanged(pod: V1Pod, signal: AbortSignal): Promise<boolean> {
    return this.#answer('deleteUnchanged', `delete unchanged ${pod.metadata?.name ?? ''}`)(
      pod,
      signal,
    );
  }

  deletePod(ref: PodRef, gracePeriodSeconds: number, signal: AbortSignal): Promise<boolean> {
    const call = `delete ${ref.name} ${String(gracePeriodSeconds)}`;
    return this.#answer('deletePod', call)(ref, gracePeriodSeconds, signal);
  }

  #answer<K extends keyof Methods>(method: K, call: string): Cluster[K] {
    this.calls.push(call);
    const answer = this.answers[method];
    if (answer === undefined) throw new Error(`the test gave no answer for ${method}`);
    return answer as Cluster[K];
  }
}
