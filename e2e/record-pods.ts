// Records pod states of a real cluster as fixtures for the unit tests:
//
//   npx node e2e/record-pods.ts [NAME…]
//
// Needs kubectl, KUBECONFIG of an administrator, KBP_BASE_IMAGE (busybox), and a node named "lab". Some states need
// KBP_LAB, KBP_TLS_REGISTRY, or KBP_CONTAINERD (address of the node's containerd); without them these states are skipped.
// The pods are created in the namespace KBP_RECORD_NAMESPACE, by default "default".
import { writeFileSync } from 'node:fs';
import type { V1Pod } from '@kubernetes/client-node';
import { getObject, kubectl } from './kubectl.ts';
import { until } from './poll.ts';
import { allRecordings, recordingMs, type Recording } from './recordings.ts';

const namespace = process.env['KBP_RECORD_NAMESPACE'] ?? 'default';
const inNamespace = ['--namespace', namespace];
const image = process.env['KBP_BASE_IMAGE'] ?? 'busybox';
const target = new URL('../__tests__/fixtures/pods/', import.meta.url);
const finalizer = 'example.com/recorded';

interface RecordedEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

function write(file: string, value: unknown): void {
  // The usual directory of the kubelet.
  const text = JSON.stringify(value, null, 2).replaceAll(
    /\/[\w./-]+\/kubelet\//g,
    '/var/lib/kubelet/',
  );
  writeFileSync(new URL(file, target), `${text}\n`);
  console.log(`recorded ${file}`);
}

/** Only the fields of events that the action reads. */
async function readEvents(pod: string): Promise<readonly RecordedEvent[]> {
  const selector = ['--field-selector', `involvedObject.name=${pod}`];
  const events = await getObject<{ items: readonly RecordedEvent[] }>([
    'events',
    ...inNamespace,
    ...selector,
  ]);
  return (events?.items ?? []).map(({ type, reason, message }) => ({ type, reason, message }));
}

async function removePod(name: string): Promise<void> {
  if ((await getObject(['pod', name, ...inNamespace])) === undefined) return;
  await kubectl(['patch', 'pod', name, ...inNamespace, '--type=merge', `--patch=${noFinalizers}`]);
  await kubectl([
    ...['delete', 'pod', name, ...inNamespace],
    ...['--ignore-not-found', '--force', '--grace-period=0'],
  ]);
}

const noFinalizers = JSON.stringify({ metadata: { finalizers: null } });

async function record(name: string, recording: Recording): Promise<void> {
  const { spec, container, when, event, before, then } = recording;
  const podName = `record-${name}`;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    // The finalizer keeps a pod readable that the cluster deletes at once.
    metadata: { name: podName, finalizers: [finalizer] },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      ...spec,
      containers: [{ name: 'builder', image, stdin: true, stdinOnce: true, ...container }],
    },
  };
  const read = (): Promise<V1Pod | undefined> => getObject<V1Pod>(['pod', podName, ...inNamespace]);
  const running = async (): Promise<V1Pod | undefined> => {
    const found = await read();
    const isRunning = found?.status?.containerStatuses?.[0]?.state?.running !== undefined;
    return isRunning ? found : undefined;
  };
  try {
    await before?.();
    await kubectl(['create', ...inNamespace, '--filename', '-'], { input: JSON.stringify(pod) });
    if (then !== undefined) await then(await until('the container runs', recordingMs, running));
    await until(name, recordingMs, async () => {
      const found = await read();
      if (found === undefined || !when(found)) return undefined;
      const events = event === undefined ? [] : await readEvents(podName);
      if (event !== undefined && !events.some(({ reason }) => reason === event)) return undefined;
      delete found.metadata?.finalizers;
      write(`${name}.json`, found);
      if (event !== undefined) write(`${name}.events.json`, events);
      return true;
    });
  } finally {
    await recording.finally?.();
    await removePod(podName);
  }
}

const recordings = allRecordings({
  namespace,
  image,
  closedRegistry: process.env['KBP_TLS_REGISTRY'],
  lab: process.env['KBP_LAB'],
  containerd: process.env['KBP_CONTAINERD'],
});
const wanted = process.argv.slice(2);
for (const [name, recording] of Object.entries(recordings)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (recording.missing === undefined) await record(name, recording);
  else console.log(`skipped: ${name}: ${recording.missing}`);
}
