import { once } from 'node:events';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';
import { JobDouble } from '../runner/job-double.ts';
import { Attempt, type AttemptPorts, type ContainerEnd } from '../src/attempt.ts';
import { BuildError } from '../src/errors.ts';
import { JobLog } from '../src/logs/fence.ts';
import type { Cluster } from '../src/ports.ts';
import { PhaseRecorder } from '../src/result/phases.ts';
import { PodDouble, untilSteady, type PodScript } from './support/attach-server.ts';
import { VirtualClock } from './support/clock.ts';
import { ClusterDouble } from './support/cluster.ts';
import { recordedPod } from './support/pods.ts';

const pods: PodDouble[] = [];

afterEach(async () => {
  await Promise.all(pods.splice(0).map(({ server }) => server.stop()));
});

const ref = { namespace: 'builds', name: 'kbp-x' };

interface Running {
  readonly clock: VirtualClock;
  readonly cluster: ClusterDouble;
  readonly job: JobDouble;
  readonly phases: PhaseRecorder;
  readonly pod: PodDouble;
  readonly attempt: Attempt;
  readonly end: Promise<ContainerEnd>;
}

function portsOf(answers: Partial<Cluster>): AttemptPorts & {
  readonly cluster: ClusterDouble;
  readonly clock: VirtualClock;
  readonly job: JobDouble;
} {
  const clock = new VirtualClock();
  const job = new JobDouble();
  return {
    clock,
    job,
    cluster: new ClusterDouble({ podEvents: () => Promise.resolve([]), ...answers }),
    log: new JobLog(job, () => 'token-of-the-fence'),
    phases: new PhaseRecorder(clock),
  };
}

async function run(
  script: PodScript,
  answers: Partial<Cluster> = {},
  { signal = new AbortController().signal, data = Buffer.from('archive') } = {},
): Promise<Running> {
  const pod = await PodDouble.start(script);
  pods.push(pod);
  const ports = portsOf({ ...pod.answers, ...answers });
  const options = {
    attached: { stderr: false },
    startTimeoutMs: 60_000,
    open: () => ({
      stream: Readable.from([data]),
      progress: { files: 2, bytes: 10, totalBytes: 10, totalFiles: 2 },
    }),
  };
  const attempt = new Attempt(ref, ports);
  // As the API server answers to the create.
  const created = await pod.answers.createPod({ kind: 'Pod', metadata: ref }, signal);
  const end = attempt.run(created, options, signal);
  end.catch(() => undefined);
  return { ...ports, pod, attempt, end };
}

test('returns state, upload and the last lines, and logs every step in order', async () => {
  const { attempt, cluster, job, phases, end } = await run({ output: 'one\ntwo' });
  expect(await end).toMatchObject({
    state: { kind: 'ended', exitCode: 0 },
    upload: { bytesSent: 7, isSent: true, acknowledged: true, unreached: false },
    tail: ['one', 'two'],
    isOutputWhole: true,
  });
  expect(job.lines).toEqual([
    expect.stringMatching(/^waiting: ContainerCreating/),
    expect.stringMatching(/^running on node /),
    '::group::Build',
    'context complete: sent 7 B in 0.0 s, 2 of 2 files',
    '::stop-commands::token-of-the-fence',
    'one',
    'two',
  ]);
  expect(cluster.calls.slice(0, 3)).toEqual([
    'watch kbp-x',
    'log kbp-x follow=true since=',
    'attach kbp-x',
  ]);
  expect(attempt).toMatchObject({
    exitCode: 0,
    node: 'lab',
    context: { files: 2, bytes: 10, wireBytes: 7 },
    state: 'ended with exit code 0 (Completed)',
  });
  expect(phases.spans.map(({ phase }) => phase)).toEqual(['start', 'upload', 'build']);
});

test('a server without the half-close gets the stream by a drained close', async () => {
  const { clock, job, pod, end } = await run({ protocol: 'v4.channel.k8s.io' });
  while (!job.text.includes('context complete')) await clock.advance(0);
  pod.become('completed');
  expect(await end).toMatchObject({
    state: { kind: 'ended', exitCode: 0 },
    upload: { bytesSent: 7, isSent: true, acknowledged: true },
  });
  expect(pod.server.connection.stdin.toString()).toBe('archive');
});

test('a container that has ended before anything was sent is not attached to', async () => {
  const { clock, cluster, end } = await run({ starts: ['exit-7'], output: 'no such option' });
  expect(await clock.until(end)).toMatchObject({
    state: { kind: 'ended', exitCode: 7 },
    upload: undefined,
    tail: ['no such option'],
  });
  expect(cluster.calls).not.toContain('attach kbp-x');
});

test.each([
  { name: 'nothing', output: '', expected: true },
  { name: 'empty lines', output: '\n \n', expected: true },
  { name: 'a word', output: '\nno\n', expected: false },
])('a container that printed $name is silent: $expected', async ({ output, expected }) => {
  const { clock, end } = await run({ starts: ['exit-7'], output });
  expect(await clock.until(end)).toMatchObject({ isSilent: expected });
});

test('reports once that a node stops answering, and once that it answers again', async () => {
  const { clock, pod, job, end } = await run({ onEndOfStdin: () => undefined });
  while (!job.text.includes('::group::Build')) await clock.advance(0);
  for (const state of ['node-not-ready', 'node-not-ready', 'running', 'node-not-ready']) {
    pod.become(state);
    await clock.advance(0);
  }
  pod.become('exit-7');
  await clock.until(end);
  const silent = 'node lab is NotReady: waiting until it is Ready or the pod is evicted';
  expect(job.lines.filter((line) => line.startsWith('node '))).toEqual([
    silent,
    'node lab is Ready again',
    silent,
  ]);
});

test('what is known about the pod can be read at any time, after a failure too', async () => {
  const cancel = new AbortController();
  const script: PodScript = {
    onEndOfStdin: () => {
      cancel.abort(new BuildError('cancelled', 'the job was cancelled'));
    },
  };
  const { attempt, clock, end } = await run(script, {}, cancel);
  const known = (): object => {
    const { node, exitCode, state, context } = attempt;
    return { node, exitCode, state, context };
  };
  expect(known()).toEqual({
    node: '',
    exitCode: undefined,
    state: expect.stringMatching(/^Pending/) as unknown,
    context: undefined,
  });
  await expect(clock.until(end)).rejects.toMatchObject({ kind: 'cancelled' });
  expect(known()).toEqual({
    node: 'lab',
    exitCode: undefined,
    state: 'running on node lab',
    context: expect.objectContaining({ files: 2, bytes: 10, wireBytes: 7 }) as unknown,
  });
});

test('a long upload reports its progress', async () => {
  const { clock, pod, job, end } = await run(
    {
      starts: ['running'],
      onStdin: (_pod, { socket, payloads }) => {
        if (payloads.length === 1) socket.pause();
      },
    },
    {},
    { data: Buffer.alloc(30_000_000) },
  );
  await untilSteady(() => pod.server.connections[0]?.bytes ?? 0);
  await clock.advance(5_000);
  pod.server.connection.socket.resume();
  expect(await end).toMatchObject({ upload: { bytesSent: 30_000_000, acknowledged: true } });
  expect(job.text).toMatch(/^sent \S+ \SB in 5\.0 s \(\S+ \SB\/s\), 2 of 2 files$/m);
  expect(job.text).toContain('context complete: sent 30.0 MB in 5.0 s (6.00 MB/s), 2 of 2 files');
});

test('waits a moment for the end of the container after a lost upload', async () => {
  const { clock, pod, job, end } = await run({
    output: 'gzip: unexpected end of file',
    onStdin: (_pod, { socket }) => {
      socket.terminate();
    },
    onEndOfStdin: () => undefined,
  });
  while (!job.text.includes('context sent, but not confirmed')) await clock.advance(0);
  await clock.advance(4_000);
  pod.become('exit-7');
  expect(await end).toMatchObject({
    state: { kind: 'ended', exitCode: 7 },
    upload: { acknowledged: false, failure: { kind: 'lost' } },
    tail: ['gzip: unexpected end of file'],
  });
});

test('does not wait longer than five seconds after a lost upload', async () => {
  const { clock, job, end } = await run({
    onStdin: (_pod, { socket }) => {
      socket.terminate();
    },
    onEndOfStdin: () => undefined,
  });
  while (!job.text.includes('context sent, but not confirmed')) await clock.advance(0);
  const startedAt = clock.now();
  expect(await clock.until(end)).toMatchObject({
    state: { kind: 'running' },
    upload: { acknowledged: false },
  });
  expect(clock.now() - startedAt).toBe(5_000);
  expect(job.text).toContain('the connection to the container was lost');
  await clock.advance(0);
  expect(clock.sleeping).toBe(0);
});

test('warns about output that cannot be read, and returns the same state', async () => {
  const { clock, job, end } = await run(
    {},
    {
      log: () => {
        throw new BuildError('cluster', 'reading the log failed: forbidden', { code: 403 });
      },
    },
  );
  expect(await clock.until(end, 50)).toMatchObject({
    state: { kind: 'ended', exitCode: 0 },
    upload: { acknowledged: true },
    tail: [],
    isOutputWhole: false,
    isSilent: false,
  });
  expect(job.text).toContain(
    "::warning::the end of the builder's output is missing: reading the log failed: forbidden",
  );
});

test('states that end before the pod does are a failure, never a success', async () => {
  const { end } = await run(
    {},
    {
      podStates: async function* (pod) {
        yield await Promise.resolve(pod);
      },
    },
  );
  await expect(end).rejects.toThrow('the states of the pod ended before the pod did');
});

test('the states of the pod are not read after the end of the attempt', async () => {
  const reads: AbortSignal[] = [];
  const { clock, end } = await run(
    {},
    {
      podStates: async function* (pod, signal) {
        reads.push(signal);
        yield pod;
        yield recordedPod('invalid-image-name');
        await once(signal, 'abort');
      },
    },
  );
  await expect(clock.until(end)).rejects.toMatchObject({ kind: 'pod' });
  expect(reads.map(({ aborted }) => aborted)).toEqual([true]);
});

test('the state of the pod is described while the attempt runs', async () => {
  const { attempt, clock, end } = await run({ starts: ['unschedulable'] });
  while (attempt.state?.startsWith('Unschedulable') !== true) await clock.advance(0);
  await expect(clock.until(end)).rejects.toMatchObject({
    kind: 'timeout',
    message: expect.stringMatching(/^the pod did not start within 60 s: Unschedulable/) as unknown,
  });
});
