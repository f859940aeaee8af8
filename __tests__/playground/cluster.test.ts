import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import {
  startCluster,
  type ClusterOptions,
  type PlaygroundCluster,
} from '../../playground/cluster.ts';
import type { KubeconfigOptions } from '../../playground/cluster/credentials.ts';
import { closeStdinFrame, readStatusFrame, stdinFrame } from '../../src/attach/channel.ts';
import { systemClock } from '../../src/io/clock.ts';
import { KubeCluster } from '../../src/io/kube/cluster.ts';
import { linesOf } from '../../src/io/kube/response/lines.ts';
import { RestClient } from '../../src/io/kube/rest.ts';
import { connect, type Connection } from '../../src/io/kube/connection.ts';
import { parseKubeconfig } from '../../src/kubeconfig/document.ts';
import type { AttachSocket, PodRef } from '../../src/ports.ts';
import { recordedPod } from '../support/pods.ts';

const playgrounds: PlaygroundCluster[] = [];
const stops: AbortController[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await Promise.all(playgrounds.splice(0).map((playground) => playground.close()));
});

interface Served {
  readonly playground: PlaygroundCluster;
  readonly cluster: KubeCluster;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** The client of the action, connected to a playground. */
async function serve(options: ClusterOptions & KubeconfigOptions = {}): Promise<Served> {
  const playground = await startCluster({ stepMs: 1, ...options });
  playgrounds.push(playground);
  const stop = new AbortController();
  stops.push(stop);
  const connection = connectTo(playground, options);
  const cluster = new KubeCluster(connection, systemClock);
  return { playground, cluster, connection, signal: stop.signal };
}

function connectTo(playground: PlaygroundCluster, options: KubeconfigOptions = {}): Connection {
  return connectBy(playground.kubeconfig({ namespace: 'builds', ...options }));
}

function connectBy(kubeconfig: string): Connection {
  const runner = {
    run: () => Promise.reject(new Error('no plugin')),
    mask: () => undefined,
  };
  const kube = {
    kubeconfig: parseKubeconfig(kubeconfig),
    context: undefined,
    namespace: undefined,
  };
  return connect(kube, {}, runner);
}

const ref: PodRef = { namespace: 'builds', name: 'kbp-x' };

function pod(container: Partial<V1Container> = {}, spec: object = {}): V1Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: ref.name },
    spec: {
      restartPolicy: 'Never',
      containers: [
        { name: 'builder', image: 'busybox', stdin: true, stdinOnce: true, ...container },
      ],
      ...spec,
    },
  };
}

function shell(script: string): Partial<V1Container> {
  return { command: ['sh', '-c', script] };
}

/** Creates a pod and follows it until a state satisfies `wanted`. */
async function createUntil(
  { cluster, signal }: Served,
  created: V1Pod,
  wanted: (pod: V1Pod) => boolean,
): Promise<V1Pod> {
  const first = await cluster.createPod(created, signal);
  return until({ cluster, signal }, first, wanted);
}

async function until(
  { cluster, signal }: Pick<Served, 'cluster' | 'signal'>,
  from: V1Pod,
  wanted: (pod: V1Pod) => boolean,
): Promise<V1Pod> {
  for await (const state of cluster.podStates(from, signal, () => undefined)) {
    if (state === undefined) throw new Error('the pod is gone');
    if (wanted(state)) return state;
  }
  throw new Error('the states ended');
}

/** The same with every field of the state, of which the action reads only some. */
async function createUntilRaw(
  { cluster, connection, signal }: Served,
  created: V1Pod,
  wanted: (pod: V1Pod) => boolean,
): Promise<V1Pod> {
  const { metadata } = await cluster.createPod(created, signal);
  const query = { watch: 'true', resourceVersion: metadata?.resourceVersion };
  const path = '/api/v1/namespaces/builds/pods';
  const rest = new RestClient(connection, systemClock);
  for await (const line of linesOf(await rest.open({ method: 'GET', path, query, signal }))) {
    const { object } = JSON.parse(line) as { object: V1Pod };
    if (wanted(object)) return object;
  }
  throw new Error('the watch ended');
}

function isRunning({ status }: V1Pod): boolean {
  return status?.containerStatuses?.[0]?.state?.running !== undefined;
}

function terminated({ status }: V1Pod) {
  return status?.containerStatuses?.[0]?.state?.terminated;
}

function waiting({ status }: V1Pod) {
  return status?.containerStatuses?.[0]?.state?.waiting;
}

function hasEnded(state: V1Pod): boolean {
  return terminated(state) !== undefined;
}

/** The container's shell has set its traps: a signal before that would simply end it. */
async function untilReady({ cluster, signal }: Served): Promise<void> {
  for await (const chunk of cluster.log(ref, 'builder', { follow: true }, signal)) {
    if (chunk.includes('ready')) return;
  }
}

async function readLog(
  { cluster, signal }: Served,
  follow: boolean,
  sinceTime?: string,
): Promise<string> {
  const options = { follow, ...(sinceTime !== undefined && { sinceTime }) };
  const chunks: Buffer[] = [];
  for await (const chunk of cluster.log(ref, 'builder', options, signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** An open attach connection and the received messages. */
interface Attached {
  readonly socket: AttachSocket;
  readonly messages: Uint8Array[];
  readonly pongs: string[];
}

async function attach({ cluster, signal }: Served, stderr = false): Promise<Attached> {
  const socket = await cluster.attach(ref, 'builder', { stderr }, signal);
  const messages: Uint8Array[] = [];
  const pongs: string[] = [];
  socket.listen({
    message: (message) => messages.push(message),
    pong: (payload) => pongs.push(payload),
  });
  return { socket, messages, pongs };
}

interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Question {
  readonly query?: Record<string, string>;
  readonly body?: unknown;
}

/** The head of one answer; the request has the credentials of the ServiceAccount and is sent once. */
async function open(
  connection: Connection,
  method: string,
  path: string,
  { query = {}, body }: Question = {},
): Promise<IncomingMessage> {
  const { url, options } = await connection.requestOptions(
    path,
    query,
    new AbortController().signal,
  );
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = { ...(options.headers as OutgoingHttpHeaders), 'content-length': text.length };
  const sent = request(url, { ...options, headers, method });
  sent.end(text);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

async function send(
  connection: Connection,
  method: string,
  path: string,
  question: Question = {},
): Promise<Answer> {
  const response = await open(connection, method, path, question);
  const { statusCode: code = 0 } = response;
  return { code, headers: response.headers, text: await readText(response) };
}

async function ask(
  connection: Connection,
  method: string,
  path: string,
  question: Question = {},
): Promise<{ readonly code: number; readonly body: Record<string, unknown> }> {
  const { code, text } = await send(connection, method, path, question);
  return { code, body: JSON.parse(text) as Record<string, unknown> };
}

const podsPath = '/api/v1/namespaces/builds/pods';

describe('a pod', () => {
  test('goes from no status over ContainerCreating and running to its exit code', async () => {
    const served = await serve();
    const seen: string[] = [];
    const last = await createUntil(served, pod(shell('exit 7')), (state) => {
      const { phase = '' } = state.status ?? {};
      const word = Object.keys(state.status?.containerStatuses?.[0]?.state ?? {}).join();
      const text = `${phase} ${word}`.trim();
      if (seen.at(-1) !== text) seen.push(text);
      return hasEnded(state);
    });
    // The phase follows shortly after the end of the containers.
    expect(seen).toEqual(['Pending', 'Pending waiting', 'Running running', 'Running terminated']);
    expect(terminated(last)).toMatchObject({ exitCode: 7, reason: 'Error' });
    expect(last.spec?.nodeName).toBe('playground');
  });

  test('passes its termination message on', async () => {
    const served = await serve();
    const last = await createUntil(
      served,
      pod(shell('echo done > /dev/termination-log')),
      hasEnded,
    );
    expect(terminated(last)).toMatchObject({ exitCode: 0, reason: 'Completed', message: 'done\n' });
  });

  test('uses the end of its log as the message with FallbackToLogsOnError', async () => {
    const served = await serve();
    const container = {
      ...shell('echo why; exit 1'),
      terminationMessagePolicy: 'FallbackToLogsOnError',
    };
    const last = await createUntil(served, pod(container), hasEnded);
    expect(terminated(last)?.message).toBe('why\n');
  });

  test('that ends by a signal has 128 and its number', async () => {
    const served = await serve();
    const last = await createUntil(served, pod(shell('kill -9 $$$$')), hasEnded);
    expect(terminated(last)).toMatchObject({ exitCode: 137, reason: 'Error' });
  });

  test.each([
    [
      '/no/such/command',
      'exec: "/no/such/command": stat /no/such/command: no such file or directory: unknown',
    ],
    ['no-such-command', 'exec: "no-such-command": executable file not found in $PATH: unknown'],
  ])('whose command %s does not exist cannot start', async (command, text) => {
    const served = await serve();
    const last = await createUntil(served, pod({ command: [command] }), hasEnded);
    expect(terminated(last)).toMatchObject({ exitCode: 128, reason: 'StartError' });
    expect(terminated(last)?.message).toContain(text);
  });

  test('with an unknown image backs off', async () => {
    const served = await serve();
    const reasons = new Set<string>();
    const last = await createUntil(served, pod({ image: 'registry.test/none:1' }), (state) => {
      reasons.add(waiting(state)?.reason ?? '');
      return waiting(state)?.reason === 'ImagePullBackOff';
    });
    expect([...reasons]).toEqual(['', 'ContainerCreating', 'ErrImagePull', 'ImagePullBackOff']);
    expect(waiting(last)?.message).toContain('registry.test/none:1: not found');
  });

  test.each([
    ['an image name with capitals', { image: 'UPPER/CASE:1' }, 'InvalidImageName'],
    [
      'an image that must not be pulled',
      { image: 'none:1', imagePullPolicy: 'Never' },
      'ErrImageNeverPull',
    ],
    [
      'a variable of a missing ConfigMap',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'missing', key: 'a' } } }] },
      'CreateContainerConfigError',
    ],
  ])('with %s waits', async (_, container, reason) => {
    const served = await serve();
    await createUntil(served, pod(container), (state) => waiting(state)?.reason === reason);
  });

  test.each([
    [
      'a node selector that no node has',
      {},
      { nodeSelector: { disk: 'fast' } },
      "node(s) didn't match",
    ],
    [
      'more processors than there are',
      { resources: { requests: { cpu: '1000' } } },
      {},
      'Insufficient cpu',
    ],
  ])('with %s is not scheduled', async (_, container, spec, words) => {
    const served = await serve();
    const state = await createUntil(
      served,
      pod(container, spec),
      ({ status }) => status?.conditions !== undefined,
    );
    expect(state.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
    ]);
    expect(state.status?.conditions?.[0]?.message).toContain(words);
    const [event] = await served.cluster.podEvents(ref, served.signal);
    expect(event).toMatchObject({ type: 'Warning', reason: 'FailedScheduling' });
  });

  test('with scheduling gates stays pending, as it was created', async () => {
    const { cluster, signal, playground } = await serve();
    const created = await cluster.createPod(
      pod({}, { schedulingGates: [{ name: 'example.com/wait' }] }),
      signal,
    );
    expect(created.status).toMatchObject({
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        },
      ],
    });
    await cluster.deletePod(ref, 1, signal);
    expect(playground.pods()).toEqual([]);
  });

  test('for a missing node stays pending until it is deleted by force', async () => {
    const { cluster, signal, playground } = await serve();
    const created = await cluster.createPod(pod({}, { nodeName: 'nowhere' }), signal);
    expect(created.status).toEqual({ phase: 'Pending' });
    await cluster.deletePod(ref, 1, signal);
    expect(playground.pods()).toMatchObject([{ metadata: { deletionGracePeriodSeconds: 1 } }]);
    await cluster.deletePod(ref, 0, signal);
    expect(playground.pods()).toEqual([]);
  });

  test('for the one node needs no scheduler', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('cat'), { nodeName: 'playground' }), isRunning);
    const events = await served.cluster.podEvents(ref, served.signal);
    expect(events.map(({ reason }) => reason)).toEqual(['Started']);
  });

  test('whose command no process can have cannot be started', async () => {
    const served = await serve();
    const state = await createUntil(served, pod(shell('a\0b')), hasEnded);
    expect(terminated(state)).toMatchObject({ exitCode: 128, reason: 'StartError' });
  });

  test('that is evicted fails with the reason', async () => {
    const served = await serve();
    const running = await createUntil(served, pod(shell('cat')), isRunning);
    await served.playground.evict('builds', ref.name, 'too much');
    const last = await until(served, running, ({ status }) => status?.phase === 'Failed');
    expect(last.status).toMatchObject({ reason: 'Evicted', message: 'too much' });
  });

  test('waits for its init containers, and fails with them', async () => {
    const served = await serve();
    const initContainers = [{ name: 'first', image: 'busybox', command: ['sh', '-c', 'exit 3'] }];
    const last = await createUntil(
      served,
      pod({}, { initContainers }),
      ({ status }) => status?.phase === 'Failed',
    );
    expect(last.status?.initContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(3);
    expect(waiting(last)?.reason).toBe('PodInitializing');
  });
});

/** The content of a status, without names, times and numbers that differ from cluster to cluster. */
function outline({ status = {} }: V1Pod) {
  return {
    fields: Object.keys(status).sort(),
    reason: status.reason,
    message: status.message,
    conditions: status.conditions?.map(({ type, status, reason, message }) =>
      [type, status, reason, message].filter((part) => part !== undefined).join(' '),
    ),
    containers: [status.initContainerStatuses, status.containerStatuses].map((statuses) =>
      statuses?.map(({ state, ...rest }) => ({
        fields: Object.keys(rest)
          .filter((field) => field !== 'volumeMounts')
          .sort(),
        ready: rest.ready,
        started: rest.started,
        state: Object.entries(state ?? {}).map(([kind, values]) => [
          kind,
          Object.keys(values as object).sort(),
          (values as { reason?: string }).reason,
        ]),
      })),
    ),
  };
}

describe('a status is equal to the recorded one', () => {
  const init = [{ name: 'first', image: 'busybox', command: ['sh', '-c', 'exit 3'] }];
  const missing = { name: 'A', valueFrom: { configMapKeyRef: { name: 'missing', key: 'a' } } };
  const tooMuch = { requests: { cpu: '1000' } };
  const hasFailed = ({ status }: V1Pod): boolean => status?.phase === 'Failed';
  const waitsFor =
    (reason: string) =>
    (state: V1Pod): boolean =>
      waiting(state)?.reason === reason;

  test.each<[string, V1Pod, (pod: V1Pod) => boolean]>([
    ['container-creating', pod(shell('cat')), waitsFor('ContainerCreating')],
    ['running', pod(shell('cat')), isRunning],
    ['completed', pod(shell('echo done > /dev/termination-log')), hasEnded],
    ['exit-7', pod(shell('exit 7')), hasEnded],
    ['start-error', pod({ command: ['/no/such/command'] }), hasEnded],
    ['err-image-pull', pod({ image: 'none:1' }), waitsFor('ErrImagePull')],
    ['image-pull-back-off', pod({ image: 'none:1' }), waitsFor('ImagePullBackOff')],
    [
      'image-never-pull',
      pod({ image: 'none:1', imagePullPolicy: 'Never' }),
      (state) => waiting(state)?.reason === 'ErrImageNeverPull',
    ],
    ['invalid-image-name', pod({ image: 'UPPER/CASE:1' }), waitsFor('InvalidImageName')],
    ['config-error', pod({ env: [missing] }), waitsFor('CreateContainerConfigError')],
    [
      'unschedulable',
      pod({ resources: tooMuch }),
      ({ status }) => status?.conditions !== undefined,
    ],
    ['init-failed', pod({}, { initContainers: init }), hasFailed],
    ['deadline-exceeded', pod(shell('cat'), { activeDeadlineSeconds: 1 }), hasFailed],
  ])('%s', async (name, created, wanted) => {
    const served = await serve();
    const state = await createUntilRaw(served, created, wanted);
    expect(outline(state)).toEqual(outline(recordedPod(name)));
  });
});

describe('create', () => {
  test('refuses unknown fields with the message of the server', async () => {
    const { cluster, signal } = await serve();
    const wrong = pod({ imagee: 'x' } as object, { nodeSelecter: {} });
    await expect(cluster.createPod(wrong, signal)).rejects.toThrow(
      'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imagee", unknown field "spec.nodeSelecter"',
    );
  });

  test('refuses wrong types', async () => {
    const { connection } = await serve();
    const body = pod({}, { activeDeadlineSeconds: 'soon' });
    const answer = await ask(connection, 'POST', podsPath, { body });
    expect(answer).toMatchObject({
      code: 400,
      body: {
        reason: 'BadRequest',
        message:
          'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64',
      },
    });
  });

  test('refuses a pod without containers, a taken name and a missing ServiceAccount', async () => {
    const { connection } = await serve();
    const empty = await ask(connection, 'POST', podsPath, { body: pod({}, { containers: [] }) });
    expect(empty.code).toBe(422);
    expect(empty.body['message']).toBe('Pod "kbp-x" is invalid: spec.containers: Required value');
    const body = pod();
    expect((await ask(connection, 'POST', podsPath, { body })).code).toBe(201);
    const again = await ask(connection, 'POST', podsPath, { body });
    expect(again.body).toMatchObject({
      reason: 'AlreadyExists',
      message: 'pods "kbp-x" already exists',
    });
    const stranger = await ask(connection, 'POST', podsPath, {
      body: pod({}, { serviceAccountName: 'none' }),
    });
    expect(stranger.body['message']).toBe(
      'pods "kbp-x" is forbidden: error looking up service account builds/none: serviceaccount "none" not found',
    );
  });

  test('refuses names that two containers have, with the message of the server', async () => {
    const { connection } = await serve();
    const named = (name: string): object => ({ name, image: 'busybox' });
    const body = pod(
      {},
      {
        containers: [named('a'), named('b'), named('a')],
        initContainers: [named('c'), named('b')],
      },
    );
    const message = (name: string): string => `Duplicate value: "${name}"`;
    expect(await ask(connection, 'POST', podsPath, { body })).toMatchObject({
      code: 422,
      body: {
        message: `Pod "kbp-x" is invalid: [spec.containers[2].name: ${message('a')}, spec.initContainers[1].name: ${message('b')}]`,
        reason: 'Invalid',
        details: {
          causes: [
            {
              reason: 'FieldValueDuplicate',
              message: message('a'),
              field: 'spec.containers[2].name',
            },
            {
              reason: 'FieldValueDuplicate',
              message: message('b'),
              field: 'spec.initContainers[1].name',
            },
          ],
        },
      },
    });
  });

  test('creates nothing in a dry run', async () => {
    const { connection, playground } = await serve();
    const query = { dryRun: 'All' };
    expect((await ask(connection, 'POST', podsPath, { query, body: pod() })).code).toBe(201);
    expect(playground.pods()).toEqual([]);
  });

  test('needs the namespace', async () => {
    const { connection } = await serve();
    const answer = await ask(connection, 'POST', '/api/v1/namespaces/none/pods', { body: pod() });
    expect(answer).toMatchObject({ code: 404, body: { message: 'namespaces "none" not found' } });
  });
});

describe('delete', () => {
  test('ends the process with SIGTERM and removes the pod', async () => {
    const served = await serve();
    const { cluster, signal } = served;
    const running = await createUntil(
      served,
      pod(shell('trap "exit 3" TERM; echo ready; while :; do sleep 0.01; done')),
      isRunning,
    );
    await untilReady(served);
    const states = cluster.podStates(running, signal, () => undefined);
    expect(await cluster.deletePod(ref, 5, signal)).toBe(true);
    const codes: (number | undefined)[] = [];
    for await (const state of states) {
      if (state === undefined) break;
      if (state.metadata?.deletionTimestamp !== undefined) codes.push(terminated(state)?.exitCode);
    }
    expect(codes).toEqual([undefined, 3]);
    expect(await cluster.readPod(ref, signal)).toBeUndefined();
    expect(await cluster.deletePod(ref, 5, signal)).toBe(false);
  });

  test('kills a process that does not listen, after the grace', async () => {
    const served = await serve();
    const { cluster, signal } = served;
    const running = await createUntil(
      served,
      pod(shell('trap "" TERM; echo ready; while :; do sleep 0.01; done')),
      isRunning,
    );
    await untilReady(served);
    await cluster.deletePod(ref, 1, signal);
    let last: V1Pod | undefined;
    for await (const state of cluster.podStates(running, signal, () => undefined)) {
      if (state === undefined) break;
      last = state;
    }
    expect(last === undefined ? undefined : terminated(last)?.exitCode).toBe(137);
  });

  test('without grace removes the pod at once', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('cat')), isRunning);
    await served.cluster.deletePod(ref, 0, served.signal);
    expect(await served.cluster.readPod(ref, served.signal)).toBeUndefined();
  });

  test.each([
    ['uid', { uid: 'other' }],
    ['resourceVersion', { resourceVersion: '1' }],
  ])('respects a precondition on the %s', async (_, preconditions) => {
    const served = await serve();
    await createUntil(served, pod(shell('cat')), isRunning);
    const path = `${podsPath}/${ref.name}`;
    const answer = await ask(served.connection, 'DELETE', path, { body: { preconditions } });
    expect(answer).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
    expect(served.playground.pods()).toHaveLength(1);
  });
});

describe('attach', () => {
  test('delivers stdin, ends it at the half-close and acknowledges it', async () => {
    const served = await serve();
    const running = await createUntil(served, pod(shell('sha256sum < /dev/stdin')), isRunning);
    const { socket, messages, pongs } = await attach(served);
    expect(socket.protocol).toBe('v5.channel.k8s.io');
    for (let part = 0; part < 64; part += 1)
      await socket.send(stdinFrame(Buffer.alloc(65_536, part)));
    socket.ping('before');
    await socket.send(closeStdinFrame());
    expect((await socket.closed).code).toBe(1000);
    expect(pongs).toEqual(['before']);
    expect(messages[0]).toEqual(Buffer.from([3]));
    expect(messages.slice(1).map(readStatusFrame)).toMatchObject([{ success: true }]);
    await until(served, running, hasEnded);
    expect(await readLog(served, false)).toContain(
      '4f1f8b605b8fd4ba8b9a16234a54da5a4cb15268d08bcc7dc8acd84a0d90bea3  -',
    );
  });

  test('on v4 the end of the connection is the end of stdin', async () => {
    const served = await serve({ protocols: ['v4.channel.k8s.io'] });
    const running = await createUntil(served, pod(shell('wc -c')), isRunning);
    const { socket } = await attach(served);
    expect(socket.protocol).toBe('v4.channel.k8s.io');
    for (let part = 0; part < 64; part += 1) await socket.send(stdinFrame(Buffer.alloc(65_536)));
    socket.close();
    await until(served, running, hasEnded);
    expect((await readLog(served, false)).split(' ').at(-1)).toBe('4194304\n');
  });

  test('sends stderr to clients that request it', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('read line; echo "$line" >&2')), isRunning);
    const { socket, messages } = await attach(served, true);
    await socket.send(stdinFrame(Buffer.from('hello\n')));
    await socket.closed;
    expect(Buffer.from(messages[1] ?? []).toString()).toBe('\u0002hello\n');
    expect(messages.slice(2).map(readStatusFrame)).toMatchObject([{ success: true }]);
  });

  test('sends Success before the half-close when the container has ended', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('exec sleep 1000')), isRunning);
    const { socket, messages } = await attach(served);
    // More than the pipe holds: the container is killed during a write.
    for (const size of [65_536, 65_536]) await socket.send(stdinFrame(Buffer.alloc(size)));
    await served.playground.evict(ref.namespace, ref.name);
    await socket.closed;
    expect(messages.slice(1).map(readStatusFrame)).toMatchObject([{ success: true }]);
  });

  test('closes the stdin of the container when the connection is cut', async () => {
    const served = await serve();
    served.playground.faults.attach = { kind: 'cut', afterBytes: 100_000 };
    const running = await createUntil(served, pod(shell('wc -c')), isRunning);
    const { socket } = await attach(served);
    for (const size of [65_536, 65_536]) await socket.send(stdinFrame(Buffer.alloc(size)));
    expect((await socket.closed).code).toBe(1006);
    await until(served, running, hasEnded);
    expect((await readLog(served, false)).split(' ').at(-1)).toBe('100000\n');
  });

  test.each([
    ['close', [], 1000],
    ['succeed', [{ success: true }], 1000],
    ['fail', [{ success: false, message: 'broken' }], 1000],
  ] as const)('can break down by %s', async (kind, statuses, code) => {
    const served = await serve();
    served.playground.faults.attach = { kind, afterBytes: 10, message: 'broken', times: 1 };
    await createUntil(served, pod(shell('cat')), isRunning);
    const { socket, messages } = await attach(served);
    await socket.send(stdinFrame(Buffer.alloc(20)));
    expect((await socket.closed).code).toBe(code);
    expect(messages.slice(1).map(readStatusFrame)).toMatchObject(statuses);
  });

  test('can stall until the container ends', async () => {
    const served = await serve();
    served.playground.faults.attach = { kind: 'stall', afterBytes: 10 };
    await createUntil(served, pod(shell('head -c 10; cat')), isRunning);
    const { socket, messages, pongs } = await attach(served);
    socket.ping('before');
    await socket.send(stdinFrame(Buffer.from('ten bytes and more\n')));
    socket.ping('behind');
    await served.cluster.deletePod(ref, 0, served.signal);
    expect((await socket.closed).code).toBe(1006);
    expect(pongs).toEqual(['before']);
    expect(messages).toEqual([Buffer.from([3])]);
  });

  test('is refused before the pod has a node, and for a container that is not there', async () => {
    const served = await serve();
    served.playground.faults.neverSchedule = true;
    await served.cluster.createPod(pod(), served.signal);
    await expect(attach(served)).rejects.toThrow('pod kbp-x does not have a host assigned');
    served.playground.faults.neverSchedule = false;
    const created = (await served.cluster.readPod(ref, served.signal)) ?? {};
    await until(served, created, isRunning);
    const other = served.cluster.attach(ref, 'other', { stderr: false }, served.signal);
    await expect(other).rejects.toThrow('container other is not valid for pod kbp-x');
  });

  test('to an ended container fails after the upgrade', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('true')), hasEnded);
    const { socket, messages } = await attach(served);
    await socket.closed;
    const [status] = messages.slice(1).map(readStatusFrame);
    expect(status?.success).toBe(false);
    expect(status?.message).toContain('container builder not found in pod kbp-x_builds');
  });

  test('needs both permissions', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('cat')), isRunning);
    for (const verb of ['get', 'create']) {
      served.playground.faults.denied = [`${verb} pods/attach`];
      await expect(attach(served)).rejects.toThrow(
        `pods "kbp-x" is forbidden: User "system:serviceaccount:default:playground" cannot ${verb} resource "pods/attach" in API group "" in the namespace "builds"`,
      );
    }
  });
});

describe('the log', () => {
  test('follows to the end of the container, with a time before each line', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('echo one; echo two >&2; printf three')), isRunning);
    const lines = (await readLog(served, true)).split('\n');
    expect(lines.map((line) => line.replace(/^\S+ /, '')).sort()).toEqual(['one', 'three', 'two']);
    for (const line of lines)
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z /);
  });

  test('cuts sinceTime to whole seconds', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('echo one')), hasEnded);
    const [at = ''] = (await readLog(served, false)).split(' ');
    const second = at.slice(0, 19);
    expect(await readLog(served, false, `${second}.999Z`)).toContain(' one\n');
    const next = new Date(Date.parse(`${second}Z`) + 1_000).toISOString();
    expect(await readLog(served, false, next)).toBe('');
  });

  test('is empty before the pod has a node and refused before the container runs', async () => {
    const served = await serve();
    served.playground.faults.neverSchedule = true;
    await served.cluster.createPod(pod({ image: 'none:1' }), served.signal);
    expect(await readLog(served, true)).toBe('');
    served.playground.faults.neverSchedule = false;
    const created = (await served.cluster.readPod(ref, served.signal)) ?? {};
    await until(served, created, (state) => waiting(state)?.reason === 'ImagePullBackOff');
    await expect(readLog(served, false)).rejects.toThrow(
      'container "builder" in pod "kbp-x" is waiting to start: trying and failing to pull image',
    );
  });

  test('can break off, and begin again from its start', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('echo one; echo two; echo three')), hasEnded);
    served.playground.faults.log = { kind: 'end', afterLines: 1, times: 1 };
    expect(await readLog(served, false)).toMatch(/^\S+ one\n$/);
    served.playground.faults.log = { kind: 'drop', afterLines: 1, times: 1 };
    await expect(readLog(served, false)).rejects.toThrow('reading the log of pod "kbp-x" failed');
    served.playground.faults.log = { kind: 'twice', afterLines: 0, times: 1 };
    expect(await readLog(served, false, new Date(Date.now() + 5_000).toISOString())).toContain(
      ' three\n',
    );
    served.playground.rotateLog('builds', ref.name, 'builder');
    expect(await readLog(served, false)).toBe('');
  });
});

describe('watch', () => {
  test('brings every change, until the server ends it', async () => {
    const served = await serve();
    const { connection, cluster, signal, playground } = served;
    const response = await open(connection, 'GET', podsPath, { query: { watch: 'true' } });
    await createUntil(served, pod(shell('cat')), isRunning);
    await cluster.deletePod(ref, 0, signal);
    playground.closeWatches();
    const lines = (await readText(response)).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { type: string; object: V1Pod });
    // Bound to the node, taken by the kubelet, running, marked for deletion.
    const changes = Array.from({ length: 4 }, () => 'MODIFIED');
    expect(events.map(({ type }) => type)).toEqual(['ADDED', ...changes, 'DELETED']);
    const versions = events.map(({ object }) => Number(object.metadata?.resourceVersion));
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  test('reports that a version is too old', async () => {
    const { connection, cluster, signal, playground } = await serve();
    const { metadata } = await cluster.createPod(pod(shell('cat')), signal);
    playground.compact();
    const query = { watch: 'true', resourceVersion: metadata?.resourceVersion ?? '' };
    const event = await ask(connection, 'GET', podsPath, { query });
    expect(event.body).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  test('lists by label', async () => {
    const { connection, cluster, signal } = await serve();
    const labelled = pod(shell('cat'));
    await cluster.createPod({ ...labelled, metadata: { name: 'a', labels: { app: 'x' } } }, signal);
    await cluster.createPod({ ...labelled, metadata: { name: 'b' } }, signal);
    const answer = await ask(connection, 'GET', podsPath, { query: { labelSelector: 'app=x' } });
    expect(answer.body['items']).toMatchObject([{ metadata: { name: 'a' } }]);
  });

  test('contains the time of the server', async () => {
    const { connection } = await serve();
    const { headers } = await send(connection, 'GET', podsPath);
    expect(Math.abs(Date.parse(headers.date ?? '') - Date.now())).toBeLessThan(2_000);
  });
});

test('a server that drops its connections drops those that are still shaking hands', async () => {
  const { playground, cluster, signal } = await serve();
  const socket = connectTcp(Number(new URL(playground.url).port), '127.0.0.1');
  await once(socket, 'connect');
  // The server accepts connections in their order.
  await cluster.serverMinor(signal);
  const closed = once(socket, 'close');
  playground.dropConnections();
  await closed;
});

describe('users', () => {
  test.each(['token', 'client-certificate'] as const)('log in by %s', async (auth) => {
    const { cluster, signal, playground } = await serve({ auth });
    expect(await cluster.serverMinor(signal)).toBe(35);
    playground.faults.denied = ['get pods/log'];
    expect(await cluster.can({ verb: 'create', resource: 'pods' }, signal)).toBe('yes');
    expect(await cluster.can({ verb: 'get', resource: 'pods/log' }, signal)).toBe('no');
    const listed = await cluster.listPermissions(signal);
    expect(listed).toContainEqual({ verb: 'create', resource: 'pods' });
    expect(listed).not.toContainEqual({ verb: 'get', resource: 'pods/log' });
  });

  test('without credentials can only read the version', async () => {
    const { cluster, connection, signal } = await serve({ auth: 'none' });
    expect(await cluster.serverMinor(signal)).toBe(35);
    const answer = await ask(connection, 'POST', podsPath, { body: pod() });
    expect(answer).toMatchObject({
      code: 403,
      body: {
        message:
          'pods is forbidden: User "system:anonymous" cannot create resource "pods" in API group "" in the namespace "builds"',
      },
    });
  });

  test('have no use for the committed certificate before a kubeconfig has it', async () => {
    const { playground } = await serve();
    const { playground: other } = await serve();
    const kubeconfig = other.kubeconfig({ auth: 'client-certificate' });
    const copied = kubeconfig.replaceAll(other.url, playground.url);
    const connection = connectBy(copied);
    expect((await send(connection, 'GET', podsPath)).code).toBe(403);
  });

  test('are refused once their token has expired', async () => {
    const { connection, playground } = await serve();
    playground.expireToken();
    const answer = await ask(connection, 'GET', podsPath);
    expect(answer).toMatchObject({
      code: 401,
      body: { message: 'Unauthorized', reason: 'Unauthorized' },
    });
    expect((await ask(connectTo(playground), 'GET', podsPath)).code).toBe(200);
  });

  test('trust a renewed certificate and no foreign one', async () => {
    const { playground } = await serve();
    playground.useCertificate('renewed');
    expect((await ask(connectTo(playground), 'GET', '/version')).body).toMatchObject({
      minor: '35',
    });
    playground.useCertificate('foreign');
    await expect(ask(connectTo(playground), 'GET', '/version')).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });
});

describe('a request', () => {
  const refusal = { kind: 'refuse', code: 429, message: 'slow down' } as const;

  test('can be refused a number of times', async () => {
    const { connection, playground } = await serve();
    const answer = { ...refusal, retryAfterSeconds: 3 };
    playground.faults.requests = [{ match: /^GET .*pods$/, answer, times: 2 }];
    for (const expected of [429, 429, 200]) {
      const { code } = await send(connection, 'GET', podsPath);
      expect(code).toBe(expected);
    }
    playground.faults.requests = [{ match: /^GET .*pods$/, answer }];
    const { headers, text } = await send(connection, 'GET', podsPath);
    expect(headers['retry-after']).toBe('3');
    expect(JSON.parse(text)).toMatchObject({ reason: 'TooManyRequests', message: 'slow down' });
    expect((await send(connection, 'GET', '/version')).code).toBe(200);
  });

  test('can be refused on its way to a WebSocket', async () => {
    const served = await serve();
    await createUntil(served, pod(shell('cat')), isRunning);
    served.playground.faults.requests = [{ match: /attach$/, answer: refusal }];
    await expect(attach(served)).rejects.toMatchObject({ code: 429 });
  });

  test('can be sent elsewhere', async () => {
    const { connection, playground } = await serve();
    const answer = { kind: 'redirect', to: 'https://elsewhere.test/' } as const;
    playground.faults.requests = [{ match: /version/, answer }];
    const { code, headers } = await send(connection, 'GET', '/version');
    expect([code, headers.location]).toEqual([302, 'https://elsewhere.test/']);
  });

  test('can be answered by half a document, or by a broken connection', async () => {
    const { connection, playground } = await serve();
    playground.faults.requests = [
      { match: /version/, answer: { kind: 'broken-json' }, times: 1 },
      { match: /version/, answer: { kind: 'reset' }, times: 1 },
    ];
    await expect(ask(connection, 'GET', '/version')).rejects.toThrow(SyntaxError);
    await expect(ask(connection, 'GET', '/version')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('whose answer was lost is found again by its nonce', async () => {
    const { cluster, signal, playground } = await serve();
    playground.faults.requests = [
      { match: /^POST .*pods$/, answer: { kind: 'lose-answer' }, times: 1 },
    ];
    const created = await cluster.createPod(pod(shell('cat')), signal);
    expect(created.metadata?.uid).toBe(playground.pods()[0]?.metadata.uid);
  });
});
