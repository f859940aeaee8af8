import { afterEach, expect, test } from '@jest/globals';
import { Agent } from 'node:https';
import { text } from 'node:stream/consumers';
import { BuildError } from '../../../src/errors.ts';
import { ApiError } from '../../../src/io/kube/api-error.ts';
import type { Connection } from '../../../src/io/kube/connection.ts';
import {
  isCertificateError,
  isTransient,
  RestClient,
  retryPause,
  type RestRequest,
} from '../../../src/io/kube/rest.ts';
import { keepConnections } from '../../../src/io/kube/connection.ts';
import {
  ApiServer,
  breakOff,
  refuse,
  sendJson,
  staySilent,
  type Answer,
} from '../../support/api-server.ts';
import { turn, VirtualClock } from '../../support/clock.ts';

const servers: ApiServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

interface Client {
  readonly server: ApiServer;
  readonly clock: VirtualClock;
  readonly startedAt: number;
  readonly rest: RestClient;
}

/** A client of a server that gives these answers to every kind of request for `/x`. */
async function serve(
  answers: readonly Answer[],
  overrides: Partial<Connection> = {},
): Promise<Client> {
  const server = await ApiServer.start({
    'GET /x': answers,
    'POST /x': answers,
    'DELETE /x': answers,
  });
  servers.push(server);
  const clock = new VirtualClock();
  const rest = new RestClient(server.connection(overrides), clock);
  return { server, clock, startedAt: clock.now(), rest };
}

function request(fields: Partial<RestRequest> = {}): RestRequest {
  return { method: 'GET', path: '/x', signal: new AbortController().signal, ...fields };
}

const fine = sendJson({ fine: true });

test('sends query and body, and gives the answer as JSON', async () => {
  const { server, rest } = await serve([fine]);
  const answer = await rest.json(
    request({ method: 'POST', query: { a: 'ä b', left: undefined }, body: { name: 'ü' } }),
  );
  expect(answer).toEqual({ fine: true });
  expect(server.requests).toMatchObject([
    {
      method: 'POST',
      path: '/x',
      query: { a: 'ä b' },
      body: { name: 'ü' },
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    },
  ]);
});

test.each([
  { name: 'a broken connection', answer: breakOff },
  { name: '429', answer: refuse(429, 'too many requests') },
  { name: '500', answer: refuse(500, 'etcdserver: leader changed') },
  { name: '503', answer: refuse(503, 'the server is starting') },
])('a GET is repeated after $name', async ({ answer }) => {
  const { server, clock, rest } = await serve([answer, answer, fine]);
  expect(await clock.until(rest.json(request()), 50)).toEqual({ fine: true });
  expect(server.calls).toHaveLength(3);
});

test.each([
  { name: '400', answer: refuse(400, 'bad') },
  { name: '403', answer: refuse(403, 'forbidden') },
  { name: '404', answer: refuse(404, 'not found') },
  { name: '501', answer: refuse(501, 'not implemented') },
])('a GET is not repeated after $name', async ({ name, answer }) => {
  const { server, rest } = await serve([answer, fine]);
  await expect(rest.json(request())).rejects.toMatchObject({ code: Number(name) });
  expect(server.calls).toHaveLength(1);
});

test('a POST is sent once, unless the caller says that it may be repeated', async () => {
  const { server, clock, rest } = await serve([breakOff, breakOff, fine]);
  await expect(rest.json(request({ method: 'POST' }))).rejects.toThrow('socket hang up');
  expect(server.calls).toHaveLength(1);
  expect(await clock.until(rest.json(request({ method: 'POST' }), true), 50)).toEqual({
    fine: true,
  });
});

test('Retry-After is how long the pause is', async () => {
  const { clock, startedAt, rest } = await serve([
    refuse(429, 'slow down', { 'retry-after': '3' }),
    fine,
  ]);
  await clock.until(rest.json(request()), 50);
  // And some jitter: others were told the same.
  expect(clock.now() - startedAt).toBeGreaterThan(3_000);
  expect(clock.now() - startedAt).toBeLessThanOrEqual(4_200);
});

test('a server that never answered is given up after seconds', async () => {
  const { clock, startedAt, rest } = await serve([breakOff]);
  await expect(clock.until(rest.json(request()), 50)).rejects.toThrow('socket hang up');
  expect(clock.now() - startedAt).toBeLessThanOrEqual(4_000);
});

test('what was possible in another process is waited for, too', async () => {
  const away = Array<Answer>(20).fill(breakOff);
  const { clock, startedAt, rest } = await serve([...away, fine]);
  expect(await clock.until(rest.json(request({ retryRefusals: true })), 50)).toEqual({
    fine: true,
  });
  expect(clock.now() - startedAt).toBeGreaterThan(60_000);
});

test('a server that has answered is waited for during five minutes', async () => {
  const { server, clock, startedAt, rest } = await serve([fine, refuse(503, 'starting')]);
  await rest.json(request());
  await expect(clock.until(rest.json(request()), 50)).rejects.toMatchObject({ code: 503 });
  const waited = clock.now() - startedAt;
  expect(waited).toBeGreaterThan(280_000);
  expect(waited).toBeLessThanOrEqual(300_000);
  expect(server.calls.length).toBeLessThan(100);
});

test('a right that was granted may be refused for a minute by a server that has just started', async () => {
  const forbidden = refuse(403, 'forbidden');
  const { clock, startedAt, rest } = await serve([
    forbidden,
    refuse(401, 'unknown'),
    fine,
    forbidden,
  ]);
  const granted = request({ retryRefusals: true });
  expect(await clock.until(rest.json(granted), 50)).toEqual({ fine: true });
  const before = clock.now();
  expect(before - startedAt).toBeLessThan(2_000);
  await expect(clock.until(rest.json(granted), 50)).rejects.toMatchObject({ code: 403 });
  expect(clock.now() - before).toBeGreaterThan(40_000);
  expect(clock.now() - before).toBeLessThanOrEqual(60_000);
});

test('a server that was away for minutes has a minute for its refusals, too', async () => {
  const away = Array<Answer>(20).fill(refuse(503, 'starting'));
  const { clock, startedAt, rest } = await serve([fine, ...away, refuse(403, 'forbidden'), fine]);
  await rest.json(request());
  expect(await clock.until(rest.json(request({ retryRefusals: true })), 50)).toEqual({
    fine: true,
  });
  expect(clock.now() - startedAt).toBeGreaterThan(60_000);
});

test("the cluster's own word that a thing does not exist is believed at once", async () => {
  const { server, rest } = await serve([refuse(404, 'pods "x" not found')]);
  await expect(rest.json(request({ retryRefusals: true }))).rejects.toMatchObject({ code: 404 });
  expect(server.calls).toHaveLength(1);
});

test('a wait that is cut short says what it waited for', async () => {
  const cancel = new AbortController();
  const { clock, rest } = await serve([refuse(503, 'starting')]);
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => {
    failures.push(error);
    cancel.abort(new Error('too late'));
  };
  const answer = rest.json(request({ signal: cancel.signal, onFailure }));
  await expect(clock.until(answer, 50)).rejects.toThrow('starting');
  expect(failures).toMatchObject([{ code: 503 }]);
});

test('401 asks for other credentials once', async () => {
  let renewals = 0;
  const { server, rest } = await serve([refuse(401, 'expired'), fine, refuse(401, 'expired')], {
    renewCredentials: () => {
      renewals += 1;
      return Promise.resolve(true);
    },
  });
  expect(await rest.json(request())).toEqual({ fine: true });
  await expect(rest.json(request())).rejects.toMatchObject({ code: 401 });
  expect(renewals).toBe(2);
  expect(server.calls).toHaveLength(4);
});

test('401 without other credentials is final', async () => {
  const { server, rest } = await serve([refuse(401, 'expired'), fine]);
  await expect(rest.json(request())).rejects.toMatchObject({ code: 401, message: 'expired' });
  expect(server.calls).toHaveLength(1);
});

test('a redirect is never followed', async () => {
  const { server, rest } = await serve([
    (response) => response.writeHead(302, { location: 'https://elsewhere.example/x' }).end(),
  ]);
  await expect(rest.json(request())).rejects.toMatchObject({
    code: 302,
    message: 'the server redirects to https://elsewhere.example/x, which is never followed',
  });
  expect(server.calls).toHaveLength(1);
});

test('an answer that is no JSON is not that of Kubernetes', async () => {
  const page: Answer = (response) => response.end('<html>login</html>');
  const { rest } = await serve([page]);
  await expect(rest.json(request({ method: 'POST' }))).rejects.toMatchObject({
    name: 'NonKubernetesResponse',
    message: 'the server answered with something that is not JSON: <html>login</html>',
  });
});

test('an answer that is cut in its middle is repeated', async () => {
  const half: Answer = (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"fine":', () => response.destroy());
  };
  const { server, clock, rest } = await serve([half, fine]);
  expect(await clock.until(rest.json(request()), 50)).toEqual({ fine: true });
  expect(server.calls).toHaveLength(2);
});

test('an answer that is too large is dropped', async () => {
  const flood: Answer = (response) => {
    const fill = (): void => {
      while (response.writable && response.write(Buffer.alloc(1024 * 1024)));
    };
    response.on('drain', fill);
    fill();
  };
  const { rest } = await serve([flood]);
  await expect(rest.json(request({ method: 'POST' }))).rejects.toThrow('the answer is too large');
});

test('a server that does not answer is left after its time', async () => {
  const { rest } = await serve([staySilent]);
  await expect(rest.json(request({ method: 'POST', timeoutMs: 20 }))).rejects.toThrow(
    'no answer within 0.02 s',
  );
});

test('cancelling ends a request that waits, with the reason of the signal', async () => {
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const { server, rest } = await serve([
    () => {
      cancel.abort(reason);
    },
  ]);
  await expect(rest.json(request({ signal: cancel.signal }))).rejects.toBe(reason);
  expect(server.calls).toHaveLength(1);
});

test('cancelling ends the pause before a repetition, with what it waited out', async () => {
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const { server, clock, rest } = await serve([refuse(429, 'slow', { 'retry-after': '2' })]);
  const answer = rest.json(request({ signal: cancel.signal }));
  while (clock.sleeping === 0) await turn();
  cancel.abort(reason);
  await expect(answer).rejects.toMatchObject({ code: 429, message: 'slow' });
  expect(server.calls).toHaveLength(1);
});

test('open gives the body as it comes', async () => {
  const { rest } = await serve([
    (response) => {
      response.write('a');
      response.end('b');
    },
  ]);
  expect(await text(await rest.open(request()))).toBe('ab');
});

test.each([
  { name: 'the first network error', error: new Error('reset'), attempt: 0, from: 100, to: 200 },
  { name: 'the third', error: new Error('reset'), attempt: 2, from: 400, to: 800 },
  { name: 'a late one', error: new Error('reset'), attempt: 30, from: 5_000, to: 10_000 },
  { name: '503', error: new ApiError(503, '', ''), attempt: 1, from: 200, to: 400 },
  {
    name: '429 with Retry-After',
    error: new ApiError(429, '', '', 7_000),
    attempt: 1,
    from: 7_200,
    to: 8_400,
  },
])('the pause after $name is between $from and $to ms', ({ error, attempt, from, to }) => {
  const pause = retryPause(error, attempt);
  expect(pause).toBeGreaterThanOrEqual(from);
  expect(pause).toBeLessThanOrEqual(to);
});

test.each([
  { name: 'a refusal', error: new ApiError(403, '', '') },
  { name: 'what the server does not know', error: new ApiError(501, '', '') },
  {
    name: 'a certificate',
    error: Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
  },
])('$name does not pass by itself', ({ error }) => {
  expect(isTransient(error)).toBe(false);
});

test.each([
  { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', expected: true },
  { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', expected: true },
  { code: 'ERR_TLS_CERT_ALTNAME_INVALID', expected: true },
  { code: 'CERT_HAS_EXPIRED', expected: true },
  { code: 'ECONNREFUSED', expected: false },
  { code: undefined, expected: false },
])('isCertificateError of $code is $expected', ({ code, expected }) => {
  expect(isCertificateError(Object.assign(new Error('x'), { code }))).toBe(expected);
});

test('keepConnections keeps the connections of an agent and leaves everything else alone', () => {
  const agent = new Agent();
  keepConnections(agent);
  expect(agent).toMatchObject({ keepAlive: true, keepAliveMsecs: 15_000 });
  expect(() => {
    keepConnections(undefined);
  }).not.toThrow();
});
