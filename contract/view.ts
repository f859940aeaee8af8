import type { V1Pod } from '@kubernetes/client-node';
import type { Answer } from './client.ts';

/** A response whose body is compared as a whole: a Status or a text. */
export function answerView({ code, type, warning, body }: Answer): Record<string, unknown> {
  return { code, type, ...(warning !== undefined && { warning }), body };
}

export const parserReason = 'the words for broken JSON are those of Go and of Node';

/** A Status about broken JSON, with the text of the parser as a separate result. */
export function parserView({ code, type, body }: Answer): Record<string, unknown> {
  const { message, ...status } = body as { message: string };
  const [, beginning, parser, ending] =
    /^(.*json parse error: )(.*?)( \([0-9a-f]+\))?$/.exec(message) ?? [];
  return { code, type, status, beginning, parser, ending };
}

/** A response with a pod, or the refusal. */
export function podAnswerView(answer: Answer): Record<string, unknown> {
  if (answer.code >= 300) return answerView(answer);
  return { ...answerView(answer), body: podView(answer.body as V1Pod) };
}

/** The fields of metadata, spec and status that the action uses; without those that depend on plugins of the cluster. */
export function podView({ apiVersion, kind, metadata, spec, status }: V1Pod): object {
  const { name, namespace, labels, generation, deletionGracePeriodSeconds } = metadata ?? {};
  const { containers = [], nodeName, restartPolicy, terminationGracePeriodSeconds } = spec ?? {};
  const { dnsPolicy, schedulerName, serviceAccountName, enableServiceLinks } = spec ?? {};
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace: namespace === undefined ? undefined : '<namespace>',
      labels,
      generation,
      deletionGracePeriodSeconds,
      isDeleting: metadata?.deletionTimestamp !== undefined,
      hasUid: metadata?.uid !== undefined,
      hasVersion: /^\d+$/.test(metadata?.resourceVersion ?? ''),
    },
    spec: {
      hasNode: nodeName !== undefined,
      ...{ restartPolicy, terminationGracePeriodSeconds, dnsPolicy, schedulerName },
      ...{ serviceAccountName, enableServiceLinks },
      // The token that clusters mount into every container.
      containers: containers.map((container) => without(container, 'volumeMounts')),
    },
    phase: status?.phase,
    qosClass: status?.qosClass,
  };
}

/** A pod's status without times, ids and addresses. */
export function statusView({ status }: V1Pod): object {
  const { phase, reason, message, conditions, containerStatuses, initContainerStatuses } =
    status ?? {};
  const containerView = (container: NonNullable<typeof containerStatuses>[number]): object => ({
    name: container.name,
    ready: container.ready,
    started: container.started,
    restartCount: container.restartCount,
    hasContainerId: container.containerID !== undefined,
    state: stateView(container.state),
  });
  return {
    phase,
    reason,
    message,
    conditions: conditions
      ?.map(({ type, status: is, reason: why, message: text }) =>
        [type, is, why, text].filter((part) => part !== undefined).join(' '),
      )
      .toSorted(),
    containers: containerStatuses?.map(containerView),
    initContainers: initContainerStatuses?.map(containerView),
  };
}

function stateView(state: object | undefined): object {
  return Object.fromEntries(
    Object.entries(state ?? {}).map(([kind, content]) => {
      return [kind, without(content as object, 'containerID')];
    }),
  );
}

/** `ADDED Pending`, `MODIFIED Running running`, `DELETED Succeeded terminated 0` */
export function eventView(type: string, { metadata, spec, status }: V1Pod): string {
  const [state] = Object.entries(status?.containerStatuses?.[0]?.state ?? {});
  const { reason, exitCode } = (state?.[1] ?? {}) as { reason?: string; exitCode?: number };
  return [
    type,
    status?.phase,
    spec?.nodeName === undefined ? 'no node' : undefined,
    state?.[0],
    exitCode,
    reason,
    metadata?.deletionTimestamp === undefined ? undefined : 'deleting',
  ]
    .filter((word) => word !== undefined)
    .join(' ');
}

/** Removes repetitions: the number of status updates that do not change the view varies. */
export function withoutRepeats(lines: readonly string[]): string[] {
  return lines.filter((line, index) => line !== lines[index - 1]);
}

function without(fields: object, key: string): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
}
