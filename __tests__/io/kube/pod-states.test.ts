import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { BuildError } from '../../../src/errors.ts';
import { PodStates } from '../../../src/io/kube/pod-states.ts';
import { RestClient } from '../../../src/io/kube/rest.ts';
import {
  ApiServer,
  breakOff,
  refuse,
  sendJson,
  staySilent,
  type Answer,
} from '../../support/api-server.ts';
import { VirtualClock } from '../../support/clock.ts';
import { InFlight } from '../../support/in-flight.ts';
import { until } from '../../support/until.ts';

const servers: ApiServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const watchCall = 'GET /api/v1/namespaces/builds/pods';
const readCall = 'GET /api/v1/namespaces/builds/pods/kbp-x';

interface Following {
  readonly server: ApiServer;
  readonly clock: VirtualClock;
  readonly cancel: AbortController;
  /** The version of the next state, `gone` without a pod. Time does not pass. */
  readonly next: () => Promise<string>;
  /** The same while time passes from sleep to sleep. */
  readonly nextInTime: () => Promise<string>;
  /** Each change of the problem that was reported; undefined when it ended. */
  readonly problems: readonly (string | undefined)[];
  /** Number of reads that have ended. */
  readonly reads: () => number;
}

/** Follows a pod of version 1 on a server with these answers to watches and to reads. */
async function follow(
  watches: readonly Answer[],
  reads: readonly Answer[],
  created = pod('1'),
): Promise<Following> {
  const server = await ApiServer.start({ [watchCall]: watches, [readCall]: reads });
  servers.push(server);
  const clock = new VirtualClock();
  const cancel = new AbortController();
  const inFlight = new InFlight();
  clock.isBusy = inFlight.isBusy;
  const rest = new RestClient(inFlight.count(server.connection()), clock, inFlight.observer);
  const ref = { namespace: 'builds', name: 'kbp-x' };
  const problems: (string | undefined)[] = [];
  let readCount = 0;
  const onProblem = (problem: BuildError | undefined): void => {
    if (problem === undefined) readCount += 1;
    if (problems.at(-1) !== problem?.message) problems.push(problem?.message);
  };
  const options = { describe, onProblem };
  const states = new PodStates(rest, clock, ref, options).from(created, cancel.signal);
  const iterator = states[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const result = await iterator.next();
    if (result.done === true) return 'the end';
    const state: V1Pod | undefined = result.value;
    return state?.metadata?.resourceVersion ?? 'gone';
  };
  expect(await next()).toBe(created.metadata?.resourceVersion);
  const nextInTime = (): Promise<string> => clock.until(next());
  return { server, clock, cancel, next, nextInTime, problems, reads: () => readCount };
}

/** The messages of KubeCluster are tested there. */
function describe(cause: unknown): BuildError {
  const message = Error.isError(cause) ? cause.message : 'not an error';
  return new BuildError('cluster', `following failed: ${message}`, { cause });
}

function pod(resourceVersion: string): V1Pod {
  return { kind: 'Pod', metadata: { name: 'kbp-x', resourceVersion } };
}

function event(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** A watch that sends this and stays open. */
function watching(...versions: readonly string[]): Answer {
  return (response) => {
    response.writeHead(200);
    response.flushHeaders();
    for (const version of versions) response.write(event('MODIFIED', pod(version)));
  };
}

/** Sends the text byte by byte. */
function drip(response: ServerResponse, text: string): void {
  const bytes = Buffer.from(text);
  const sendFrom = (index: number): void => {
    if (index >= bytes.length) return;
    response.write(bytes.subarray(index, index + 1), () => {
      setImmediate(sendFrom, index + 1);
    });
  };
  sendFrom(0);
}

test('watches from the version of the given pod', async () => {
  const { server, next } = await follow([watching('2', '3')], []);
  expect(await next()).toBe('2');
  expect(await next()).toBe('3');
  expect(server.requests).toMatchObject([
    {
      path: '/api/v1/namespaces/builds/pods',
      query: {
        watch: 'true',
        fieldSelector: 'metadata.name=kbp-x',
        resourceVersion: '1',
        timeoutSeconds: '1800',
      },
    },
  ]);
});

test('reads an event from any number of chunks, also cut inside a character', async () => {
  const named = { kind: 'Pod', metadata: { name: 'kbp-x', resourceVersion: 'ü€😀' } };
  const { next } = await follow(
    [
      (response) => {
        drip(response, event('ADDED', named) + event('MODIFIED', pod('3')));
      },
    ],
    [],
  );
  expect(await next()).toBe('ü€😀');
  expect(await next()).toBe('3');
});

test.each([
  {
    name: 'breaks off in the middle of a line',
    end: (response: ServerResponse) => response.destroy(),
  },
  { name: 'ends in the middle of a line', end: (response: ServerResponse) => response.end() },
])('a watch that $name is followed by a read and a new watch', async ({ end }) => {
  const half = event('MODIFIED', pod('3')).slice(0, 40);
  const { server, next, nextInTime } = await follow(
    [
      (response) => {
        response.write(event('MODIFIED', pod('2')) + half, () => end(response));
      },
      watching('5'),
    ],
    [sendJson(pod('4'))],
  );
  expect(await next()).toBe('2');
  expect(await nextInTime()).toBe('4');
  expect(await next()).toBe('5');
  expect(server.calls).toEqual([watchCall, readCall, watchCall]);
  // The first version may be too old by now: the second watch begins with the current state.
  expect(server.requests[2]?.query).not.toHaveProperty('resourceVersion');
});

const tooOld = {
  kind: 'Status',
  code: 410,
  reason: 'Expired',
  message: 'too old resource version',
};

test.each([
  {
    name: 'an event',
    answer: ((response) => response.write(event('ERROR', tooOld))) satisfies Answer,
  },
  { name: 'a 410 response', answer: refuse(410, 'too old resource version') },
  { name: 'an overloaded server', answer: refuse(429, 'too many requests') },
  { name: 'a proxy without a server', answer: refuse(503, 'no endpoints') },
])('$name instead of a watch is followed by a read and a new watch', async ({ answer }) => {
  const { server, next, nextInTime } = await follow([answer, watching('3')], [sendJson(pod('2'))]);
  expect(await nextInTime()).toBe('2');
  expect(await next()).toBe('3');
  expect(server.calls).toEqual([watchCall, readCall, watchCall]);
});

test('a throttled watch is retried after the time of Retry-After', async () => {
  const { clock, nextInTime } = await follow(
    [refuse(429, 'slow down', { 'retry-after': '7' }), watching('3')],
    [sendJson(pod('2'))],
  );
  const startedAt = clock.now();
  expect(await nextInTime()).toBe('2');
  expect(clock.now() - startedAt).toBeGreaterThanOrEqual(7_000);
});

test('without permission to watch, the pod is read every 1.5 s', async () => {
  const { server, clock, nextInTime } = await follow(
    [refuse(403, 'cannot watch')],
    ['2', '3', '4'].map((version) => sendJson(pod(version))),
  );
  const startedAt = clock.now();
  expect([await nextInTime(), await nextInTime(), await nextInTime()]).toEqual(['2', '3', '4']);
  expect(server.calls).toEqual([watchCall, readCall, readCall, readCall]);
  expect(clock.now() - startedAt).toBe(4_500);
});

test('a watch that is refused after an earlier one was granted is retried, not polled', async () => {
  const { server, next, nextInTime } = await follow(
    [
      (response) => response.end(event('MODIFIED', pod('2'))),
      refuse(403, 'roles are not loaded yet'),
      watching('5'),
    ],
    [sendJson(pod('3')), sendJson(pod('4'))],
  );
  expect(await next()).toBe('2');
  expect(await nextInTime()).toBe('3');
  expect(await nextInTime()).toBe('4');
  expect(await next()).toBe('5');
  expect(server.calls).toEqual([watchCall, readCall, watchCall, readCall, watchCall]);
});

test('a read that is refused temporarily is retried', async () => {
  const { nextInTime } = await follow(
    [refuse(403, 'cannot watch')],
    [refuse(403, 'roles are not loaded yet'), refuse(401, 'unknown'), sendJson(pod('2'))],
  );
  expect(await nextInTime()).toBe('2');
});

test('a watch reports a deleted pod as undefined', async () => {
  const { next } = await follow(
    [(response) => response.write(event('DELETED', pod('2')))],
    [refuse(404, 'not found')],
  );
  expect(await next()).toBe('gone');
});

test('a read reports a deleted pod as undefined', async () => {
  const { nextInTime } = await follow([refuse(403, 'cannot watch')], [refuse(404, 'not found')]);
  expect(await nextInTime()).toBe('gone');
});

test('a watch that a proxy buffers is replaced by polling', async () => {
  const { server, clock, nextInTime } = await follow([watching()], [sendJson(pod('2'))]);
  const startedAt = clock.now();
  expect(await nextInTime()).toBe('2');
  expect(await nextInTime()).toBe('2');
  expect(server.calls).toEqual([watchCall, readCall, readCall, readCall]);
  // 15 s of silence, 2 s for the watch to deliver the state of the read, then polls.
  expect(clock.now() - startedAt).toBe(20_000);
});

test('a silent watch of an unchanged pod continues', async () => {
  let late: ServerResponse | undefined;
  const { server, clock, next } = await follow(
    [
      (response, asked) => {
        watching()(response, asked);
        late = response;
      },
    ],
    [
      (response, asked) => {
        sendJson(pod('1'))(response, asked);
        setImmediate(() => late?.write(event('MODIFIED', pod('2'))));
      },
    ],
  );
  expect(await clock.until(next())).toBe('2');
  expect(server.calls).toEqual([watchCall, readCall]);
});

test('a watch that delivers a state shortly after a read has returned it continues', async () => {
  let watch: ServerResponse | undefined;
  const { server, clock, next, nextInTime, reads } = await follow(
    [
      (response, request) => {
        watching('2')(response, request);
        watch = response;
      },
    ],
    [sendJson(pod('3'))],
  );
  expect(await next()).toBe('2');
  const third = next();
  // The first silence of 15 s has an event in it, the second one of 30 s ends with a read.
  await clock.advance(45_000);
  await until(() => reads() === 1 && clock.sleeping === 1);
  // Version 3 was read. The watch delivers it within 2 s.
  watch?.write(event('MODIFIED', pod('3')));
  expect(await third).toBe('3');
  await clock.advance(2_000);
  watch?.write(event('MODIFIED', pod('4')));
  expect(await nextInTime()).toBe('4');
  expect(server.calls).toEqual([watchCall, readCall]);
});

function named(name: string, uid: string, resourceVersion: string): V1Pod {
  return { kind: 'Pod', metadata: { name, uid, resourceVersion } };
}

test('the watch of a server that ignores the selector is filtered', async () => {
  const others = [
    event('MODIFIED', named('other', 'o', '7')),
    event('DELETED', named('other', 'o', '8')),
    event('MODIFIED', pod('2')),
  ];
  const { next } = await follow([(response) => response.write(others.join(''))], []);
  expect(await next()).toBe('2');
});

test('another pod with the same name means that the pod was deleted', async () => {
  const first = named('kbp-x', 'a', '2');
  const second = named('kbp-x', 'b', '3');
  const { next, nextInTime } = await follow(
    [(response) => response.end(event('MODIFIED', second))],
    [sendJson(second)],
    first,
  );
  expect(await next()).toBe('gone');
  expect(await nextInTime()).toBe('gone');
});

test.each([
  { name: 'is not JSON', line: '<html>' },
  { name: 'is not an event', line: '7' },
  { name: 'has an unknown type', line: '{"type":"BOOKMARK","object":{"kind":"Pod"}}' },
  { name: 'is not about a pod', line: '{"type":"MODIFIED","object":[]}' },
  { name: 'is nested deeply', line: '['.repeat(100_000) },
])('a line of the watch that $name is followed by a read', async ({ line }) => {
  const { nextInTime } = await follow(
    [(response) => response.write(`${line}\n`), watching('3')],
    [sendJson(pod('2'))],
  );
  expect(await nextInTime()).toBe('2');
  expect(await nextInTime()).toBe('3');
});

test.each([
  { name: 'a page', answer: ((response) => response.end('<html>')) satisfies Answer },
  { name: 'another object', answer: sendJson({ kind: 'Status' }) },
  { name: 'another pod', answer: sendJson(named('other', 'o', '7')) },
])('$name instead of the pod is an outage', async ({ answer }) => {
  const { nextInTime, problems } = await follow(
    [refuse(403, 'cannot watch')],
    [answer, answer, sendJson(pod('2'))],
  );
  expect(await nextInTime()).toBe('2');
  expect(problems).toEqual([expect.stringMatching(/unexpected response/), undefined]);
});

test('a server that is unavailable for more than five minutes ends the states', async () => {
  const { clock, next, nextInTime } = await follow(
    [(response) => response.end(event('MODIFIED', pod('2')))],
    [breakOff],
  );
  expect(await next()).toBe('2');
  const startedAt = clock.now();
  await expect(nextInTime()).rejects.toMatchObject({ cause: { message: 'socket hang up' } });
  expect(clock.now() - startedAt).toBeGreaterThan(280_000);
  expect(clock.now() - startedAt).toBeLessThan(310_000);
});

test('a proxy that refuses every watch does not end the states while reads succeed', async () => {
  const { clock, nextInTime } = await follow(
    [refuse(503, 'no streaming', { 'retry-after': '60' })],
    [sendJson(pod('2'))],
  );
  const startedAt = clock.now();
  while (clock.now() - startedAt < 6 * 60_000) expect(await nextInTime()).toBe('2');
});

test('a read that is refused for a minute ends the states', async () => {
  const { clock, nextInTime } = await follow([breakOff], [refuse(400, 'bad request')]);
  const startedAt = clock.now();
  await expect(nextInTime()).rejects.toMatchObject({ cause: { message: 'bad request' } });
  expect(clock.now() - startedAt).toBeGreaterThan(40_000);
  expect(clock.now() - startedAt).toBeLessThan(62_000);
});

test.each([
  { name: 'a conflict', answer: refuse(409, 'modified') },
  { name: 'a 401', answer: refuse(401, 'Unauthorized') },
  {
    name: 'the page of a gateway',
    answer: ((response) => response.writeHead(404).end('no page')) satisfies Answer,
  },
  {
    name: 'a redirect',
    answer: ((response) => response.writeHead(302, { location: '/login' }).end()) satisfies Answer,
  },
])('$name for a moment does not end the states, and is reported', async ({ answer }) => {
  const { nextInTime, problems } = await follow(
    [answer, watching('3')],
    [answer, answer, sendJson(pod('2'))],
  );
  expect(await nextInTime()).toBe('2');
  expect(await nextInTime()).toBe('3');
  expect(problems).toEqual([expect.stringMatching(/^following failed: ./), undefined]);
});

test.each([
  { name: 'a watch without a response', watches: [staySilent] },
  { name: 'an open watch', watches: [watching()] },
  { name: 'a pause between polls', watches: [refuse(403, 'cannot watch')] },
])('cancelling ends $name', async ({ watches }) => {
  const { server, clock, cancel, next } = await follow(watches, []);
  const ended = expect(next()).rejects.toThrow('following failed');
  while (server.calls.length === 0) await clock.advance(0);
  for (let turns = 0; turns < 50; turns += 1) await clock.advance(0);
  cancel.abort(new BuildError('cancelled', 'the job was cancelled'));
  await ended;
  expect(clock.sleeping).toBe(0);
});
