import { Readable } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import type { AttachEnd } from '../../src/attach/pump.ts';
import { uploadStdin } from '../../src/attach/upload.ts';
import type { StdinStream } from '../../src/context/stdin.ts';
import { BuildError } from '../../src/errors.ts';
import { PodFollower } from '../../src/pod/follow.ts';
import type { Cluster } from '../../src/ports.ts';
import { AttachServer, succeedAndClose, type AttachScript } from '../support/attach-server.ts';
import { turn, VirtualClock } from '../support/clock.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { recordedPod } from '../support/pods.ts';
import { until } from '../support/until.ts';

const servers: AttachServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function serve(script: AttachScript): Promise<AttachServer> {
  const server = await AttachServer.start(script);
  servers.push(server);
  return server;
}

interface Upload {
  readonly clock: VirtualClock;
  readonly cluster: ClusterDouble;
  readonly end: Promise<AttachEnd>;
  readonly opened: StdinStream[];
  readonly lines: string[];
  /** Ends the container with exit code 0. */
  readonly complete: () => void;
}

async function upload(
  attach: Cluster['attach'],
  signal: AbortSignal = new AbortController().signal,
): Promise<Upload> {
  const clock = new VirtualClock();
  const cluster = new ClusterDouble({ attach });
  const opened: StdinStream[] = [];
  const lines: string[] = [];
  let complete = (): void => undefined;
  const completed = new Promise<void>((resolve) => {
    complete = resolve;
  });
  const follower = new PodFollower(statesOf(completed), 'builder', clock, signal);
  await turn();
  const end = uploadStdin(
    {
      cluster,
      clock,
      follower,
      ref: { namespace: 'builds', name: 'kbp-x' },
      container: 'builder',
      streams: { stderr: false },
      open: () => ({
        stream: Readable.from([Buffer.from('whole '), Buffer.from('stream')]),
        progress: { files: 1, bytes: 12, totalBytes: 12, totalFiles: 1 },
      }),
      onOpen: (stream) => opened.push(stream),
      onSent: () => undefined,
      report: (line) => {
        lines.push(line);
      },
    },
    signal,
  );
  return { clock, cluster, end, opened, lines, complete };
}

async function* statesOf(completed: Promise<void>): AsyncIterable<V1Pod> {
  yield recordedPod('running');
  await completed;
  yield recordedPod('completed');
}

const forbidden = new BuildError('cluster', 'attaching to pod "kbp-x" failed: no Roles yet', {
  code: 403,
});
const refused = new BuildError('cluster', 'attaching to pod "kbp-x" failed: not now', {
  code: 500,
});

test('sends the whole stream with one attach', async () => {
  const server = await serve({ onEndOfStdin: succeedAndClose });
  const { end, opened, cluster } = await upload(() => server.open());
  expect(await end).toEqual({ bytesSent: 12, isSent: true, acknowledged: true, unreached: false });
  expect(server.connection.stdin.toString()).toBe('whole stream');
  expect(opened).toHaveLength(1);
  expect(cluster.calls).toEqual(['attach kbp-x']);
});

test.each([
  { name: 'that fails', failure: refused },
  { name: 'that is forbidden', failure: forbidden },
])('retries an attach $name', async ({ failure }) => {
  const server = await serve({ onEndOfStdin: succeedAndClose });
  let refusals = 2;
  const { clock, end, opened, lines } = await upload(() =>
    refusals-- > 0 ? Promise.reject(failure) : server.open(),
  );
  await clock.advance(1_000);
  expect(await end).toMatchObject({ acknowledged: true });
  expect(opened).toHaveLength(1);
  expect(lines).toEqual(Array(2).fill(`retrying attach: ${failure.message}`));
});

test('waits before the retry as long as the server asks', async () => {
  const server = await serve({ onEndOfStdin: succeedAndClose });
  const busy = new BuildError('cluster', 'attaching failed', { code: 429, retryAfterMs: 7_000 });
  let refusals = 1;
  const { clock, cluster, end } = await upload(() =>
    refusals-- > 0 ? Promise.reject(busy) : server.open(),
  );
  await clock.advance(6_999);
  expect(cluster.calls).toHaveLength(1);
  await clock.advance(1_001);
  expect(cluster.calls).toHaveLength(2);
  expect(await end).toMatchObject({ acknowledged: true });
});

test('sends the stream from its beginning to a container that was not reached', async () => {
  const server = await serve({
    onOpen: (connection) => {
      if (server.connections.length === 1) connection.fail('container not found ("builder")');
    },
    onEndOfStdin: succeedAndClose,
  });
  const { clock, end, opened, lines } = await upload(() => server.open());
  await until(() => lines.length === 1);
  await clock.advance(1_000);
  expect(await end).toMatchObject({ bytesSent: 12, acknowledged: true });
  expect(server.connections[1]?.stdin.toString()).toBe('whole stream');
  expect(opened.map(({ stream }) => stream.destroyed)).toEqual([true, true]);
});

test('does not retry after the container was reached', async () => {
  const server = await serve({
    onStdin: ({ socket }) => {
      socket.terminate();
    },
  });
  const { cluster, end } = await upload(() => server.open());
  expect(await end).toMatchObject({ acknowledged: false, unreached: false });
  expect(cluster.calls).toEqual(['attach kbp-x']);
});

test.each([
  { name: 'a cancelled step', failure: new BuildError('cancelled', 'the job was cancelled') },
  { name: 'a timeout', failure: new BuildError('timeout', 'too late') },
])('does not retry after $name', async ({ failure }) => {
  const { cluster, end } = await upload(() => Promise.reject(failure));
  expect(await end).toEqual({
    bytesSent: 0,
    isSent: false,
    acknowledged: false,
    unreached: false,
    failure,
  });
  expect(cluster.calls).toEqual(['attach kbp-x']);
});

test('does not retry an attach whose upgrade was dropped on the way', async () => {
  const dropped = new BuildError('cluster', 'attaching failed: Upgrade request required', {
    code: 400,
  });
  let attempts = 0;
  const { clock, end } = await upload(() => {
    attempts += 1;
    return Promise.reject(dropped);
  });
  expect(await clock.until(end)).toMatchObject({ failure: dropped, unreached: false });
  expect(attempts).toBe(1);
});

test('stops retrying after half a minute with the last failure', async () => {
  const { clock, cluster, end, opened } = await upload(() => Promise.reject(refused));
  const startedAt = clock.now();
  expect(await clock.until(end)).toMatchObject({ failure: refused, unreached: true });
  expect(clock.now() - startedAt).toBeLessThanOrEqual(30_000);
  expect(cluster.calls.length).toBeGreaterThan(10);
  expect(opened).toEqual([]);
  expect(clock.sleeping).toBe(0);
});

test('does not attach to a container that has ended', async () => {
  const { clock, cluster, end, complete } = await upload(() => Promise.reject(refused));
  await turn();
  complete();
  await turn();
  expect(await end).toMatchObject({ unreached: true });
  expect(clock.sleeping).toBe(0);
  expect(cluster.calls.length).toBeLessThanOrEqual(2);
});

test('keeps an error of the attach that is not a BuildError as the cause', async () => {
  const cause = new Error('socket hang up');
  const cancel = new AbortController();
  const { clock, end } = await upload(() => Promise.reject(cause), cancel.signal);
  cancel.abort(new BuildError('cancelled', 'the job was cancelled'));
  expect(await clock.until(end)).toMatchObject({
    failure: { kind: 'attach', message: 'attaching to the container failed', cause },
  });
});

test('stops at once when the step is cancelled', async () => {
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled (SIGTERM)');
  const server = await serve({
    onStdin: () => {
      cancel.abort(reason);
    },
  });
  const { end, opened } = await upload(() => server.open(), cancel.signal);
  expect(await end).toMatchObject({ acknowledged: false, failure: reason });
  expect(opened[0]?.stream.destroyed).toBe(true);
});
