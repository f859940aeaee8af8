import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { BuildError } from '../../../src/errors.ts';
import { systemClock } from '../../../src/io/clock.ts';
import { openAttachSocket } from '../../../src/io/kube/socket.ts';
import { ApiServer, refuse, type Answer } from '../../support/api-server.ts';
import { AttachServer, type AttachScript, type Protocol } from '../../support/attach-server.ts';
import { turn, VirtualClock } from '../../support/clock.ts';
import { until } from '../../support/until.ts';

const servers: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const { signal } = new AbortController();

async function serve(script: AttachScript = {}): Promise<AttachServer> {
  const server = await AttachServer.start(script);
  servers.push(server);
  return server;
}

test.each<{ protocol: Protocol }>([
  { protocol: 'v5.channel.k8s.io' },
  { protocol: 'v4.channel.k8s.io' },
])('speaks $protocol if the server chooses it', async ({ protocol }) => {
  const server = await serve({ protocol });
  const socket = await server.open();
  expect(socket.protocol).toBe(protocol);
  socket.terminate();
  expect(await socket.closed).toEqual({ code: 1006, reason: '' });
});

test('buffers messages until listen is called', async () => {
  const server = await serve({
    onOpen: (connection) => {
      connection.send(0);
      connection.fail('no');
    },
  });
  const socket = await server.open();
  for (let turns = 0; turns < 20; turns += 1) await turn();
  const messages: number[] = [];
  socket.listen({ message: ([channel = -1]) => messages.push(channel), pong: () => undefined });
  expect(messages).toEqual([0, 3]);
  socket.terminate();
});

test('pings are answered with their payload', async () => {
  const server = await serve();
  const socket = await server.open();
  const pong = new Promise<string>((resolve) => {
    socket.listen({ message: () => undefined, pong: resolve });
  });
  socket.ping('payload');
  expect(await pong).toBe('payload');
  socket.terminate();
});

test('reports how the server closed the connection', async () => {
  const server = await serve({
    onOpen: ({ socket }) => {
      socket.close(1011, 'gone');
    },
  });
  const socket = await server.open();
  expect(await socket.closed).toEqual({ code: 1011, reason: 'gone' });
});

test('a closed connection rejects messages and ignores pings', async () => {
  const server = await serve();
  const socket = await server.open();
  socket.terminate();
  await socket.closed;
  await expect(socket.send(Buffer.from([0]))).rejects.toThrow('not open');
  expect(() => {
    socket.ping('');
  }).not.toThrow();
});

async function openApi(answer: Answer): Promise<URL> {
  const server = await ApiServer.start({ 'GET /attach': [answer] });
  servers.push(server);
  return new URL(`${server.url}/attach`);
}

test.each([
  {
    name: 'a Status',
    answer: refuse(403, 'cannot create resource "pods/attach"'),
    expected: { code: 403, message: 'cannot create resource "pods/attach"' },
  },
  {
    name: 'the page of a proxy',
    answer: ((response) => {
      response.writeHead(502, { 'retry-after': '3' }).end('<h1>Bad Gateway</h1>');
    }) satisfies Answer,
    expected: { code: 502, message: 'HTTP 502: <h1>Bad Gateway</h1>', retryAfterMs: 3_000 },
  },
  {
    name: 'a response that breaks off',
    answer: ((response) => {
      response.writeHead(500, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    }) satisfies Answer,
    expected: { code: 500, message: 'HTTP 500: half' },
  },
  {
    name: 'a redirect, which is not followed',
    answer: ((response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    }) satisfies Answer,
    expected: {
      code: 302,
      message: 'the server redirects to /elsewhere; redirects are not followed',
    },
  },
])('the error of a refused upgrade is $name', async ({ answer, expected }) => {
  const url = await openApi(answer);
  await expect(openAttachSocket(url, {}, systemClock, signal)).rejects.toMatchObject(expected);
});

const stalled: Answer = (response) => {
  response.writeHead(502);
  response.write('Bad gateway');
};

test('a refusal whose body never ends is reported after five seconds, with what has arrived', async () => {
  const clock = new VirtualClock();
  const opening = openAttachSocket(await openApi(stalled), {}, clock, signal);
  const failed = expect(opening).rejects.toMatchObject({
    code: 502,
    message: 'HTTP 502: Bad gateway',
  });
  // The limits of the handshake and of the body.
  await until(() => clock.sleeping === 2);
  await clock.advance(5_000);
  await failed;
  expect(clock.sleeping).toBe(0);
});

test('cancelling ends the reading of a refusal', async () => {
  const clock = new VirtualClock();
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const opening = openAttachSocket(await openApi(stalled), {}, clock, cancel.signal);
  const failed = expect(opening).rejects.toBe(reason);
  await until(() => clock.sleeping === 2);
  cancel.abort(reason);
  await failed;
  expect(clock.sleeping).toBe(0);
});

test('a refusal is read up to its limit', async () => {
  const url = await openApi((response) => {
    response.writeHead(500);
    const fill = (): void => {
      while (response.writable && response.write(Buffer.alloc(64 * 1024, 'x')));
    };
    response.on('drain', fill);
    fill();
  });
  await expect(openAttachSocket(url, {}, new VirtualClock(), signal)).rejects.toMatchObject({
    code: 500,
    message: `HTTP 500: ${'x'.repeat(200)}…`,
  });
});

test('a handshake that never ends is an error after 30 s, also if bytes arrive', async () => {
  const clock = new VirtualClock();
  const url = await openApi((response) => {
    const trickle = (): void => {
      if (!response.destroyed) response.writeProcessing(() => setImmediate(trickle));
    };
    trickle();
  });
  const opening = openAttachSocket(url, {}, clock, signal);
  const failed = expect(opening).rejects.toThrow('no response within 30 s');
  await until(() => clock.sleeping === 1);
  await clock.advance(30_000);
  await failed;
});

test('a message that is too large closes the connection', async () => {
  const server = await serve({
    onOpen: (connection) => {
      connection.send(1, 'x'.repeat(2 * 1024 * 1024));
    },
  });
  const socket = await server.open();
  const { error } = await socket.closed;
  expect(error?.message).toBe('Max payload size exceeded');
});

test('a flood of messages before listen closes the connection', async () => {
  const server = await serve({
    onOpen: (connection) => {
      for (let count = 0; count < 20; count += 1) connection.send(1, 'x'.repeat(32 * 1024));
    },
  });
  const socket = await server.open();
  expect(await socket.closed).toMatchObject({ code: 1006 });
});

test('the reason of a close is one line', async () => {
  const server = await serve({
    onOpen: ({ socket }) => {
      socket.close(1011, 'a\n::error::b\u001b');
    },
  });
  const socket = await server.open();
  expect(await socket.closed).toEqual({ code: 1011, reason: 'a ::error::b\uFFFD' });
});

test('pings of the server are answered', async () => {
  const server = await serve();
  const socket = await server.open();
  const pong = new Promise<string>((resolve) => {
    server.connection.socket.once('pong', (payload) => {
      resolve(payload.toString());
    });
  });
  server.connection.socket.ping('x');
  expect(await pong).toBe('x');
  socket.terminate();
});

test('cancelling ends the handshake with the reason of the signal', async () => {
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const url = await openApi(() => {
    cancel.abort(reason);
  });
  await expect(openAttachSocket(url, {}, systemClock, cancel.signal)).rejects.toBe(reason);
});

test('an aborted signal opens no connection', async () => {
  const server = await serve();
  const reason = new BuildError('timeout', 'too late');
  await expect(server.open(AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(server.connections).toEqual([]);
});

test('a closed port is a network error', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  taken.close();
  await once(taken, 'close');
  const url = new URL(`http://127.0.0.1:${port}/attach`);
  await expect(openAttachSocket(url, {}, systemClock, signal)).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});
