import { existsSync, readFileSync } from 'node:fs';
import type { V1Pod } from '@kubernetes/client-node';
import type { PodEvent } from '../../src/ports.ts';

/** A pod as a real cluster showed it, recorded by e2e/record-pods.ts. */
export function recordedPod(name: string): V1Pod {
  return JSON.parse(readFileSync(fixture(`${name}.json`), 'utf8')) as V1Pod;
}

/** The same pod after the kubelet has reported its end: the phase follows the ends of its containers. */
export function overPod(pod: V1Pod): V1Pod {
  const states = pod.status?.containerStatuses?.map(({ state }) => state?.terminated?.exitCode);
  const phase = states?.every((exitCode) => exitCode === 0) === true ? 'Succeeded' : 'Failed';
  return { ...pod, status: { ...pod.status, phase } };
}

/** The recorded events of the pod; empty if none were recorded. */
export function recordedEvents(name: string): readonly PodEvent[] {
  const file = fixture(`${name}.events.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PodEvent[]) : [];
}

function fixture(file: string): URL {
  return new URL(`../fixtures/pods/${file}`, import.meta.url);
}
