import { cpus, totalmem } from 'node:os';
import type { Pod } from './pod.ts';

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

/** The one node: this machine. */
export const node = {
  name: 'playground',
  ip: '127.0.0.1',
  labels: {
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': 'playground',
  } as Readonly<Record<string, string>>,
} as const;

/** True for a pod that names a node which the cluster does not have: scheduler and kubelets ignore it. */
export function isElsewhere({ spec: { nodeName } }: Pod): boolean {
  return nodeName !== undefined && nodeName !== node.name;
}

const suffixes: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The message of the scheduler for a pod that does not fit on the node; undefined if it fits. */
export function refusalOf(pod: Pod, neverSchedule: boolean): string | undefined {
  const why = mismatch(pod, neverSchedule);
  return why === undefined
    ? undefined
    : `0/1 nodes are available: 1 ${why}. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`;
}

function mismatch(pod: Pod, neverSchedule: boolean): string | undefined {
  if (neverSchedule) return 'node(s) were unschedulable';
  const wanted = Object.entries(pod.spec.nodeSelector ?? {});
  if (wanted.some(([key, value]) => node.labels[key] !== value))
    return "node(s) didn't match Pod's node affinity/selector";
  if (requested(pod, 'cpu') > Math.max(8, cpus().length)) return 'Insufficient cpu';
  if (requested(pod, 'memory') > Math.max(16 * 2 ** 30, totalmem())) return 'Insufficient memory';
  return undefined;
}

function requested(pod: Pod, resource: string): number {
  const amounts = pod.spec.containers.map(
    ({ resources }) => resources?.requests?.[resource] ?? resources?.limits?.[resource] ?? '0',
  );
  return amounts.map(parseQuantity).reduce((sum, amount) => sum + amount, 0);
}

/** A Kubernetes quantity as a number; NaN if it is invalid. */
export function parseQuantity(text: string): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(m|[kMGTPE]|[KMGTPE]i)?$/.exec(text);
  return match === null ? NaN : Number(match[1]) * (suffixes[match[2] ?? ''] ?? 1);
}
