// Disruptions of pods, nodes and containers that the action does not cause.
import { readdirSync, readFileSync } from 'node:fs';
import type { V1Pod } from '@kubernetes/client-node';
import { kubectl, runProgram } from './kubectl.ts';
import { until } from './poll.ts';

const taint = 'example.com/broken';
const deletedMs = 10_000;

/** As `kubectl drain` does it. */
export function evict(pod: V1Pod): Promise<string> {
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
  };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  return kubectl(['create', '--raw', path, '--filename', '-'], { input: JSON.stringify(eviction) });
}

/** Adds a NoExecute taint to the node of the pod, or removes it from all nodes. */
export function withTaint(pod: V1Pod | undefined, verb: 'add' | 'remove'): Promise<string> {
  return verb === 'add'
    ? kubectl(['taint', 'node', pod?.spec?.nodeName ?? '', `${taint}=true:NoExecute`])
    : kubectl(['taint', 'node', '--all', `${taint}-`]);
}

/** Removes the container of the builder without the kubelet. @param containerd address of its socket. */
export async function loseContainer(pod: V1Pod, containerd: string): Promise<void> {
  const id = containerId(pod);
  const ctr = (...args: readonly string[]): Promise<string> =>
    runProgram('ctr', ['--address', containerd, '--namespace', 'k8s.io', ...args]);
  await ctr('tasks', 'kill', '--signal', 'SIGKILL', id);
  // The runtime itself deletes the task of a container that has ended.
  await until('the container is deleted', deletedMs, async () => {
    await ctr('containers', 'delete', id);
    return true;
  });
}

/** Kills the builder and the process that holds its exit code. */
export function loseShim(pod: V1Pod): Promise<void> {
  const id = containerId(pod);
  for (const pid of processesOf(id)) {
    const parent = parentOf(pid);
    if (parent > 1 && commandOf(parent).includes('containerd-shim'))
      process.kill(parent, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
  }
  return Promise.resolve();
}

function containerId(pod: V1Pod): string {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === 'builder');
  const id = /^containerd:\/\/(\w+)$/.exec(status?.containerID ?? '')?.[1];
  if (id === undefined) throw new Error('the builder has no containerd container');
  return id;
}

/** Processes in the container's control group. */
function processesOf(id: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => textOf(`/proc/${pid}/cgroup`).includes(id));
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);
}

function commandOf(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

/** Empty if the file no longer exists. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
