import type { PodRef } from '../../ports.ts';

export function podsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

export function podPath({ namespace, name }: PodRef): string {
  return `${podsPath(namespace)}/${name}`;
}
