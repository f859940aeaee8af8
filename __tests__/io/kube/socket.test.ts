import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { BuildError } from '../../../src/errors.ts';
import { systemClock } from '../../../src/io/clock.ts';
import { openAttachSocket } from '../../../src/io/kube/socket.ts';
import { ApiServer, refuse, type Answer } from '../../support/api-server.ts';
import { AttachServer, type AttachScript, type Protocol } from '../../support/attach-server.ts';
import { turn } from '../../support/clock.ts';

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
