import type { V1Pod } from '@kubernetes/client-node';
import type { PodRef } from '../ports.ts';
import { ApiError } from './api-error.ts';

export function podPath({ namespace, name }: PodRef): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

/** Checks what a parsed answer is before it is trusted to be a pod. */
export function toPod(value: unknown): V1Pod {
  if (field(value, 'kind') !== 'Pod') {
    throw new ApiError(
      502,
      '',
      `the server answered with ${text(field(value, 'kind')) ?? 'something else'} instead of a pod`,
    );
  }
  return value as V1Pod;
}

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
