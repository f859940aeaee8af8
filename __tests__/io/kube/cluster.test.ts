import { afterEach, describe, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { BuildError } from '../../../src/errors.ts';
import { KubeCluster } from '../../../src/io/kube/cluster.ts';
import type { SentRequest } from '../../../src/io/kube/request-log.ts';
import { nonceAnnotation } from '../../../src/pod/spec/labels.ts';
import {
  ApiServer,
  breakOff,
  refuse,
  sendJson,
  type Answer,
  type Script,
} from '../../support/api-server.ts';
import { AttachServer, succeedAndClose } from '../../support/attach-server.ts';
import { VirtualClock } from '../../support/clock.ts';
import { InFlight } from '../../support/in-flight.ts';
import { until } from '../../support/until.ts';

const servers: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

interface Served {
  readonly server: ApiServer;
  readonly clock: VirtualClock;
  readonly cluster: KubeCluster;
}

async function serve(script: Script): Promise<Served> {
  const server = await ApiServer.start(script);
  servers.push(server);
  const clock = new VirtualClock();
  const inFlight = new InFlight();
  clock.isBusy = inFlight.isBusy;
  const connection = inFlight.count(server.connection());
  return { server, clock, cluster: new KubeCluster(connection, clock, inFlight.observer) };
}

const { signal } = new AbortController();
const ref = { namespace: 'builds', name: 'kbp-x' };
const podsPath = '/api/v1/namespaces/builds/pods';
const podPath = `${podsPath}/kbp-x`;
const reviewCall = 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

function pod(nonce: string): V1Pod {
  return { kind: 'Pod', metadata: { name: 'kbp-x', annotations: { [nonceAnnotation]: nonce } } };
}

const ours = pod('ours');

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test.each([
  { minor: '35', expected: 35 },
  { minor: '33+', expected: 33 },
  { minor: '', expected: undefined },
  { minor: undefined, expected: undefined },
])('serverMinor of "$minor" is $expected', async ({ minor, expected }) => {
  const { cluster } = await serve({ 'GET /version': [sendJson({ major: '1', minor })] });
  expect(await cluster.serverMinor(signal)).toBe(expected);
});

describe('listPermissions', () => {
  const listCall = 'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews';

  test('reviews the rules of the namespace, and returns those of the core API group', async () => {
    const { server, cluster } = await serve({
      [listCall]: [
        sendJson(
          {
            status: {
              incomplete: true,
              resourceRules: [
                { verbs: ['get', 'create'], apiGroups: [''], resources: ['pods', 'pods/log'] },
                { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
                { verbs: ['delete'], apiGroups: ['apps'], resources: ['pods'] },
                { verbs: ['delete'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
              ],
            },
          },
          201,
        ),
      ],
    });
    expect(await cluster.listPermissions(signal)).toEqual([
      { verb: 'get', resource: 'pods' },
      { verb: 'get', resource: 'pods/log' },
      { verb: 'create', resource: 'pods' },
      { verb: 'create', resource: 'pods/log' },
      { verb: '*', resource: '*' },
    ]);
    expect(server.requests[0]?.body).toEqual({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: 'builds' },
    });
  });

  test.each([
    { name: 'no rules', answers: [sendJson({ status: {} }, 201)] },
    { name: '403', answers: [refuse(403, 'forbidden')] },
    { name: '404', answers: [refuse(404, 'not found')] },
    {
      name: 'a lost response, then no rules',
      answers: [breakOff, sendJson({ status: {} }, 201)],
    },
  ])('is empty after $name', async ({ answers }) => {
    const { clock, cluster } = await serve({ [listCall]: answers });
    expect(await clock.until(cluster.listPermissions(signal))).toEqual([]);
  });

  test('reports a 401', async () => {
    const { cluster } = await serve({ [listCall]: [refuse(401, 'Unauthorized')] });
    await expect(cluster.listPermissions(signal)).rejects.toMatchObject({
      kind: 'cluster',
      code: 401,
      message: 'checking RBAC permissions failed: Unauthorized',
    });
  });
});

test('can sends a review with the subresource', async () => {
  const { server, cluster } = await serve({
    [reviewCall]: [sendJson({ status: { allowed: true } }, 201)],
  });
  expect(await cluster.can({ verb: 'create', resource: 'pods/attach' }, signal)).toBe('yes');
  expect(server.requests[0]?.body).toEqual({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        namespace: 'builds',
        verb: 'create',
        resource: 'pods',
        subresource: 'attach',
      },
    },
  });
});

test.each([
  { name: 'a denial', answers: [sendJson({ status: { allowed: false } }, 201)], expected: 'no' },
  { name: 'no decision', answers: [sendJson({ status: {} }, 201)], expected: 'no' },
  { name: '403', answers: [refuse(403, 'forbidden')], expected: 'unknown' },
  { name: '404', answers: [refuse(404, 'not found')], expected: 'unknown' },
  {
    name: 'a lost response, then a permission',
    answers: [breakOff, sendJson({ status: { allowed: true } }, 201)],
    expected: 'yes',
  },
])('can is "$expected" after $name', async ({ answers, expected }) => {
  const { clock, cluster } = await serve({ [reviewCall]: answers });
  const answer = cluster.can({ verb: 'get', resource: 'pods' }, signal);
  expect(await clock.until(answer)).toBe(expected);
});

test('can reports a 401', async () => {
  const { cluster } = await serve({ [reviewCall]: [refuse(401, 'Unauthorized')] });
  await expect(cluster.can({ verb: 'get', resource: 'pods/log' }, signal)).rejects.toMatchObject({
    kind: 'cluster',
    code: 401,
    message: 'checking the RBAC permission to get pods/log failed: Unauthorized',
  });
});

test('createPod sends the pod once, with strict field validation', async () => {
  const { server, cluster } = await serve({ [`POST ${podsPath}`]: [sendJson(ours, 201)] });
  expect(await cluster.createPod(ours, signal)).toEqual(ours);
  expect(server.requests).toMatchObject([{ query: { fieldValidation: 'Strict' }, body: ours }]);
});

test.each([
  { name: 'the connection broke', answer: breakOff },
  { name: 'the server timed out', answer: refuse(504, 'request did not complete') },
  { name: 'a proxy sent it twice', answer: refuse(409, 'pods "kbp-x" already exists') },
])('createPod finds the created pod although $name', async ({ answer }) => {
  const { server, clock, cluster } = await serve({
    [`POST ${podsPath}`]: [answer],
    [`GET ${podPath}`]: [sendJson(ours)],
  });
  expect(await clock.until(cluster.createPod(ours, signal))).toEqual(ours);
  expect(server.calls).toEqual([`POST ${podsPath}`, `GET ${podPath}`]);
});

test('createPod sends a lost request again', async () => {
  const { server, clock, cluster } = await serve({
    [`POST ${podsPath}`]: [breakOff, sendJson(ours, 201)],
    [`GET ${podPath}`]: [refuse(404, 'not found')],
  });
  expect(await clock.until(cluster.createPod(ours, signal))).toEqual(ours);
  expect(server.calls).toEqual([`POST ${podsPath}`, `GET ${podPath}`, `POST ${podsPath}`]);
});

test('createPod does not return the pod of another client with the same name', async () => {
  const { cluster } = await serve({
    [`POST ${podsPath}`]: [refuse(409, 'pods "kbp-x" already exists')],
    [`GET ${podPath}`]: [sendJson(pod('theirs'))],
  });
  await expect(cluster.createPod(ours, signal)).rejects.toMatchObject({
    kind: 'cluster',
    code: 409,
    message: 'creating pod "kbp-x" in namespace "builds" failed: pods "kbp-x" already exists',
  });
});

test.each([
  { code: 400, message: 'strict decoding error: unknown field "spec.x"' },
  { code: 403, message: 'exceeded quota: small' },
  { code: 404, message: 'namespaces "builds" not found' },
  { code: 422, message: 'Pod "kbp-x" is invalid: spec.nodeSelector' },
])('createPod does not look up the pod after a $code', async ({ code, message }) => {
  const { server, cluster } = await serve({ [`POST ${podsPath}`]: [refuse(code, message)] });
  await expect(cluster.createPod(ours, signal)).rejects.toMatchObject({
    code,
    message: `creating pod "kbp-x" in namespace "builds" failed: ${message}`,
    hint: expect.any(String) as unknown,
  });
  expect(server.calls).toHaveLength(1);
});

test('createPod reports why it cannot look up the pod', async () => {
  const { clock, cluster } = await serve({
    [`POST ${podsPath}`]: [refuse(500, 'etcdserver: request timed out')],
    [`GET ${podPath}`]: [refuse(403, 'cannot get')],
  });
  await expect(clock.until(cluster.createPod(ours, signal))).rejects.toMatchObject({
    message: 'creating pod "kbp-x" in namespace "builds" failed: cannot get',
  });
});

test('createPod does not look up the pod when it is cancelled', async () => {
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const { server, cluster } = await serve({
    [`POST ${podsPath}`]: [
      () => {
        cancel.abort(reason);
      },
    ],
  });
  await expect(cluster.createPod(ours, cancel.signal)).rejects.toBe(reason);
  expect(server.calls).toHaveLength(1);
});

test('readPod returns the pod, or undefined without one', async () => {
  const { cluster } = await serve({
    [`GET ${podPath}`]: [sendJson(ours), refuse(404, 'not found')],
  });
  expect(await cluster.readPod(ref, signal)).toEqual(ours);
  expect(await cluster.readPod(ref, signal)).toBeUndefined();
});

test('readPod retries when a server that has just started refuses', async () => {
  const { clock, cluster } = await serve({
    [`GET ${podPath}`]: [refuse(403, 'roles are not loaded yet'), sendJson(ours)],
  });
  expect(await clock.until(cluster.readPod(ref, signal))).toEqual(ours);
});

test('the 404 page of a gateway does not mean that the pod does not exist', async () => {
  const page: Answer = (response) => response.writeHead(404).end('404 page not found');
  const { clock, cluster } = await serve({
    [`GET ${podPath}`]: [page, page, sendJson(ours)],
    [`DELETE ${podPath}`]: [page, page, sendJson({})],
  });
  expect(await clock.until(cluster.readPod(ref, signal))).toEqual(ours);
  expect(await clock.until(cluster.deletePod(ref, 1, signal))).toBe(true);
});

test('readPod refuses anything but a pod', async () => {
  const { clock, cluster } = await serve({ [`GET ${podPath}`]: [sendJson({ kind: 'PodList' })] });
  await expect(clock.until(cluster.readPod(ref, signal))).rejects.toThrow(
    'reading pod "kbp-x" failed: unexpected response (kind PodList instead of Pod)',
  );
});

test('podEvents returns type, reason and message', async () => {
  const items = [{ type: 'Warning', reason: 'Failed', message: 'no such image', count: 3 }, {}];
  const { server, cluster } = await serve({
    'GET /api/v1/namespaces/builds/events': [sendJson({ kind: 'EventList', items })],
  });
  expect(await cluster.podEvents(ref, signal)).toEqual([
    { type: 'Warning', reason: 'Failed', message: 'no such image' },
    { type: '', reason: '', message: '' },
  ]);
  expect(server.requests[0]?.query).toEqual({
    fieldSelector: 'involvedObject.name=kbp-x',
    limit: '50',
  });
});

test('podEvents reports why they cannot be read', async () => {
  const { cluster } = await serve({
    'GET /api/v1/namespaces/builds/events': [refuse(400, 'no such selector')],
  });
  await expect(cluster.podEvents(ref, signal)).rejects.toThrow(
    /^reading the events of pod "kbp-x" failed: .*no such selector/,
  );
});

test('podEvents is empty without permission to list events', async () => {
  const { cluster } = await serve({
    'GET /api/v1/namespaces/builds/events': [refuse(403, 'forbidden')],
  });
  expect(await cluster.podEvents(ref, signal)).toEqual([]);
});

test.each([
  {
    name: 'follows from a time',
    options: { follow: true, sinceTime: '2026-01-01T00:00:00Z' },
    expected: {
      container: 'builder',
      timestamps: 'true',
      follow: 'true',
      sinceTime: '2026-01-01T00:00:00Z',
    },
  },
  {
    name: 'reads the whole log',
    options: { follow: false },
    expected: { container: 'builder', timestamps: 'true' },
  },
])('log $name', async ({ options, expected }) => {
  const { server, cluster } = await serve({
    [`GET ${podPath}/log`]: [
      (response) => {
        response.write('one\ntw');
        response.end('o\n');
      },
    ],
  });
  const chunks = await all(cluster.log(ref, 'builder', options, signal));
  expect(Buffer.concat(chunks).toString()).toBe('one\ntwo\n');
  expect(server.requests[0]?.query).toEqual(expected);
});

test('log returns the lines before an error', async () => {
  const { server, cluster } = await serve({
    [`GET ${podPath}/log`]: [
      (response) => {
        response.write('one\n', () => response.destroy());
      },
    ],
  });
  const read: string[] = [];
  const reading = (async () => {
    for await (const chunk of cluster.log(ref, 'builder', { follow: true }, signal))
      read.push(chunk.toString());
  })();
  await expect(reading).rejects.toMatchObject({
    kind: 'cluster',
    message: expect.stringContaining('reading the log of pod "kbp-x" failed') as unknown,
  });
  expect(read).toEqual(['one\n']);
  expect(server.calls).toHaveLength(1);
});

test.each([
  { type: 'text/html; charset=utf-8', body: '<h1>Please  sign in</h1>\n' },
  { type: 'application/json', body: '{"kind": "Pod"' },
])('log refuses $type', async ({ type, body }) => {
  const { cluster } = await serve({
    [`GET ${podPath}/log`]: [
      (response) => response.writeHead(200, { 'content-type': type }).end(body),
    ],
  });
  const quote = body.replace('  ', ' ').trim();
  await expect(all(cluster.log(ref, 'builder', { follow: true }, signal))).rejects.toMatchObject({
    message: `reading the log of pod "kbp-x" failed: unexpected response (not a container log): ${quote}`,
  });
});

test('log reports a container that has not started', async () => {
  const message = 'container "builder" in pod "kbp-x" is waiting to start';
  const { cluster } = await serve({ [`GET ${podPath}/log`]: [refuse(400, message)] });
  const chunks = all(cluster.log(ref, 'builder', { follow: true }, signal));
  await expect(chunks).rejects.toMatchObject({
    code: 400,
    message: `reading the log of pod "kbp-x" failed: ${message}`,
  });
});

test('podStates ends with the reason of the signal', async () => {
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const { cluster } = await serve({
    [`GET ${podsPath}`]: [
      (response) => {
        response.flushHeaders();
        setImmediate(() => {
          cancel.abort(reason);
        });
      },
    ],
  });
  const states = all(cluster.podStates(ours, cancel.signal, () => undefined));
  await expect(states).rejects.toBe(reason);
});

test('podStates reports which pod it cannot follow', async () => {
  const { clock, cluster } = await serve({
    [`GET ${podsPath}`]: [refuse(403, 'cannot watch')],
    [`GET ${podPath}`]: [refuse(400, 'bad request')],
  });
  const problems = new Set<string | undefined>();
  const states = cluster.podStates(ours, signal, (problem) => problems.add(problem?.message));
  const message = 'following pod "kbp-x" failed: bad request';
  await expect(clock.until(all(states))).rejects.toMatchObject({ kind: 'cluster', message });
  expect([...problems]).toEqual([message, undefined]);
});

test.each([
  { streams: { stderr: false }, expected: { container: 'builder', stdin: 'true', tty: 'false' } },
  {
    streams: { stderr: true },
    expected: { container: 'builder', stdin: 'true', stderr: 'true', tty: 'false' },
  },
])('attach sends $expected', async ({ streams, expected }) => {
  const attached = await AttachServer.start({ onEndOfStdin: succeedAndClose });
  servers.push(attached);
  const sent: URL[] = [];
  const observed: SentRequest[] = [];
  const { server } = await serve({});
  const connection = server.connection({
    requestOptions: (path, query) => {
      const url = new URL(path, attached.url);
      for (const [name, value] of Object.entries(query))
        if (value !== undefined) url.searchParams.set(name, value);
      sent.push(url);
      return Promise.resolve({ url, options: {} });
    },
  });
  const cluster = new KubeCluster(connection, new VirtualClock(), (request) =>
    observed.push(request),
  );
  const socket = await cluster.attach(ref, 'builder', streams, signal);
  expect(socket.protocol).toBe('v5.channel.k8s.io');
  socket.terminate();
  expect(sent.map(({ pathname }) => pathname)).toEqual([`${podPath}/attach`]);
  expect(Object.fromEntries(sent[0]?.searchParams ?? [])).toEqual(expected);
  expect(observed).toMatchObject([{ method: 'GET', outcome: 101 }]);
});

test('attach reports the message of a refused upgrade', async () => {
  const message = 'pods "kbp-x" is forbidden: cannot create resource "pods/attach"';
  const { cluster } = await serve({ [`GET ${podPath}/attach`]: [refuse(403, message)] });
  await expect(cluster.attach(ref, 'builder', { stderr: false }, signal)).rejects.toMatchObject({
    kind: 'cluster',
    code: 403,
    message: `attaching to pod "kbp-x" failed: ${message}`,
  });
});

test('deletePod returns whether the pod existed', async () => {
  const { server, cluster } = await serve({
    [`DELETE ${podPath}`]: [sendJson(ours), refuse(404, 'not found')],
  });
  expect(await cluster.deletePod(ref, 1, signal)).toBe(true);
  expect(await cluster.deletePod(ref, 0, signal)).toBe(false);
  expect(server.requests.map(({ query }) => query)).toEqual([
    { gracePeriodSeconds: '1' },
    { gracePeriodSeconds: '0' },
  ]);
});

test('deletePod is retried after a lost response', async () => {
  const { server, clock, cluster } = await serve({
    [`DELETE ${podPath}`]: [breakOff, refuse(503, 'starting'), sendJson(ours)],
  });
  expect(await clock.until(cluster.deletePod(ref, 1, signal))).toBe(true);
  expect(server.calls).toHaveLength(3);
});

test('listPods selects by label', async () => {
  const metadata = { ...ours.metadata, uid: 'u', resourceVersion: '7' };
  // The items of a real list have no kind. Without a UID, a pod could not be deleted without risk for another one of its name.
  const items = [{ metadata }, { metadata: { ...metadata, uid: 7 } }];
  const { server, cluster } = await serve({
    [`GET ${podsPath}`]: [sendJson({ kind: 'PodList', items })],
  });
  expect(await cluster.listPods('a=b', signal)).toEqual([{ kind: 'Pod', metadata }]);
  expect(server.requests[0]?.query).toEqual({ labelSelector: 'a=b', limit: '100' });
});

test('listPods without permission is empty', async () => {
  const { cluster } = await serve({ [`GET ${podsPath}`]: [refuse(403, 'pods is forbidden')] });
  expect(await cluster.listPods('a=b', signal)).toEqual([]);
});

test('listPods reports other errors', async () => {
  const { cluster } = await serve({ [`GET ${podsPath}`]: [refuse(500, 'etcd is unavailable')] });
  await expect(cluster.listPods('a=b', signal)).rejects.toThrow('listing pods');
});

const timePath = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

test('serverTime is the creation time of an object, and not the header of a proxy', async () => {
  const { cluster } = await serve({
    [`POST ${timePath}`]: [
      (response, request) => {
        response.setHeader('date', 'Thu, 01 Jan 2099 00:00:10 GMT');
        const metadata = { creationTimestamp: '2026-01-01T00:00:10Z' };
        sendJson({ kind: 'SelfSubjectReview', metadata }, 201)(response, request);
      },
    ],
  });
  expect(await cluster.serverTime(signal)).toBe(Date.UTC(2026, 0, 1, 0, 0, 10));
});

test.each([
  { name: 'no permission', answer: refuse(403, 'forbidden') },
  { name: 'an API server that does not know the review', answer: refuse(404, 'not found') },
  {
    name: 'an answer without a time',
    answer: sendJson({ kind: 'SelfSubjectReview', metadata: {} }),
  },
  {
    name: 'a time that is not a date',
    answer: sendJson({ kind: 'SelfSubjectReview', metadata: { creationTimestamp: 'soon' } }),
  },
])('serverTime is unknown with $name', async ({ answer }) => {
  const { cluster } = await serve({ [`POST ${timePath}`]: [answer] });
  expect(await cluster.serverTime(signal)).toBeUndefined();
});

test('userName is the name in a review, in one line', async () => {
  const named = (username: unknown): Answer =>
    sendJson({ status: { userInfo: { username } } }, 201);
  const { cluster } = await serve({
    [`POST ${timePath}`]: [named('github:a/b'), named('a\nb'), named(7), refuse(403, 'forbidden')],
  });
  expect(await cluster.userName(signal)).toBe('github:a/b');
  expect(await cluster.userName(signal)).toBe('a b');
  expect(await cluster.userName(signal)).toBeUndefined();
  expect(await cluster.userName(signal)).toBeUndefined();
});

test('dryRunPod creates nothing, and is repeated while the API server is unavailable', async () => {
  const { server, clock, cluster } = await serve({
    'GET /version': [sendJson({ minor: '35' })],
    'POST /api/v1/namespaces/builds/pods': [
      refuse(503, 'unavailable'),
      sendJson(ours, 201),
      refuse(403, 'exceeded quota: small'),
    ],
  });
  await cluster.serverMinor(signal);
  await clock.until(cluster.dryRunPod(ours, signal));
  const sent = server.requests.filter(({ method }) => method === 'POST');
  expect(sent.map(({ query }) => query)).toEqual([
    { fieldValidation: 'Strict', dryRun: 'All' },
    { fieldValidation: 'Strict', dryRun: 'All' },
  ]);
  await expect(cluster.dryRunPod(ours, signal)).rejects.toMatchObject({
    message: 'creating a pod in namespace "builds" as a dry run failed: exceeded quota: small',
    code: 403,
  });
});

test('deleteUnchanged deletes only this pod in this state', async () => {
  const { server, cluster } = await serve({
    [`DELETE ${podPath}`]: [sendJson(ours), refuse(409, 'the UID differs'), refuse(404, 'gone')],
  });
  const seen = { ...ours, metadata: { ...ours.metadata, uid: 'u', resourceVersion: '7' } };
  expect(await cluster.deleteUnchanged(seen, signal)).toBe(true);
  expect(await cluster.deleteUnchanged(seen, signal)).toBe(false);
  expect(await cluster.deleteUnchanged(seen, signal)).toBe(false);
  expect(server.requests[0]?.body).toMatchObject({
    gracePeriodSeconds: 1,
    preconditions: { uid: 'u', resourceVersion: '7' },
  });
});

test('deleteUnchanged deletes no pod without a UID', async () => {
  const { server, cluster } = await serve({ [`DELETE ${podPath}`]: [sendJson(ours)] });
  expect(await cluster.deleteUnchanged(ours, signal)).toBe(false);
  expect(server.calls).toEqual([]);
});

describe('failing', () => {
  const unavailable = refuse(503, 'etcd is unavailable');

  test('is the failure of a request that is repeated, until it succeeds', async () => {
    const { server, clock, cluster } = await serve({
      'GET /version': [unavailable, unavailable, sendJson({ minor: '35' })],
    });
    expect(cluster.failing).toBeUndefined();
    const version = cluster.serverMinor(signal);
    await until(() => cluster.failing !== undefined && clock.sleeping === 1);
    expect(server.calls).toHaveLength(1);
    expect(cluster.failing?.message).toBe(
      'asking the API server for its version failed: etcd is unavailable',
    );
    expect(await clock.until(version)).toBe(35);
    expect(cluster.failing).toBeUndefined();
  });

  test('is not an error that the caller has caused', async () => {
    const { cluster } = await serve({ 'GET /version': [unavailable] });
    const version = cluster.serverMinor(AbortSignal.abort(new BuildError('timeout', 'too late')));
    await expect(version).rejects.toThrow('too late');
    expect(cluster.failing).toBeUndefined();
  });

  test('is not a failure of more than a minute ago', async () => {
    const { clock, cluster } = await serve({ 'GET /version': [refuse(400, 'bad request')] });
    await expect(cluster.serverMinor(signal)).rejects.toThrow('bad request');
    expect(cluster.failing?.message).toContain('bad request');
    await clock.advance(60_001);
    expect(cluster.failing).toBeUndefined();
  });
});

describe('a server that is not Kubernetes', () => {
  const page: Answer = (response) => response.end('<h1>Sign in</h1>');

  test.each([
    { name: 'a page', answer: page, seen: '(not JSON): <h1>Sign in</h1>' },
    { name: 'JSON', answer: sendJson({ login: '/' }), seen: '(not a version)' },
    { name: 'a list', answer: sendJson([]), seen: '(not a JSON object): []' },
    {
      name: 'gzip',
      answer: ((response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
      }) satisfies Answer,
      seen: '(compressed with gzip)',
    },
    {
      name: 'binary data',
      answer: ((response) => response.end(Buffer.from([0x1f, 0x8b, 8, 0]))) satisfies Answer,
      seen: '(not JSON)',
    },
  ])('is reported after seconds, with what it returned: $name', async ({ answer, seen }) => {
    const { clock, cluster } = await serve({ 'GET /version': [answer] });
    const startedAtMs = clock.now();
    await expect(clock.until(cluster.serverMinor(signal))).rejects.toThrow(
      `asking the API server for its version failed: unexpected response ${seen}`,
    );
    expect(clock.now() - startedAtMs).toBeLessThanOrEqual(4_000);
  });

  test('counts as an outage once Kubernetes has responded', async () => {
    const { clock, cluster } = await serve({
      'GET /version': [sendJson({ minor: '35' }), page],
    });
    await cluster.serverMinor(signal);
    const startedAtMs = clock.now();
    await expect(clock.until(cluster.serverMinor(signal))).rejects.toThrow('Sign in');
    expect(clock.now() - startedAtMs).toBeGreaterThan(240_000);
  });
});

test('listPermissions returns a limited number of permissions', async () => {
  const many = Array.from({ length: 100_000 }, (_, index) => `x${String(index)}`);
  const rule = { verbs: many, apiGroups: ['', 7], resources: [...many, {}] };
  const { cluster } = await serve({
    'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews': [
      sendJson({ status: { resourceRules: [null, 7, rule] } }, 201),
    ],
  });
  expect(await cluster.listPermissions(signal)).toHaveLength(10_000);
});

// Time does not pass in these tests: an error that is retried would never be reported.
describe('TLS errors', () => {
  const verification = 'the certificate of SERVER cannot be verified';

  test.each([
    {
      name: 'an unknown CA',
      options: {},
      problem: `${verification}: self-signed certificate`,
      hint: 'Set certificate-authority-data in the kubeconfig to the CA certificate of the API server.',
    },
    {
      name: 'another host name',
      options: { ca: ApiServer.ca, servername: 'other.example' },
      problem:
        `${verification}: Hostname/IP does not match certificate's altnames: Host: other.example. ` +
        "is not in the cert's altnames: DNS:localhost, DNS:api.example, IP Address:127.0.0.1",
      hint: 'Set tls-server-name in the kubeconfig to a name in the certificate, or correct the server.',
    },
    {
      name: 'an expired certificate',
      server: { tls: true, isExpired: true },
      options: { ca: ApiServer.expiredCa },
      problem: `${verification}: certificate has expired`,
      hint: 'Renew the certificate of the API server, or correct the clock of the runner.',
    },
    {
      name: 'a server without TLS',
      server: { tls: false },
      options: {},
      // OpenSSL's message begins and ends with places in memory and in its source.
      problem: expect.stringMatching(
        /^the TLS handshake with SERVER failed: .*SSL routines:.*wrong version number.*:$/,
      ) as unknown,
      hint: 'Correct the port of the server in the kubeconfig: this one responds without TLS.',
    },
  ])('$name is reported at once', async ({ server = { tls: true }, options, problem, hint }) => {
    const api = await ApiServer.start({ 'GET /version': [sendJson({ minor: '35' })] }, server);
    servers.push(api);
    const url = api.url.replace('http:', 'https:');
    const connection = api.connection({
      server: url,
      requestOptions: (path) => Promise.resolve({ url: new URL(path, url), options }),
    });
    const cluster = new KubeCluster(connection, new VirtualClock());
    const failure = await cluster.serverMinor(signal).catch((error: unknown) => error);
    if (!(failure instanceof BuildError)) throw failure;
    const message = failure.message.replace(url, 'SERVER');
    expect({ problem: message.replace(/^.*? failed: /, ''), hint: failure.hint }).toEqual({
      problem,
      hint,
    });
    expect(api.calls).toEqual([]);
  });
});
