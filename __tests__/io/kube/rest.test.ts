import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { BuildError } from '../../../src/errors.ts';
import type { Connection } from '../../../src/io/kube/connection.ts';
import { logRequests, type SentRequest } from '../../../src/io/kube/request-log.ts';
import { RestClient, type RestRequest } from '../../../src/io/kube/rest.ts';
import {
  ApiServer,
  breakOff,
  refuse,
  sendJson,
  staySilent,
  type Answer,
} from '../../support/api-server.ts';
import { turn, VirtualClock } from '../../support/clock.ts';
import { InFlight } from '../../support/in-flight.ts';
import { until } from '../../support/until.ts';

const servers: ApiServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** A RestClient that returns any JSON. */
interface Requests extends Pick<RestClient, 'open'> {
  json(request: RestRequest, repeat?: boolean): Promise<unknown>;
}

interface Client {
  /** The requests that were reported to the observer. */
  readonly sent: readonly SentRequest[];
  readonly server: ApiServer;
  readonly clock: VirtualClock;
  readonly startedAt: number;
  readonly rest: Requests;
}

/** A client of a server with these answers to every request for `/x`. */
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
  const inFlight = new InFlight();
  clock.isBusy = inFlight.isBusy;
  const connection = inFlight.count(server.connection(overrides));
  const client = new RestClient(connection, clock, inFlight.observer);
  const rest: Requests = {
    json: (sent, repeat) => client.json(sent, (response) => response, repeat),
    open: (sent) => client.open(sent),
  };
  return { sent: inFlight.sent, server, clock, startedAt: clock.now(), rest };
}

function request(fields: Partial<RestRequest> = {}): RestRequest {
  return { method: 'GET', path: '/x', signal: new AbortController().signal, ...fields };
}

const fine = sendJson({ fine: true });

test('sends query and body, and returns the response as parsed JSON', async () => {
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
])('a GET is retried after $name', async ({ answer }) => {
  const { server, clock, rest } = await serve([answer, answer, fine]);
  expect(await clock.until(rest.json(request()))).toEqual({ fine: true });
  expect(server.calls).toHaveLength(3);
});

test.each([
  { name: '400', answer: refuse(400, 'bad') },
  { name: '403', answer: refuse(403, 'forbidden') },
  { name: '404', answer: refuse(404, 'not found') },
  { name: '501', answer: refuse(501, 'not implemented') },
])('a GET is not retried after $name', async ({ name, answer }) => {
  const { server, rest } = await serve([answer, fine]);
  await expect(rest.json(request())).rejects.toMatchObject({ code: Number(name) });
  expect(server.calls).toHaveLength(1);
});

describe('credentials that cannot be loaded', () => {
  /** A client that has had a response; the next two requests have no credentials. */
  async function serveWithout(isTemporary: boolean): Promise<Client> {
    const failure = new BuildError('cluster', 'no token', { isTemporary });
    let left = 2;
    const client = await serve([fine], {
      requestOptions: (path, query, signal) => {
        if (client.server.requests.length > 0 && left > 0) {
          left -= 1;
          return Promise.reject(failure);
        }
        return client.server.connection().requestOptions(path, query, signal);
      },
    });
    await client.rest.json(request());
    return client;
  }

  test('for now are loaded again', async () => {
    const { rest, clock, server } = await serveWithout(true);
    expect(await clock.until(rest.json(request()))).toEqual({ fine: true });
    expect(server.requests).toHaveLength(2);
  });

  test('at all are the failure of the request', async () => {
    const { rest, server } = await serveWithout(false);
    await expect(rest.json(request())).rejects.toThrow('no token');
    expect(server.requests).toHaveLength(1);
  });
});

test('a POST is sent once, unless the caller allows a retry', async () => {
  const { server, clock, rest } = await serve([breakOff, breakOff, fine]);
  await expect(rest.json(request({ method: 'POST' }))).rejects.toThrow('socket hang up');
  expect(server.calls).toHaveLength(1);
  expect(await clock.until(rest.json(request({ method: 'POST' }), true))).toEqual({
    fine: true,
  });
});

test('the pause is at least Retry-After', async () => {
  const { clock, startedAt, rest } = await serve([
    refuse(429, 'slow down', { 'retry-after': '3' }),
    fine,
  ]);
  await clock.until(rest.json(request()));
  expect(clock.now() - startedAt).toBeGreaterThan(3_000);
  expect(clock.now() - startedAt).toBeLessThanOrEqual(4_200);
});

test('a server that has never responded is retried for four seconds', async () => {
  const { clock, startedAt, rest } = await serve([breakOff]);
  await expect(clock.until(rest.json(request()))).rejects.toThrow('socket hang up');
  expect(clock.now() - startedAt).toBeLessThanOrEqual(4_000);
});

test('a request that was permitted before is retried for longer than four seconds', async () => {
  const outage = Array<Answer>(20).fill(breakOff);
  const { clock, startedAt, rest } = await serve([...outage, fine]);
  expect(await clock.until(rest.json(request({ retryRefusals: true })))).toEqual({
    fine: true,
  });
  expect(clock.now() - startedAt).toBeGreaterThan(60_000);
});

test('a server that has responded is retried for five minutes', async () => {
  const { server, clock, startedAt, rest } = await serve([fine, refuse(503, 'starting')]);
  await rest.json(request());
  await expect(clock.until(rest.json(request()))).rejects.toMatchObject({ code: 503 });
  const waited = clock.now() - startedAt;
  expect(waited).toBeGreaterThan(280_000);
  expect(waited).toBeLessThanOrEqual(300_000);
  expect(server.calls.length).toBeLessThan(100);
});

test('refusals of a request that was permitted before are retried for a minute', async () => {
  const forbidden = refuse(403, 'forbidden');
  const { clock, startedAt, rest } = await serve([
    forbidden,
    refuse(401, 'unknown'),
    fine,
    forbidden,
  ]);
  const permitted = request({ retryRefusals: true });
  expect(await clock.until(rest.json(permitted))).toEqual({ fine: true });
  const before = clock.now();
  expect(before - startedAt).toBeLessThan(2_000);
  await expect(clock.until(rest.json(permitted))).rejects.toMatchObject({ code: 403 });
  expect(clock.now() - before).toBeGreaterThan(40_000);
  expect(clock.now() - before).toBeLessThanOrEqual(60_000);
});

test('refusals are retried for a minute also after a long outage', async () => {
  const outage = Array<Answer>(20).fill(refuse(503, 'starting'));
  const { clock, startedAt, rest } = await serve([fine, ...outage, refuse(403, 'forbidden'), fine]);
  await rest.json(request());
  expect(await clock.until(rest.json(request({ retryRefusals: true })))).toEqual({
    fine: true,
  });
  expect(clock.now() - startedAt).toBeGreaterThan(60_000);
});

test('NotFound from Kubernetes is never retried', async () => {
  const { server, rest } = await serve([refuse(404, 'pods "x" not found')]);
  await expect(rest.json(request({ retryRefusals: true }))).rejects.toMatchObject({ code: 404 });
  expect(server.calls).toHaveLength(1);
});

test('a signal that is aborted before the pause ends it with the error of the last attempt', async () => {
  const cancel = new AbortController();
  const { clock, rest } = await serve([refuse(503, 'starting')]);
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => {
    failures.push(error);
    cancel.abort(new Error('too late'));
  };
  const answer = rest.json(request({ signal: cancel.signal, onFailure }));
  await expect(clock.until(answer)).rejects.toThrow('starting');
  expect(failures).toMatchObject([{ code: 503 }]);
});

test('401 renews the credentials once', async () => {
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

test('401 is final if the credentials cannot be renewed', async () => {
  const { server, rest } = await serve([refuse(401, 'expired'), fine]);
  await expect(rest.json(request())).rejects.toMatchObject({ code: 401, message: 'expired' });
  expect(server.calls).toHaveLength(1);
});

test('a redirect is not followed', async () => {
  const { server, rest } = await serve([
    (response) => response.writeHead(302, { location: 'https://elsewhere.example/x' }).end(),
  ]);
  await expect(rest.json(request())).rejects.toMatchObject({
    code: 302,
    message: 'the server redirects to https://elsewhere.example/x; redirects are not followed',
  });
  expect(server.calls).toHaveLength(1);
});

test('a response that is not JSON is not from Kubernetes', async () => {
  const page: Answer = (response) => response.end('<html>login</html>');
  const { rest } = await serve([page]);
  await expect(rest.json(request({ method: 'POST' }))).rejects.toMatchObject({
    name: 'NonKubernetesResponse',
    message: 'unexpected response (not JSON): <html>login</html>',
  });
});

test('an incomplete response is retried', async () => {
  const half: Answer = (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"fine":', () => response.destroy());
  };
  const { server, clock, rest } = await serve([half, fine]);
  expect(await clock.until(rest.json(request()))).toEqual({ fine: true });
  expect(server.calls).toHaveLength(2);
});

test('a response that is too large is refused', async () => {
  const flood: Answer = (response) => {
    const fill = (): void => {
      while (response.writable && response.write(Buffer.alloc(1024 * 1024)));
    };
    response.on('drain', fill);
    fill();
  };
  const { rest } = await serve([flood]);
  await expect(rest.json(request({ method: 'POST' }))).rejects.toThrow(
    'the response is larger than 8 MiB',
  );
});

const stayHalf: Answer = (response) => {
  response.writeHead(200);
  response.write('{"fine":');
};

test.each([
  {
    name: 'a response that does not begin',
    answer: staySilent,
    isWaiting: ({ server }: Client) => server.calls.length === 1,
    message: 'no response within 30 s',
  },
  {
    name: 'a response that does not end',
    answer: stayHalf,
    isWaiting: ({ sent }: Client) => sent.length === 1,
    message: 'the response is not complete within 30 s',
  },
])('$name is an error after 30 s', async ({ answer, isWaiting, message }) => {
  const client = await serve([answer]);
  const { clock, rest } = client;
  const failed = expect(rest.json(request({ method: 'POST' }))).rejects.toThrow(message);
  await until(() => isWaiting(client) && clock.sleeping === 1);
  await clock.advance(30_000);
  await failed;
  expect(clock.sleeping).toBe(0);
});

test('cancelling ends a request without a response, with the reason of the signal', async () => {
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

test('cancelling ends the pause before a retry, with the error of the last attempt', async () => {
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const { server, clock, rest } = await serve([refuse(429, 'slow', { 'retry-after': '2' })]);
  let failures = 0;
  const onFailure = (): void => {
    failures += 1;
  };
  const answer = rest.json(request({ signal: cancel.signal, onFailure }));
  await until(() => failures === 1 && clock.sleeping === 1);
  cancel.abort(reason);
  await expect(answer).rejects.toMatchObject({ code: 429, message: 'slow' });
  expect(server.calls).toHaveLength(1);
});

test('open returns the response before its end', async () => {
  const { rest } = await serve([
    (response) => {
      response.write('a');
      response.end('b');
    },
  ]);
  expect(await text(await rest.open(request()))).toBe('ab');
});

describe('the observer', () => {
  test('gets each request with path, query, outcome and duration', async () => {
    const { clock, rest, sent } = await serve([breakOff, refuse(503, 'starting'), fine]);
    await clock.until(rest.json(request({ query: { watch: 'true', left: undefined } })));
    expect(sent).toMatchObject([
      { method: 'GET', path: '/x?watch=true', outcome: { message: 'socket hang up' } },
      { method: 'GET', path: '/x?watch=true', outcome: 503 },
      { method: 'GET', path: '/x?watch=true', outcome: 200 },
    ]);
  });

  test('does not get the path and the query of the server URL, which can contain a token', async () => {
    const { server, rest, sent } = await serve([fine], {
      requestOptions: (path) => {
        const url = new URL(`${server.url}${path}?token=s3cret`);
        return Promise.resolve({ url, options: {} });
      },
    });
    await rest.json(request({ query: { watch: 'true' } }));
    expect(server.requests).toMatchObject([{ query: { token: 's3cret' } }]);
    expect(sent).toMatchObject([{ path: '/x?watch=true', outcome: 200 }]);
  });

  test('gets the time until the response', async () => {
    const pending: ServerResponse[] = [];
    const { clock, rest, sent } = await serve([(response) => pending.push(response)]);
    const answer = rest.json(request());
    await until(() => pending.length === 1);
    await clock.advance(1_500);
    pending[0]?.end('{}');
    await answer;
    expect(sent).toEqual([{ method: 'GET', path: '/x', outcome: 200, durationMs: 1_500 }]);
  });

  test('gets the request with renewed credentials, too', async () => {
    const renewCredentials = (): Promise<boolean> => Promise.resolve(true);
    const { rest, sent } = await serve([refuse(401, 'expired'), fine], { renewCredentials });
    await rest.json(request());
    expect(sent).toMatchObject([{ outcome: 401 }, { outcome: 200 }]);
  });

  test('logRequests prints a line for each request', async () => {
    const lines: string[] = [];
    const observer = logRequests((line) => {
      lines.push(line);
      return Promise.reject(new Error('the job log is closed'));
    });
    observer({ method: 'GET', path: '/x?a=b', outcome: 200, durationMs: 12 });
    observer({ method: 'POST', path: '/x', outcome: new Error('socket hang up'), durationMs: 3 });
    await turn();
    expect(lines).toEqual(['GET /x?a=b: 200 after 12 ms', 'POST /x: socket hang up after 3 ms']);
  });
});
