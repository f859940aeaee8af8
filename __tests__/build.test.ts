import { once } from 'node:events';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { JobDouble } from '../runner/job-double.ts';
import { buildImage, type BuildPorts } from '../src/build.ts';
import type { StdinStream, StreamParts } from '../src/context/stdin.ts';
import { parseDockerfile } from '../src/dockerfile/parse.ts';
import { findUnusedStages } from '../src/dockerfile/unused-stages.ts';
import type { BuiltImage } from '../src/engines/engine.ts';
import { selectEngine } from '../src/engines/select.ts';
import { BuildError, describeError } from '../src/errors.ts';
import { parseInputs } from '../src/inputs/parse.ts';
import { noLogins } from '../src/logins/logins.ts';
import { JobLog } from '../src/logs/fence.ts';
import type { BuildPlan } from '../src/plan.ts';
import { SavedPods } from '../src/pod/saved-pods.ts';
import { nonceAnnotation } from '../src/pod/spec/labels.ts';
import type { Cluster, PodRef } from '../src/ports.ts';
import { PhaseRecorder, phaseTimes } from '../src/result/phases.ts';
import type { RunReport } from '../src/result/report.ts';
import {
  PodDouble,
  succeedAndClose,
  type AttachConnection,
  type PodScript,
} from './support/attach-server.ts';
import { turn, VirtualClock } from './support/clock.ts';
import { ClusterDouble } from './support/cluster.ts';
import { recordedEvents, recordedPod } from './support/pods.ts';
import { RegistryDouble, unreachable } from './support/registry.ts';

const pods: PodDouble[] = [];

afterEach(async () => {
  await Promise.all(pods.splice(0).map(({ server }) => server.stop()));
});

const reason = new BuildError('cancelled', 'the job was cancelled (SIGINT)');
const digest = `sha256:${'a'.repeat(64)}`;
const archive = 'the whole archive';

/** The builder acknowledges everything, then the pod has this state. */
function endsWith(state: string | V1Pod, output = ''): PodScript {
  return {
    output,
    onEndOfStdin: (pod, connection) => {
      succeedAndClose(connection);
      void connection.closed.then(() => {
        pod.become(state);
      });
    },
  };
}

function completed(message: string): V1Pod {
  const pod = recordedPod('completed');
  const terminated = pod.status?.containerStatuses?.[0]?.state?.terminated;
  if (terminated === undefined) throw new Error('the recorded pod has not ended');
  terminated.message = message;
  return pod;
}

const succeeds = endsWith(completed(`registry.example/app@${digest}\n`), 'layer 1\nlayer 2');

/** A recorded eviction with the reason of a node that is shut down. */
function shutDown(): V1Pod {
  const pod = recordedPod('evicted');
  const reason = 'NodeShutdown';
  return { ...pod, status: { ...pod.status, reason, message: 'node shutdown' } };
}

const cutOff: PodScript = {
  onStdin: (_pod, { socket }) => {
    socket.terminate();
  },
  // Bytes that arrived together with the last ones are lost with the connection.
  onEndOfStdin: () => undefined,
};

interface Build {
  readonly clock: VirtualClock;
  readonly cluster: ClusterDouble;
  readonly job: JobDouble;
  readonly phases: PhaseRecorder;
  readonly opened: StdinStream[];
  readonly names: string[];
  /** Rejects with the failure of the build. */
  readonly image: Promise<BuiltImage | undefined>;
  readonly report: Promise<RunReport>;
}

/** Builds with these inputs on a cluster whose pods have these lives, one after the other. */
async function build(
  scripts: readonly PodScript[],
  {
    inputs: given = {},
    answers = {},
    cancelled = new AbortController().signal,
    archiveBytes = 0,
    job = new JobDouble(),
    registry = new RegistryDouble(digest),
    change = (plan) => plan,
  }: {
    readonly inputs?: Readonly<Record<string, string>>;
    readonly answers?: Partial<Cluster>;
    readonly cancelled?: AbortSignal;
    /** Zeros after the archive, so that it is longer than the buffers of the connection. */
    readonly archiveBytes?: number;
    readonly job?: JobDouble;
    readonly registry?: RegistryDouble;
    readonly change?: (plan: BuildPlan) => BuildPlan;
  } = {},
): Promise<Build> {
  const lives = await Promise.all(scripts.map((script) => PodDouble.start(script)));
  pods.push(...lives);
  const clock = new VirtualClock();
  const phases = new PhaseRecorder(clock);
  const cluster = new ClusterDouble({ ...answersOf(lives), ...answers });
  const opened: StdinStream[] = [];
  const names: string[] = [];
  const ports: BuildPorts = {
    cluster,
    clock,
    phases,
    openRegistry: () => registry,
    log: new JobLog(job, () => 'token-of-the-fence'),
    pods: new SavedPods(job),
    run: { repository: 'owner/repository', runId: '1', runAttempt: '1' },
    newPodName: () => `kbp-${names.length + 1}`,
    newNonce: () => `nonce-${names.length}`,
    onPod: ({ name }) => names.push(name),
  };
  const plan = change(planOf(given, opened, archiveBytes));
  const end = buildImage(plan, ports, cancelled);
  const image = end.then(({ report, failure }) => {
    if (failure !== undefined) throw failure;
    return report.image;
  });
  image.catch(() => undefined);
  const report = end.then((ended) => ended.report);
  return { clock, cluster, job, phases, opened, names, image, report };
}

function answersOf(lives: readonly PodDouble[]): Partial<Cluster> {
  const life = ({ name }: Pick<PodRef, 'name'>): PodDouble['answers'] => {
    const found = lives[Number(name.slice('kbp-'.length)) - 1];
    if (found === undefined) throw new Error(`the test has no pod ${name}`);
    return found.answers;
  };
  const lifeOf = (pod: { readonly metadata?: { readonly name?: string } }): PodDouble['answers'] =>
    life({ name: pod.metadata?.name ?? '' });
  return {
    serverMinor: () => Promise.resolve(35),
    can: () => Promise.resolve('yes'),
    podEvents: () => Promise.resolve([]),
    createPod: (pod, signal) => lifeOf(pod).createPod(pod, signal),
    podStates: (pod, signal, onProblem) => lifeOf(pod).podStates(pod, signal, onProblem),
    readPod: (ref, signal) => life(ref).readPod(ref, signal),
    log: (ref, container, options, signal) => life(ref).log(ref, container, options, signal),
    attach: (ref, container, streams, signal) => life(ref).attach(ref, container, streams, signal),
    deletePod: (ref, grace, signal) => life(ref).deletePod(ref, grace, signal),
  };
}

function planOf(
  given: Readonly<Record<string, string>>,
  opened: StdinStream[],
  zeros: number,
): BuildPlan {
  const values: Readonly<Record<string, string>> = {
    kubeconfig: 'auto',
    tags: 'registry.example/app:1',
    push: 'true',
    ...given,
  };
  const inputs = parseInputs({
    read: (name) => values[name] ?? '',
    env: () => undefined,
    readText: () => '',
  });
  const source = {
    description: 'the test',
    dockerfile: 'FROM scratch',
    notes: [],
    warnings: [],
    open: (): StdinStream => {
      const stream = Readable.from([Buffer.from(archive), Buffer.alloc(zeros)]);
      const progress = { files: 1, bytes: archive.length, totalBytes: undefined, totalFiles: 1 };
      opened.push({ stream, progress });
      return { stream, progress };
    },
  };
  return {
    inputs,
    engine: selectEngine(inputs),
    source,
    dockerfile: parseDockerfile(source.dockerfile),
    logins: noLogins,
    pulls: [],
    edits: [],
    skipsStages: false,
  };
}

/** Calls that change something or reach the container. */
function steps({ calls }: ClusterDouble): readonly string[] {
  return calls.filter((call) => /^(create|attach|delete) /.test(call));
}

test('a successful build returns the image and removes the pod', async () => {
  const { cluster, job, phases, report, image } = await build([succeeds]);
  expect(await image).toEqual({ digest });
  expect(steps(cluster)).toEqual(['create kbp-1', 'attach kbp-1', 'delete kbp-1 0']);
  expect(pods[0]?.server.connection.stdin.toString()).toBe(archive);
  expect(job.remembered).toEqual([[{ namespace: 'builds', name: 'kbp-1' }], []]);
  expect(await report).toEqual({
    attempts: 1,
    pod: { namespace: 'builds', name: 'kbp-1' },
    node: 'lab',
    keptPods: [],
    exitCode: 0,
    context: expect.objectContaining({ files: 1, bytes: 17, wireBytes: 17 }) as unknown,
    tail: ['layer 1', 'layer 2'],
    image: { digest },
    spans: [],
  });
  expect([...phaseTimes(phases.spans).keys()]).toEqual([
    'create',
    'start',
    'upload',
    'build',
    'remove',
  ]);
  expect(job.lines).toEqual(expect.arrayContaining(['layer 1', 'layer 2']));
});

test('the Dockerfile is sent with the edits of the plan, and its stages are skipped', async () => {
  const edits = [{ first: 1, last: 1, text: 'FROM b' }];
  const opened: StreamParts[] = [];
  const created: V1Pod[] = [];
  const { report } = await build([], {
    answers: {
      createPod: (pod) => {
        created.push(pod);
        return Promise.reject(reason);
      },
    },
    change: (plan) => {
      const open = (parts: StreamParts): StdinStream => {
        opened.push(parts);
        return plan.source.open(parts);
      };
      return { ...plan, edits, skipsStages: true, source: { ...plan.source, open } };
    },
  });
  await report;
  expect(opened).toEqual([{ edits }]);
  expect(created[0]?.spec?.containers[0]?.args).toContain('--skip-unused-stages=true');
});

test('the pod is remembered before it is created', async () => {
  const remembered: unknown[] = [];
  const started = await build([succeeds], {
    answers: {
      createPod: () => {
        remembered.push(started.job.remembered.at(-1));
        return Promise.reject(new BuildError('cluster', 'exceeded quota'));
      },
    },
  });
  await expect(started.image).rejects.toThrow('exceeded quota');
  expect(remembered).toEqual([[{ namespace: 'builds', name: 'kbp-1' }]]);
  expect(started.job.remembered.at(-1)).toEqual([]);
});

test.each([
  { name: 'a successful build', script: succeeds, expected: { image: { digest } } },
  { name: 'a failed build', script: endsWith('exit-7'), expected: { exitCode: 7 } },
])('$name stays one when its pod cannot be forgotten', async ({ script, expected }) => {
  class FullJob extends JobDouble {
    override remember(pods: readonly PodRef[]): void {
      if (pods.length === 0) throw new BuildError('build', 'no space left on device');
    }
  }
  const { image, report, job } = await build([script], { job: new FullJob() });
  const { exitCode } = await report;
  const got = await image.then(
    (found) => ({ image: found }),
    () => ({ exitCode }),
  );
  expect(got).toEqual(expected);
  expect(job.text).toContain(
    '::warning::no space left on device: the post step will delete pod kbp-1',
  );
});

test('a build that does not push returns no image', async () => {
  const { image } = await build([endsWith('completed')], { inputs: { push: 'false' } });
  expect(await image).toBeUndefined();
});

test('exit code 0 of an evicted builder is a failure', async () => {
  const { image } = await build([endsWith('evicted-with-0')], {
    inputs: { push: 'false', retries: '0' },
    answers: { podEvents: () => Promise.resolve(recordedEvents('evicted-with-0')) },
  });
  await expect(image).rejects.toMatchObject({
    message: expect.stringMatching(
      /^the kubelet evicted the pod before the builder ended/,
    ) as unknown,
    hint: expect.stringContaining('limits.ephemeral-storage') as unknown,
  });
});

test('exit code 0 is a success if no event reports an eviction', async () => {
  const { image, job } = await build([endsWith('completed')], { inputs: { push: 'false' } });
  expect(await image).toBeUndefined();
  expect(job.text).not.toContain('::warning');
});

test('exit code 0 is a success if the events cannot be read, with a warning', async () => {
  const { image, job } = await build([endsWith('completed')], {
    inputs: { push: 'false' },
    answers: {
      podEvents: () => Promise.reject(new BuildError('cluster', 'reading the events failed')),
    },
  });
  expect(await image).toBeUndefined();
  expect(job.lines).toContain(
    '::warning::the builder ended with exit code 0, but the events that would report an eviction or preemption cannot be read: reading the events failed',
  );
});

test('events are not read after a push with a digest', async () => {
  const { image, cluster } = await build([succeeds]);
  await image;
  expect(cluster.calls.filter((call) => call.startsWith('events'))).toEqual([]);
});

test.each([
  {
    name: 'the output confirms it',
    output: `Pushing image to registry.example/app:1"\nxPushed registry.example/app@${digest}"\n`,
    expected: { image: { digest } },
  },
  {
    name: 'the output has no digest',
    output: 'layer 1\n',
    expected: { failure: expect.stringContaining('its output does not confirm it') },
  },
  {
    name: 'the output has another digest',
    output: `Pushing image to registry.example/app:1"\nPushed registry.example/app@sha256:${'b'.repeat(64)}`,
    expected: { failure: expect.stringContaining('reported two digests') },
  },
])(
  'without a registry, a digest counts as the output does: $name',
  async ({ output, expected }) => {
    const { clock, image } = await build(
      [endsWith(completed(`registry.example/app:1@${digest}\n`), output)],
      { registry: new RegistryDouble(unreachable) },
    );
    const end = image.then(
      (found) => ({ image: found }),
      (error: unknown) => ({ failure: describeError(error) }),
    );
    expect(await clock.until(end, 500)).toEqual(expected);
  },
);

test('a digest that the registry does not have is a failure', async () => {
  const registry = new RegistryDouble(`sha256:${'b'.repeat(64)}`);
  const { image } = await build([succeeds], { registry });
  await expect(image).rejects.toThrow('but the registry has sha256:bbb');
  expect(registry.asked).toEqual(['registry.example/app:1']);
});

test('a build that does not push asks no registry', async () => {
  const registry = new RegistryDouble(digest);
  const { image } = await build([succeeds], { registry, inputs: { push: 'false' } });
  await image.catch(() => undefined);
  expect(registry.asked).toEqual([]);
});

test('with verbosity warn, the job log gets only warnings, and the tail everything', async () => {
  const line = (level: string, text: string): string =>
    `time="2026-11-23T09:29:40Z" level=${level} msg="${text}"\n`;
  const output = `${line('info', 'RUN x')}x${line('info', 'Taking snapshot')}${line('warning', 'w')}y`;
  const { job, image, report } = await build(
    [endsWith(completed(`registry.example/app@${digest}\n`), output)],
    { inputs: { verbosity: 'warn' } },
  );
  expect(await image).toEqual({ digest });
  expect(job.text).not.toContain('level=info');
  expect(job.text).toContain(`x${line('warning', 'w')}y`);
  expect((await report).tail[0]).toContain('RUN x');
});

test('a push without a digest is a failure', async () => {
  const { image, cluster } = await build([endsWith(completed('done'))]);
  await expect(image).rejects.toMatchObject({
    kind: 'build',
    message:
      'the builder ended with exit code 0 but reported no digest, so the push cannot be confirmed',
  });
  expect(steps(cluster).at(-1)).toBe('delete kbp-1 0');
});

test('a successful build with a process that was killed for memory logs a warning', async () => {
  const pod = completed('');
  const terminated = pod.status?.containerStatuses?.[0]?.state?.terminated;
  if (terminated !== undefined) terminated.reason = 'OOMKilled';
  for (const container of pod.spec?.containers ?? [])
    container.resources = { limits: { memory: '16Mi' } };
  const { image, job } = await build([endsWith(pod)], { inputs: { push: 'false' } });
  expect(await image).toBeUndefined();
  expect(job.lines.filter((line) => line.startsWith('::warning'))).toEqual([
    "::warning::the builder ended with exit code 0, but one of its processes was killed: it exceeded its memory limit of 16Mi. Raise 'limits.memory' in 'resources'.",
  ]);
});

test('a cache that refuses layers is an annotation of a successful build, once', async () => {
  const refused =
    'time="2026-11-28T10:08:13Z" level=warning msg="Error uploading layer to cache: DENIED: no cache for you"\n';
  const cached = { 'cache-to': 'registry.example/cache', push: 'false' };
  const { image, job } = await build([endsWith(completed(''), `${refused}${refused}`)], {
    inputs: cached,
  });
  expect(await image).toBeUndefined();
  expect(job.lines.filter((line) => line.startsWith('::warning'))).toEqual([
    "::warning::a layer could not be pushed to the cache: DENIED: no cache for you. The image is not affected. Check the repository in 'cache-to', and the credentials for its registry.",
  ]);
});

test('a push check that an overloaded registry refuses is retried in a new pod', async () => {
  const error =
    'error checking push permissions -- make sure: checking push permission for "registry.example/app:1": POST https://registry.example/v2/app/blobs/uploads/: TOOMANYREQUESTS: slow down\n';
  const { image, job, names } = await build([endsWith('exit-7', error), succeeds]);
  expect(await image).toEqual({ digest });
  expect(names).toEqual(['kbp-1', 'kbp-2']);
  expect(job.text).toContain(
    'attempt 1 failed, retrying in a new pod: the builder ended with exit code 7: the registry registry.example limits the number of requests: TOOMANYREQUESTS: slow down',
  );
});

test('the line of a failed instruction is that of a stage that was built', async () => {
  const file = 'FROM a AS lint\nRUN make\nFROM b\nRUN make\n';
  const output =
    'time="2026-11-23T09:29:40Z" level=info msg="RUN make"\nerror building image: error building stage: failed to execute command: waiting for process to exit: exit status 2\n';
  const { image } = await build([endsWith('exit-7', output)], {
    change: (plan) => {
      const dockerfile = parseDockerfile(file);
      const source = { ...plan.source, dockerfile: file };
      const { edits } = findUnusedStages(dockerfile, { target: undefined, buildArgs: [] });
      return { ...plan, source, dockerfile, edits };
    },
  });
  await expect(image).rejects.toMatchObject({ line: 4 });
});

test('exit code 7 fails with it, and the pod is removed', async () => {
  const { image, cluster, report, job } = await build([endsWith('exit-7', 'it failed')]);
  await expect(image).rejects.toMatchObject({
    kind: 'build',
    message: expect.stringContaining('exit code 7') as unknown,
  });
  expect(await report).toMatchObject({ exitCode: 7, tail: ['it failed'] });
  expect(steps(cluster)).toEqual(['create kbp-1', 'attach kbp-1', 'delete kbp-1 0']);
  expect(job.lines).toContain('it failed');
});

test('exit code 0 after a Success that came too early is a failure', async () => {
  const { clock, cluster, image } = await build(
    [
      {
        onStdin: (pod, connection) => {
          connection.socket.pause();
          connection.succeed();
          pod.become(completed(`x@${digest}`));
        },
      },
    ],
    { inputs: { retries: '0' }, archiveBytes: 50_000_000 },
  );
  await expect(clock.until(image, 50)).rejects.toMatchObject({
    kind: 'lost',
    message:
      'the builder ended with exit code 0, but its stdin was not delivered completely: the API server closed the connection before the context was fully delivered',
  });
  expect(steps(cluster).at(-1)).toBe('delete kbp-1 0');
});

test('exit code 0 of a builder that did not read all of stdin is a failure', async () => {
  const { clock, image } = await build([
    {
      starts: ['running'],
      onStdin: (pod, { socket }) => {
        socket.pause();
        pod.become(completed(`x@${digest}`));
      },
    },
  ]);
  await expect(clock.until(image, 50)).rejects.toMatchObject({
    kind: 'build',
    message:
      'the builder ended with exit code 0 before it read all of its stdin, so success cannot be confirmed',
  });
});

test('a missing RBAC permission is reported before any pod is created', async () => {
  const { cluster, names, image } = await build([], {
    answers: {
      can: ({ verb, resource }) =>
        Promise.resolve(verb === 'create' && resource === 'pods/attach' ? 'no' : 'yes'),
    },
  });
  await expect(image).rejects.toMatchObject({
    kind: 'cluster',
    message: 'cannot create resource "pods/attach" in namespace "builds"',
    hint: 'Add to the Role, as in examples/cluster/rbac.yaml: - {apiGroups: [""], resources: [pods/attach], verbs: [create]}',
  });
  expect(names).toEqual([]);
  expect(steps(cluster)).toEqual([]);
});

test('the failure of the version request is reported, also if the RBAC review fails before it', async () => {
  const { image } = await build([], {
    answers: {
      can: () => Promise.reject(new BuildError('cluster', 'the review failed')),
      serverMinor: async () => {
        await turn();
        throw new BuildError('cluster', 'the version request failed');
      },
    },
  });
  await expect(image).rejects.toThrow('the version request failed');
});

test('a search for old pods that is never answered does not delay the end of the build', async () => {
  const { clock, image } = await build([succeeds], {
    answers: {
      listPods: async (_selector, signal) => {
        await once(signal, 'abort');
        return [];
      },
    },
  });
  // Without the timeout, which would also end the search.
  clock.isBusy = () => true;
  expect(await clock.until(image)).toEqual({ digest });
});

test.each([
  { name: 'a node that is shut down', script: endsWith(shutDown()) },
  { name: 'a connection that is cut', script: cutOff },
])('$name is retried in a new pod, with the stream from its beginning', async ({ script }) => {
  const { clock, cluster, job, phases, report, opened, image } = await build([script, succeeds], {
    inputs: { retries: '1' },
  });
  expect(await clock.until(image, 50)).toEqual({ digest });
  expect(steps(cluster).filter((step) => !step.startsWith('delete'))).toEqual([
    'create kbp-1',
    'attach kbp-1',
    'create kbp-2',
    'attach kbp-2',
  ]);
  const createdAt = cluster.calls.indexOf('create kbp-2');
  expect(cluster.calls.findIndex((call) => call.startsWith('delete kbp-1'))).toBeLessThan(
    createdAt,
  );
  expect(pods[1]?.server.connection.stdin.toString()).toBe(archive);
  expect(opened).toHaveLength(2);
  expect(await report).toMatchObject({ attempts: 2, pod: { name: 'kbp-2' }, image: { digest } });
  expect(job.remembered.at(-1)).toEqual([]);
  expect(job.text).toContain('attempt 1 failed, retrying in a new pod: ');
  expect([...new Set(phases.spans.map(({ attempt }) => attempt))]).toEqual([1, 2]);
});

test('a pod that is lost is not retried if the job is cancelled at the same time', async () => {
  const controller = new AbortController();
  const { image, report } = await build([endsWith(shutDown()), succeeds], {
    inputs: { retries: '1' },
    cancelled: controller.signal,
    answers: {
      deletePod: () => {
        controller.abort(reason);
        return Promise.resolve(false);
      },
    },
  });
  await expect(image).rejects.toMatchObject({ kind: 'lost' });
  expect(await report).toMatchObject({ attempts: 1, pod: { name: 'kbp-1' } });
});

test('the failure of the last retry is reported', async () => {
  const { clock, cluster, image } = await build([cutOff, cutOff, succeeds], {
    inputs: { retries: '1' },
  });
  await expect(clock.until(image, 50)).rejects.toMatchObject({ kind: 'lost' });
  expect(cluster.calls.filter((call) => call.startsWith('create'))).toHaveLength(2);
});

test('the deletion of the pod by another client is not retried', async () => {
  const { image, cluster } = await build([endsWith('deleted'), succeeds], {
    inputs: { retries: '3' },
  });
  await expect(image).rejects.toMatchObject({ kind: 'build' });
  expect(cluster.calls.filter((call) => call.startsWith('create'))).toHaveLength(1);
});

test('a pod that cannot start fails with the reason, and is removed', async () => {
  const { clock, image, cluster } = await build([{ starts: ['invalid-image-name'] }]);
  await expect(clock.until(image, 50)).rejects.toMatchObject({
    kind: 'pod',
    message: expect.stringContaining('InvalidImageName') as unknown,
    hint: "Correct 'builder-image'.",
  });
  expect(steps(cluster)).toEqual(['create kbp-1', 'delete kbp-1 1']);
});

test('the timeout ends the build with the state of the pod, and the pod is removed', async () => {
  const { clock, image, cluster } = await build(
    [
      {
        onEndOfStdin: (_, c) => {
          succeedAndClose(c);
        },
      },
    ],
    {
      inputs: { timeout: '10m' },
    },
  );
  await expect(clock.until(image, 50)).rejects.toMatchObject({
    kind: 'timeout',
    message: expect.stringMatching(/timeout of 600 s; last state: running on node/) as unknown,
  });
  expect(steps(cluster).at(-1)).toBe('delete kbp-1 1');
});

test('the timeout reports the request that fails until then', async () => {
  const onEndOfStdin = (_: PodDouble, connection: AttachConnection): void => {
    succeedAndClose(connection);
  };
  const { clock, image, cluster } = await build([{ onEndOfStdin }], {
    inputs: { timeout: '10m' },
  });
  cluster.failing = new BuildError('cluster', 'attaching to pod "kbp-1" failed: HTTP 502');
  await expect(clock.until(image, 50)).rejects.toMatchObject({
    kind: 'timeout',
    message: expect.stringMatching(
      /timeout of 600 s; last state: .*; last failure: attaching to pod "kbp-1" failed: HTTP 502$/,
    ) as unknown,
  });
});

interface Cancel {
  readonly name: string;
  /** Aborts the build in this phase. */
  readonly script: (cancel: () => void) => PodScript;
  readonly answers?: (cancel: () => void) => Partial<Cluster>;
  readonly expected: readonly string[];
}

const cancels: readonly Cancel[] = [
  {
    name: 'while the RBAC permissions are checked',
    script: () => succeeds,
    answers: (cancel) => ({
      can: (_access, signal) => {
        cancel();
        return Promise.reject(signal.reason as Error);
      },
    }),
    expected: [],
  },
  {
    name: 'while the pod waits for its start',
    script: (cancel) => ({
      get starts() {
        setImmediate(cancel);
        return ['unschedulable'];
      },
    }),
    expected: ['create kbp-1', 'delete kbp-1 1'],
  },
  {
    name: 'during the upload',
    script: (cancel) => ({ onStdin: cancel }),
    expected: ['create kbp-1', 'attach kbp-1', 'delete kbp-1 1'],
  },
  {
    name: 'while the builder works',
    script: (cancel) => ({
      onEndOfStdin: (_pod, connection) => {
        succeedAndClose(connection);
        void connection.closed.then(cancel);
      },
    }),
    expected: ['create kbp-1', 'attach kbp-1', 'delete kbp-1 1'],
  },
];

test.each(cancels)('cancelled $name, no pod is left', async ({ script, answers, expected }) => {
  const controller = new AbortController();
  const cancel = (): void => {
    controller.abort(reason);
  };
  const { cluster, clock, job, image } = await build([script(cancel)], {
    inputs: { retries: '3', 'keep-pod': 'on-failure' },
    cancelled: controller.signal,
    answers: answers?.(cancel) ?? {},
  });
  await expect(image).rejects.toBe(reason);
  expect(steps(cluster)).toEqual(expected);
  expect(job.remembered.at(-1) ?? []).toEqual([]);
  expect(clock.sleeping).toBe(0);
});

test('a create that is under way when the job is cancelled is waited for, and its pod removed', async () => {
  const controller = new AbortController();
  const life = await PodDouble.start();
  pods.push(life);
  const { cluster, job, image } = await build([], {
    cancelled: controller.signal,
    answers: {
      ...life.answers,
      createPod: async (pod, signal) => {
        controller.abort(reason);
        await turn();
        return life.answers.createPod(pod, signal);
      },
    },
  });
  await expect(image).rejects.toBe(reason);
  expect(steps(cluster)).toEqual(['create kbp-1', 'delete kbp-1 1']);
  expect(job.remembered.at(-1)).toEqual([]);
});

test('a create that is never answered is left three seconds after the job is cancelled', async () => {
  const controller = new AbortController();
  const { clock, cluster, image } = await build([], {
    cancelled: controller.signal,
    answers: {
      createPod: (_pod, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
          controller.abort(reason);
        }),
      deletePod: () => Promise.resolve(false),
    },
  });
  const startedAt = clock.now();
  await expect(clock.until(image)).rejects.toBe(reason);
  expect(clock.now() - startedAt).toBe(3_000);
  expect(steps(cluster)).toEqual(['create kbp-1', 'delete kbp-1 1']);
});

test.each([
  { keepPod: 'never', script: endsWith('exit-7'), kept: false },
  { keepPod: 'on-failure', script: endsWith('exit-7'), kept: true },
  { keepPod: 'on-failure', script: succeeds, kept: false },
  { keepPod: 'always', script: succeeds, kept: true },
])('keep-pod: $keepPod keeps the pod: $kept', async ({ keepPod, script, kept }) => {
  const { cluster, job, report, image } = await build([script], {
    inputs: { 'keep-pod': keepPod },
  });
  await image.catch(() => undefined);
  expect(cluster.calls.some((call) => call.startsWith('delete'))).toBe(!kept);
  const pod = { namespace: 'builds', name: 'kbp-1' };
  expect((await report).keptPods).toEqual(kept ? [pod] : []);
  expect(job.text.includes('pod kbp-1 in namespace builds is kept')).toBe(kept);
  expect(job.remembered.at(-1)).toEqual([]);
});

test('a pod that was kept after a retried attempt is reported, the removed one is not', async () => {
  const { clock, image, report } = await build([cutOff, succeeds], {
    inputs: { retries: '1', 'keep-pod': 'on-failure' },
  });
  expect(await clock.until(image, 50)).toEqual({ digest });
  expect(await report).toMatchObject({
    pod: { name: 'kbp-2' },
    keptPods: [{ namespace: 'builds', name: 'kbp-1' }],
  });
});

test('the report has what earlier attempts got to and the last one did not', async () => {
  const ended = 'layer 1';
  const { clock, image, report } = await build(
    [
      {
        output: ended,
        onStdin: (pod, connection) => {
          connection.socket.pause();
          connection.succeed();
          pod.become(completed(`x@${digest}`));
        },
      },
      { starts: ['invalid-image-name'] },
    ],
    { inputs: { retries: '1', 'keep-pod': 'on-failure' }, archiveBytes: 50_000_000 },
  );
  await expect(clock.until(image, 50)).rejects.toMatchObject({ kind: 'pod' });
  expect(await report).toMatchObject({
    attempts: 2,
    pod: { name: 'kbp-2' },
    exitCode: 0,
    tail: [ended],
    keptPods: [{ name: 'kbp-1' }, { name: 'kbp-2' }],
  });
});

test.each([
  { code: 403, expected: ['create kbp-1'] },
  { code: 422, expected: ['create kbp-1'] },
  { code: 409, expected: ['create kbp-1', 'delete kbp-1 1'] },
  { code: 500, expected: ['create kbp-1', 'delete kbp-1 1'] },
])(
  'after a create that fails with $code the requests are $expected',
  async ({ code, expected }) => {
    const { cluster, job, phases, opened, image } = await build([{}], {
      // More than is read ahead, so that the stream does not end by itself.
      archiveBytes: 2_000_000,
      answers: { createPod: () => Promise.reject(new BuildError('cluster', 'no', { code })) },
    });
    await expect(image).rejects.toMatchObject({ code });
    expect(steps(cluster)).toEqual(expected);
    expect(job.remembered.at(-1)).toEqual([]);
    expect(phases.spans.map(({ phase }) => phase)).toEqual(['create', 'remove']);
    expect(opened.map(({ stream }) => stream.destroyed)).toEqual([true]);
  },
);

test('a refusal after the create does not count as one of the create: the pod is deleted', async () => {
  const { clock, cluster, image } = await build([{}], {
    answers: {
      attach: () => Promise.reject(new BuildError('cluster', 'forbidden', { code: 403 })),
    },
  });
  await expect(clock.until(image, 50)).rejects.toMatchObject({ code: 403 });
  expect(steps(cluster).at(-1)).toMatch(/^delete kbp-1/);
});

test('a timeout while the next pod is created reports the last state of the one before', async () => {
  const started = await build([cutOff], {
    inputs: { retries: '1', timeout: '10m' },
    answers: {
      createPod: (pod, signal) =>
        pod.metadata?.name === 'kbp-1'
          ? (pods.at(-1)?.answers.createPod(pod, signal) ?? Promise.reject(new Error('no pod')))
          : new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                reject(signal.reason as Error);
              });
            }),
      deletePod: () => Promise.resolve(false),
    },
  });
  await expect(started.clock.until(started.image, 50)).rejects.toMatchObject({
    kind: 'timeout',
    message: 'the step did not end within its timeout of 600 s; last state: running on node lab',
  });
  expect(await started.report).toMatchObject({
    attempts: 2,
    pod: { name: 'kbp-2' },
    node: '',
    context: { files: 1, bytes: 17 },
  });
});

test('a container that the kubelet killed is explained by the events', async () => {
  const { clock, image } = await build([{ starts: ['post-start-hook'] }], {
    answers: { podEvents: () => Promise.resolve(recordedEvents('post-start-hook')) },
  });
  await expect(clock.until(image, 50)).rejects.toMatchObject({
    kind: 'build',
    hint: "Correct the postStart hook in 'pod-template'.",
  });
});

test('a pod that was never created is not reported as kept', async () => {
  const { report, image } = await build([], {
    inputs: { 'keep-pod': 'always' },
    answers: {
      createPod: () => Promise.reject(new BuildError('cluster', 'exceeded quota', { code: 403 })),
      readPod: () => Promise.resolve(undefined),
    },
  });
  await expect(image).rejects.toThrow('exceeded quota');
  expect((await report).keptPods).toEqual([]);
});

test('a pod that cannot be removed stays remembered for the post step, and hides no failure', async () => {
  const { clock, job, image } = await build([{ ...endsWith('exit-7'), deletable: false }]);
  await expect(clock.until(image, 50)).rejects.toThrow('exit code 7');
  expect(job.remembered.at(-1)).toEqual([{ namespace: 'builds', name: 'kbp-1' }]);
  expect(job.text).toContain('pod kbp-1 could not be removed yet');
});

test('the pod has its nonce, a deadline after the timeout, and a stdin for one attach', async () => {
  const created: V1Pod[] = [];
  const { image } = await build([succeeds], {
    inputs: { timeout: '10m' },
    answers: {
      createPod: (pod, signal) => {
        created.push(pod);
        const [life] = pods;
        if (life === undefined) throw new Error('the test has no pod');
        return life.answers.createPod(pod, signal);
      },
    },
  });
  await image;
  expect(created[0]?.metadata?.annotations?.[nonceAnnotation]).toBe('nonce-0');
  expect(created[0]?.spec).toMatchObject({
    activeDeadlineSeconds: 660,
    containers: [{ name: 'builder', stdin: true, stdinOnce: true }],
  });
});

test('a pod whose user namespace the API server dropped is removed, and the build fails', async () => {
  const { cluster, image } = await build([succeeds], {
    inputs: { 'host-users': 'false' },
    answers: {
      createPod: async (pod, signal) => {
        const [life] = pods;
        const created = await life?.answers.createPod(pod, signal);
        const { hostUsers, ...spec } = created?.spec ?? { containers: [] };
        expect(hostUsers).toBe(false);
        return { ...created, spec };
      },
    },
  });
  await expect(image).rejects.toMatchObject({
    kind: 'cluster',
    message:
      'the API server dropped hostUsers: false from the pod, so the pod would not get a user namespace',
  });
  expect(steps(cluster)).toEqual(['create kbp-1', 'delete kbp-1 1']);
});

test.each([
  { name: 'the defaults', inputs: {}, requests: '1Gi', limits: '100Gi' },
  {
    name: "those of 'resources'",
    inputs: { resources: 'requests.ephemeral-storage=2Gi' },
    requests: '2Gi',
    limits: undefined,
  },
  {
    name: "those of 'pod-template'",
    inputs: {
      'pod-template': JSON.stringify({
        spec: {
          containers: [
            { name: '$builder', resources: { limits: { 'ephemeral-storage': '500Mi' } } },
          ],
        },
      }),
    },
    requests: undefined,
    limits: '500Mi',
  },
])('the request and limit for ephemeral storage are $name', async (given) => {
  let created: V1Pod | undefined;
  const { image } = await build([succeeds], {
    inputs: given.inputs,
    answers: {
      createPod: (pod) => {
        created = pod;
        return Promise.reject(new BuildError('cluster', 'enough seen'));
      },
    },
  });
  await expect(image).rejects.toThrow('enough seen');
  const resources = created?.spec?.containers[0]?.resources;
  expect(resources?.requests?.['ephemeral-storage']).toBe(given.requests);
  expect(resources?.limits?.['ephemeral-storage']).toBe(given.limits);
});
