import type { V1Pod, V1PodStatus } from '@kubernetes/client-node';
import type { PodRef } from '../../ports.ts';
import { excerpt } from '../../text/excerpt.ts';
import { field, text } from '../../text/json.ts';
import { NonKubernetesResponse } from './api-error.ts';

export function podPath({ namespace, name }: PodRef): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

/**
 * Takes a parsed response as a pod.
 * @throws NonKubernetesResponse if it is not one.
 */
export function toPod(value: unknown): V1Pod {
  const kind = text(field(value, 'kind'));
  if (kind !== 'Pod') {
    throw new NonKubernetesResponse(
      kind === undefined ? 'not a Pod' : `kind ${kind} instead of Pod`,
    );
  }
  return { ...(value as V1Pod), status: cutMessages(field(value, 'status')) as V1PodStatus };
}

/**
 * Shortens the messages of Kubernetes. The termination message of a container is data (the digest, for
 * example) and stays; the kubelet limits it to 4 KiB.
 */
function cutMessages(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cutMessages);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => {
      if (key === 'terminated') return [key, inner];
      const message = key === 'message' ? text(inner) : undefined;
      return [key, message === undefined ? cutMessages(inner) : excerpt(message)];
    }),
  );
}
