// Records pod states of a real cluster as fixtures for the unit tests: node e2e/record-pods.ts
// Needs kubectl, KUBECONFIG with rights in the namespace KBP_RECORD_NAMESPACE (default "default"), and KBP_BASE_IMAGE (busybox).
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { V1Pod, V1PodSpec } from '@kubernetes/client-node';

const run = promisify(execFile);
const namespace = process.env['KBP_RECORD_NAMESPACE'] ?? 'default';
const image = process.env['KBP_BASE_IMAGE'] ?? 'busybox';
const target = new URL('../__tests__/fixtures/pods/', import.meta.url);

/** One fixture: how to get there, and how to know that the state is reached. */
interface Recording {
  readonly spec?: Partial<V1PodSpec>;
  readonly container?: Record<string, unknown>;
  readonly when: (pod: V1Pod) => boolean;
  /** Done once the container runs. */
  readonly then?: (name: string) => Promise<unknown>;
}

const builder = (pod: V1Pod) =>
  pod.status?.containerStatuses?.find(({ name }) => name === 'builder')?.state;
const waiting = (reason: string) => (pod: V1Pod) => builder(pod)?.waiting?.reason === reason;
const terminated = (pod: V1Pod) => builder(pod)?.terminated !== undefined;
const script = (text: string) => ({ command: ['sh', '-c', text] });

const recordings: Readonly<Record<string, Recording>> = {
  running: { container: script('sleep 60'), when: (pod) => builder(pod)?.running !== undefined },
  completed: { container: script('echo done >/dev/termination-log'), when: terminated },
  'exit-7': { container: script('echo last words; exit 7'), when: terminated },
  'oom-killed': {
    container: {
      ...script('x=a; while true; do x=$x$x$x$x; done'),
      resources: { limits: { memory: '16Mi' } },
    },
    when: terminated,
  },
  'start-error': { container: { command: ['/no/such/command'] }, when: terminated },
  'err-image-pull': { container: { image: `${image}-missing` }, when: waiting('ErrImagePull') },
  'image-pull-back-off': {
    container: { image: `${image}-missing` },
    when: waiting('ImagePullBackOff'),
  },
  'invalid-image-name': { container: { image: 'UPPER/CASE:1' }, when: waiting('InvalidImageName') },
  'image-never-pull': {
    container: { image: `${image}-missing`, imagePullPolicy: 'Never' },
    when: waiting('ErrImageNeverPull'),
  },
  'config-error': {
    container: {
      env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'missing', key: 'x' } } }],
    },
    when: waiting('CreateContainerConfigError'),
  },
  'container-creating': {
    spec: { volumes: [{ name: 'login', secret: { secretName: 'missing' } }] },
    container: { volumeMounts: [{ name: 'login', mountPath: '/login' }] },
    when: waiting('ContainerCreating'),
  },
  unschedulable: {
    container: { resources: { requests: { cpu: '1000' } } },
    when: (pod) =>
      pod.status?.conditions?.some(({ reason }) => reason === 'Unschedulable') ?? false,
  },
  'deadline-exceeded': {
    spec: { activeDeadlineSeconds: 2 },
    container: script('sleep 60'),
    when: (pod) => pod.status?.reason === 'DeadlineExceeded' && terminated(pod),
  },
  evicted: {
    container: {
      ...script('head -c 30000000 /dev/zero >/x; sleep 120'),
      resources: { limits: { 'ephemeral-storage': '1Mi' } },
    },
    when: (pod) => pod.status?.reason === 'Evicted',
  },
  deleted: {
    spec: { terminationGracePeriodSeconds: 5 },
    container: script('trap "" TERM; sleep 60; sleep 60'),
    when: (pod) =>
      pod.metadata?.deletionTimestamp !== undefined && builder(pod)?.running !== undefined,
    then: (name) => kubectl('delete', 'pod', name, '--wait=false'),
  },
  'init-failed': {
    spec: { initContainers: [{ name: 'first', image, command: ['sh', '-c', 'exit 3'] }] },
    when: (pod) => pod.status?.phase === 'Failed',
  },
};

async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run('kubectl', ['--namespace', namespace, ...args]);
  return stdout;
}

async function read(name: string): Promise<V1Pod> {
  return JSON.parse(await kubectl('get', 'pod', name, '-o', 'json')) as V1Pod;
}

async function record(name: string, { spec, container, when, then }: Recording): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `record-${name}` },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      ...spec,
      containers: [{ name: 'builder', image, stdin: true, stdinOnce: true, ...container }],
    },
  };
  const child = run('kubectl', ['--namespace', namespace, 'create', '-f', '-']);
  child.child.stdin?.end(JSON.stringify(pod));
  await child;
  let acted = then === undefined;
  try {
    for (let tries = 0; tries < 600; tries++) {
      const found = await read(pod.metadata.name);
      if (when(found)) {
        delete found.metadata?.managedFields;
        writeFileSync(new URL(`${name}.json`, target), `${JSON.stringify(found, null, 2)}\n`);
        console.log(`recorded ${name}`);
        return;
      }
      if (!acted && builder(found)?.running !== undefined) {
        acted = true;
        await then?.(pod.metadata.name);
      }
      await sleep(200);
    }
    throw new Error(`${name}: the state was not reached`);
  } finally {
    await kubectl(
      'delete',
      'pod',
      pod.metadata.name,
      '--ignore-not-found',
      '--force',
      '--grace-period=0',
    );
  }
}

const wanted = process.argv.slice(2);
for (const [name, recording] of Object.entries(recordings)) {
  if (wanted.length === 0 || wanted.includes(name)) await record(name, recording);
}
