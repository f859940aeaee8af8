import type { AttachStreams } from './attach.ts';
import { ApiFailure, PlainFailure } from './failure.ts';
import type { Pod } from './pod.ts';
import type { ContainerProcess } from './process.ts';

/** The container of a log or attach request. @throws ApiFailure 400 with the message of the server */
export function containerOf(pod: Pod, query: URLSearchParams): string {
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

/** The text of the kubelet in place of some reasons. */
const waitingWords: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

export function stillWaiting(pod: Pod, container: string): ApiFailure {
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

/** The refusals of the kubelet, with its messages. */
export function attachFailure(
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
  // Until the kubelet has recorded the end, the response is that of the runtime.
  if (process.log.ended)
    return new PlainFailure(
      500,
      'error attaching to container: rpc error: code = FailedPrecondition desc = container is in CONTAINER_EXITED state',
    );
  return undefined;
}
