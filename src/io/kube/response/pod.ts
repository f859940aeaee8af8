import type {
  V1Container,
  V1ContainerState,
  V1ContainerStateTerminated,
  V1ContainerStatus,
  V1ManagedFieldsEntry,
  V1ObjectMeta,
  V1Pod,
  V1PodCondition,
  V1PodSpec,
  V1PodStatus,
} from '@kubernetes/client-node';
import { isFields, text, type Fields } from '../../../text/json.ts';
import { oneLine } from '../../../text/one-line.ts';
import { NonKubernetesResponse } from '../api-error.ts';
import * as read from './fields.ts';

/** The kubelet limits the termination message of a container to 4 KiB. */
const longestTermination = 4_096;

/** The pod that a response must be about. */
export interface ExpectedPod {
  readonly name?: string | undefined;
  /** A pod with this name and another UID is another pod. */
  readonly uid?: string | undefined;
}

/**
 * Reads a parsed response as a pod: the fields that the code uses, and no others. Values of a wrong type are dropped, texts and
 * lists are cut, so everything after this can rely on the types.
 * @throws NonKubernetesResponse if it is not a pod, or another one.
 */
export function toPod(value: unknown, expected: ExpectedPod = {}): V1Pod {
  if (!isFields(value) || value['kind'] !== 'Pod') {
    const kind = isFields(value) ? text(value['kind']) : undefined;
    throw new NonKubernetesResponse(
      kind === undefined ? 'not a Pod' : `kind ${oneLine(kind, 40)} instead of Pod`,
    );
  }
  const pod = readPod(value);
  if (expected.name !== undefined && pod.metadata?.name !== expected.name)
    throw new NonKubernetesResponse(
      `pod ${JSON.stringify(pod.metadata?.name ?? '')} instead of ${JSON.stringify(expected.name)}`,
    );
  return pod;
}

/** True if the pod is known to be another one with the same name. */
export function isReplaced({ metadata }: V1Pod, { uid }: ExpectedPod): boolean {
  return uid !== undefined && metadata?.uid !== undefined && metadata.uid !== uid;
}

/** The pods of a list that have a name, a UID and a version. @throws NonKubernetesResponse if it is not a list of pods. */
export function toPods(value: unknown): readonly V1Pod[] {
  const { kind, items } = isFields(value) ? value : {};
  if (kind !== 'PodList') throw new NonKubernetesResponse('not a PodList');
  // The items of a list have no `kind`.
  return (read.list(items, (item) => readPod({ ...item, kind: 'Pod' })) ?? []).filter(
    ({ metadata }) =>
      metadata?.name !== undefined &&
      metadata.uid !== undefined &&
      metadata.resourceVersion !== undefined,
  );
}

function readPod(pod: Fields): V1Pod {
  return read.present<V1Pod>({
    apiVersion: read.id(pod['apiVersion']),
    kind: read.id(pod['kind']),
    metadata: read.object(pod['metadata'], readMetadata),
    spec: read.object(pod['spec'], readSpec),
    status: read.object(pod['status'], readStatus),
  });
}

function readMetadata(meta: Fields): V1ObjectMeta {
  return read.present<V1ObjectMeta>({
    name: read.name(meta['name']),
    namespace: read.name(meta['namespace']),
    uid: read.id(meta['uid']),
    resourceVersion: read.id(meta['resourceVersion']),
    labels: read.texts(meta['labels']),
    annotations: read.texts(meta['annotations']),
    creationTimestamp: read.time(meta['creationTimestamp']),
    deletionTimestamp: read.time(meta['deletionTimestamp']),
    deletionGracePeriodSeconds: read.integer(meta['deletionGracePeriodSeconds']),
    // Only the times of the updates.
    managedFields: read.list(meta['managedFields'], (update) =>
      read.present<V1ManagedFieldsEntry>({ time: read.time(update['time']) }),
    ),
  });
}

function readSpec(spec: Fields): V1PodSpec {
  return {
    ...read.present<Omit<V1PodSpec, 'containers'>>({
      nodeName: read.name(spec['nodeName']),
      activeDeadlineSeconds: read.integer(spec['activeDeadlineSeconds']),
      hostUsers: read.flag(spec['hostUsers']),
    }),
    containers: read.list(spec['containers'], readContainer) ?? [],
  };
}

function readContainer(container: Fields): V1Container | undefined {
  const name = read.name(container['name']);
  if (name === undefined) return undefined;
  const resources = read.object(container['resources'], ({ limits, requests }) =>
    read.present({ limits: read.texts(limits), requests: read.texts(requests) }),
  );
  return { name, ...(resources !== undefined && { resources }) };
}

function readStatus(status: Fields): V1PodStatus {
  return read.present<V1PodStatus>({
    phase: read.id(status['phase']),
    reason: read.message(status['reason']),
    message: read.message(status['message']),
    startTime: read.time(status['startTime']),
    conditions: read.list(status['conditions'], readCondition),
    containerStatuses: read.list(status['containerStatuses'], readContainerStatus),
    initContainerStatuses: read.list(status['initContainerStatuses'], readContainerStatus),
  });
}

function readCondition(condition: Fields): V1PodCondition | undefined {
  const [type, status] = [read.id(condition['type']), read.id(condition['status'])];
  if (type === undefined || status === undefined) return undefined;
  return {
    ...read.present<Omit<V1PodCondition, 'type' | 'status'>>({
      reason: read.message(condition['reason']),
      message: read.message(condition['message']),
      lastTransitionTime: read.time(condition['lastTransitionTime']),
    }),
    type,
    status,
  };
}

function readContainerStatus(status: Fields): V1ContainerStatus | undefined {
  const name = read.name(status['name']);
  if (name === undefined) return undefined;
  const [state, lastState] = [status['state'], status['lastState']].map((value) =>
    read.object(value, readContainerState),
  );
  return {
    name,
    image: read.message(status['image']) ?? '',
    imageID: read.message(status['imageID']) ?? '',
    ready: read.flag(status['ready']) ?? false,
    restartCount: read.integer(status['restartCount']) ?? 0,
    ...(state !== undefined && { state }),
    ...(lastState !== undefined && { lastState }),
  };
}

function readContainerState(state: Fields): V1ContainerState {
  return read.present<V1ContainerState>({
    waiting: read.object(state['waiting'], (waiting) =>
      read.present({
        reason: read.message(waiting['reason']),
        message: read.message(waiting['message']),
      }),
    ),
    running: read.object(state['running'], (running) =>
      read.present({ startedAt: read.time(running['startedAt']) }),
    ),
    terminated: read.object(state['terminated'], readTerminated),
  });
}

/** The kubelet reports an end whose exit code it does not know as ContainerStatusUnknown, with exit code 137. So does this. */
function readTerminated(end: Fields): V1ContainerStateTerminated {
  const exitCode = read.integer(end['exitCode']);
  const known = exitCode !== undefined;
  return {
    ...read.present<Omit<V1ContainerStateTerminated, 'exitCode'>>({
      reason: known ? read.message(end['reason']) : 'ContainerStatusUnknown',
      message: known ? termination(end['message']) : 'its exit code is not a number',
      startedAt: read.time(end['startedAt']),
      finishedAt: read.time(end['finishedAt']),
    }),
    exitCode: exitCode ?? 137,
  };
}

/** The termination message is data, for example the digest: its lines stay. */
function termination(value: unknown): string | undefined {
  return text(value)?.slice(0, longestTermination);
}
