import { readFileSync } from 'node:fs';
import type { V1Pod } from '@kubernetes/client-node';

/** A pod as a real cluster showed it, recorded by e2e/record-pods.ts. */
export function recordedPod(name: string): V1Pod {
  const file = new URL(`../fixtures/pods/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as V1Pod;
}
