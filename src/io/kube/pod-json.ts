import type { V1Pod, V1PodStatus } from '@kubernetes/client-node';
import type { PodRef } from '../../ports.ts';
import { excerpt } from '../../text/excerpt.ts';
import { field, text } from '../../text/json.ts';
import { NonKubernetesResponse } from './api-error.ts';

export function podPath({ namespace, name }: PodRef): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

/** Checks what a parsed answer is before it is trusted to be a pod. */
export function toPod(value: unknown): V1Pod {
  if (field(value, 'kind') !== 'Pod') {
    throw new NonKubernetesResponse(
      `${text(field(value, 'kind')) ?? 'something else'} instead of a pod`,
    );
  }
  return { ...(value as V1Pod), status: cutMessages(field(value, 'status')) as V1PodStatus };
}

/** With the cluster's words cut. What a container has left behind as its message is data, and a kubelet's 4 KiB at most. */
function cutMessages(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cutMessages);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => {
      if (key === 'terminated') return [key, inner];
      const words = key === 'message' ? text(inner) : undefined;
      return [key, words === undefined ? cutMessages(inner) : excerpt(words)];
    }),
  );
}
