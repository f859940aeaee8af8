import { createHash, randomBytes } from 'node:crypto';
import { Readable, PassThrough } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';
import { pumpStdin, type AttachEnd, type PumpOptions } from '../../src/attach/pump.ts';
import { BuildError } from '../../src/errors.ts';
import type { AttachSocket } from '../../src/ports.ts';
import {
  AttachServer,
  succeedAndClose,
  untilSteady,
  type AttachScript,
} from '../support/attach-server.ts';
import { turn, VirtualClock } from '../support/clock.ts';
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

interface Pumping {
  readonly server: AttachServer;
  readonly clock: VirtualClock;
  /** Payloads of the pongs that the pump has received. */
  readonly pongs: readonly string[];
  readonly end: Promise<AttachEnd>;
}

async function pump(
  script: AttachScript,
  stdin: Readable,
  options: Partial<PumpOptions> = {},
): Promise<Pumping> {
  const server = await serve(script);
  const socket = await server.open();
  const clock = new VirtualClock();
  const pongs = observePongs(socket);
  const end = pumpStdin(socket, stdin, {
    clock,
    signal: new AbortController().signal,
    containerEnded: new AbortController().signal,
    probe: () => Promise.resolve(true),
    onSent: () => undefined,
    ...options,
  });
  return { server, clock, pongs, end };
}

/** Records the payloads that the listener of the socket gets. */
function observePongs(socket: AttachSocket): readonly string[] {
  const payloads: string[] = [];
  const listen = socket.listen.bind(socket);
  socket.listen = (listener) => {
    listen({
      message: (message) => {
        listener.message(message);
      },
      pong: (payload) => {
        listener.pong(payload);
        payloads.push(payload);
      },
    });
  };
  return payloads;
}

/** Lets sockets work until the pump has a second timer in addition to that of the pings, and advances the clock. */
async function pass(clock: VirtualClock, ms: number): Promise<void> {
  await until(() => clock.sleeping === 2);
  await clock.advance(ms);
}

/** A source that gives one chunk and does not end. */
function unfinished(chunk = Buffer.from('first')): PassThrough {
  const stdin = new PassThrough();
  stdin.write(chunk);
  return stdin;
}

/** A byte in every turn, without an end. */
async function* slowly(): AsyncGenerator<Buffer> {
  for (;;) {
    await turn();
    yield Buffer.from('x');
  }
}

function bytesOf(size: number): Readable {
  return Readable.from([randomBytes(size)], { objectMode: false });
}

const chunk = randomBytes(200_001);

test.each([
  { name: 'small chunks', chunks: ['a', 'bc', 'd'], sizes: [1, 2, 1] },
  { name: 'a chunk of exactly one frame', chunks: [chunk.subarray(0, 65_536)], sizes: [65_536] },
  {
    name: 'a chunk that is cut into frames',
    chunks: [chunk, 'end'],
    sizes: [65_536, 65_536, 65_536, 3_393, 3],
  },
])('$name arrive byte for byte', async ({ chunks, sizes }) => {
  const buffers = chunks.map((part) => Buffer.from(part));
  const sent: number[] = [];
  const { server, end } = await pump(
    { onEndOfStdin: succeedAndClose },
    Readable.from(buffers, { objectMode: true }),
    { onSent: (bytes) => sent.push(bytes) },
  );
  const expected = Buffer.concat(buffers);
  expect(await end).toEqual({
    bytesSent: expected.length,
    isSent: true,
    acknowledged: true,
    unreached: false,
  });
  expect(server.connection.payloads.map(({ length }) => length)).toEqual(sizes);
  expect(server.connection.stdin.equals(expected)).toBe(true);
  expect(sent).toEqual(sizes);
});

test.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const)(
  'an empty stream is only its end on %s',
  async (protocol) => {
    const { server, end } = await pump(
      { protocol, onEndOfStdin: succeedAndClose },
      Readable.from([]),
    );
    expect(await end).toEqual({ bytesSent: 0, isSent: true, acknowledged: true, unreached: false });
    expect(server.connection.payloads).toEqual([]);
  },
);

test('on v4 the response to the closing handshake acknowledges everything that was sent before it', async () => {
  const data = randomBytes(3_000_000);
  const { server, end } = await pump({ protocol: 'v4.channel.k8s.io' }, Readable.from([data]));
  expect(await end).toEqual({
    bytesSent: data.length,
    isSent: true,
    acknowledged: true,
    unreached: false,
  });
  expect(server.connection.stdin.equals(data)).toBe(true);
  expect(server.connection.others).toEqual([]);
  expect(await server.connection.closed).toEqual({ code: 1000 });
});

test('on v4 a connection that is lost before the response acknowledges nothing', async () => {
  const { end } = await pump(
    {
      protocol: 'v4.channel.k8s.io',
      onStdin: ({ socket }) => {
        socket.terminate();
      },
    },
    bytesOf(10),
  );
  expect(await end).toMatchObject({
    acknowledged: false,
    failure: { kind: 'lost', message: expect.stringContaining('code 1006') as unknown },
  });
});

test('without a status, the pong after the end of stdin acknowledges when the container has ended', async () => {
  const ended = new AbortController();
  const { clock, pongs, end } = await pump({}, bytesOf(1_000), { containerEnded: ended.signal });
  await until(() => pongs.includes('end-of-stdin'));
  ended.abort();
  await pass(clock, 2_000);
  expect(await end).toEqual({
    bytesSent: 1_000,
    isSent: true,
    acknowledged: true,
    unreached: false,
  });
});

test('while the container runs, only a status acknowledges', async () => {
  const { server, clock, pongs, end } = await pump({}, bytesOf(1_000));
  let settled = false;
  void end.then(() => {
    settled = true;
  });
  await until(() => pongs.includes('end-of-stdin'));
  await clock.advance(10_000);
  expect(settled).toBe(false);
  server.connection.succeed();
  expect(await end).toMatchObject({ acknowledged: true });
});

test('a failure status after the pong has priority', async () => {
  const { end } = await pump(
    {
      onEndOfStdin: (connection) => {
        connection.socket.once('ping', () => {
          connection.fail('error sending request: EOF');
        });
      },
    },
    bytesOf(1_000),
  );
  expect(await end).toMatchObject({
    bytesSent: 1_000,
    acknowledged: false,
    unreached: true,
    failure: {
      message: 'the API server could not deliver the context: error sending request: EOF',
    },
  });
});

test('a close with code 1000 and without a status acknowledges nothing', async () => {
  const { end } = await pump(
    {
      pongs: ['last-byte'],
      onEndOfStdin: ({ socket }) => {
        socket.close(1000);
      },
    },
    bytesOf(1_000),
  );
  expect(await end).toMatchObject({
    bytesSent: 1_000,
    acknowledged: false,
    unreached: false,
    failure: {
      kind: 'lost',
      message:
        'the connection to the container was lost (code 1000) before the whole context was acknowledged',
    },
  });
});

test('a Success before the end of stdin is a failure', async () => {
  const stdin = unfinished();
  const { end } = await pump({ onStdin: succeedAndClose }, stdin);
  expect(await end).toMatchObject({
    acknowledged: false,
    unreached: false,
    failure: {
      kind: 'attach',
      message: 'the API server closed the connection before the context was fully delivered',
    },
  });
  expect(stdin.destroyed).toBe(true);
});

test.each([
  { message: 'container not found ("builder")', unreached: true },
  { message: 'container is in CONTAINER_EXITED state', unreached: true },
  { message: 'write unix: broken pipe', unreached: false },
])('the failure "$message" means unreached: $unreached', async ({ message, unreached }) => {
  const { end } = await pump(
    {
      onOpen: (connection) => {
        connection.send(0);
        connection.fail(message);
      },
    },
    unfinished(),
  );
  expect(await end).toMatchObject({
    acknowledged: false,
    unreached,
    failure: { message: `the API server could not deliver the context: ${message}` },
  });
});

test('a connection that is lost in the middle of the stream is a failure', async () => {
  const cutAfter = 1_000_000;
  const { server, end } = await pump(
    {
      onStdin: ({ socket, bytes }) => {
        if (bytes >= cutAfter) socket.terminate();
      },
    },
    new CountedSource(),
  );
  expect(await end).toMatchObject({ acknowledged: false, failure: { kind: 'lost' } });
  expect(server.connection.bytes).toBeGreaterThanOrEqual(cutAfter);
});

test('reports the close code also if the first sign is a frame that cannot be sent', async () => {
  const { clock, end } = await pump(
    {
      onStdin: ({ socket }) => {
        socket.close(1000);
        // The client's answer is never read, so its connection is closing and no more than that.
        socket.pause();
      },
    },
    Readable.from(slowly()),
  );
  await pass(clock, 500);
  expect(await end).toMatchObject({
    acknowledged: false,
    failure: {
      kind: 'lost',
      message:
        'the connection to the container was lost (code 1000) before the whole context was acknowledged',
    },
  });
});

test('an error of the source is the failure, and the end of stdin is not sent', async () => {
  const failure = new BuildError('context', 'file "a" changed while it was read');
  const { server, end } = await pump({ onEndOfStdin: succeedAndClose }, failing(failure));
  expect(await end).toMatchObject({ bytesSent: 4, acknowledged: false, failure });
  expect(await server.connection.closed).toEqual({ code: 1006 });
  expect(server.connection.others).toEqual([]);
});

test('an error of the source that is not a BuildError becomes a BuildError', async () => {
  const { end } = await pump({}, failing(new Error('zlib: broken')));
  expect(await end).toMatchObject({
    acknowledged: false,
    failure: { kind: 'attach', message: 'sending the context failed: zlib: broken' },
  });
});

test('stops with the reason of the signal when cancelled', async () => {
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled (SIGINT)');
  const stdin = unfinished();
  const { server, end } = await pump(
    {
      onStdin: () => {
        cancel.abort(reason);
      },
    },
    stdin,
    { signal: cancel.signal },
  );
  expect(await end).toMatchObject({ bytesSent: 5, acknowledged: false, failure: reason });
  expect(stdin.destroyed).toBe(true);
  expect(await server.connection.closed).toEqual({ code: 1006 });
});

test('sends nothing if the signal is aborted already', async () => {
  const reason = new BuildError('timeout', 'too late');
  const { server, end } = await pump({}, bytesOf(10), { signal: AbortSignal.abort(reason) });
  expect(await end).toMatchObject({ bytesSent: 0, acknowledged: false, failure: reason });
  await server.connection.closed;
  expect(server.connection.payloads).toEqual([]);
});

test('the end of the container without an acknowledgement is not a failure of the upload', async () => {
  const ended = new AbortController();
  const { clock, end } = await pump(
    {
      pongs: ['last-byte'],
      onEndOfStdin: () => {
        ended.abort();
      },
    },
    bytesOf(1_000),
    { containerEnded: ended.signal },
  );
  await pass(clock, 2_000);
  expect(await end).toEqual({
    bytesSent: 1_000,
    isSent: true,
    acknowledged: false,
    unreached: false,
  });
});

test('a container that ended before the last byte was received acknowledges nothing', async () => {
  const ended = new AbortController();
  const { clock, server, end } = await pump(
    {
      pongs: [],
      onStdin: () => {
        ended.abort();
      },
    },
    bytesOf(1_000),
    { containerEnded: ended.signal },
  );
  await pass(clock, 2_000);
  expect(await end).toEqual({
    bytesSent: 1_000,
    isSent: true,
    acknowledged: false,
    unreached: false,
  });
  // The end of stdin was not even sent, so no answer to it can be taken for one.
  expect(server.connection.others).toEqual([]);
});

test('a consumer that pauses stops the source, and no byte is lost', async () => {
  const source = new CountedSource();
  const { server, end } = await pump(
    {
      onOpen: ({ socket }) => {
        socket.pause();
      },
      onEndOfStdin: succeedAndClose,
    },
    source,
  );
  const readWhilePaused = await untilSteady(() => source.bytes);
  // The buffers of the kernel for one loopback connection, and a few chunks in memory.
  expect(readWhilePaused).toBeLessThan(24 * 1024 * 1024);
  source.endsAt = readWhilePaused + 1024 * 1024;
  server.connection.socket.resume();
  expect(await end).toMatchObject({ bytesSent: source.bytes, acknowledged: true });
  const received = createHash('sha256').update(server.connection.stdin).digest('hex');
  expect(received).toBe(source.hash.digest('hex'));
});

test('fails when pings and the API server do not respond', async () => {
  const { clock, end } = await pump({ pongs: ['last-byte'] }, unfinished(), {
    probe: () => Promise.resolve(false),
  });
  await clock.advance(20_000);
  expect(await end).toMatchObject({
    acknowledged: false,
    failure: {
      message:
        'the connection to the container timed out: no response to pings, and the API server is unreachable',
    },
  });
  expect(clock.sleeping).toBe(0);
});

/** Gives one chunk, then the error. */
function failing(error: Error): Readable {
  return Readable.from(
    (function* () {
      yield Buffer.from('four');
      throw error;
    })(),
  );
}

/** Random chunks of the sizes that gzip produces, created when they are read. */
class CountedSource extends Readable {
  endsAt = 64 * 1024 * 1024;
  bytes = 0;
  readonly hash = createHash('sha256');
  readonly #piece = randomBytes(32 * 1024);

  constructor() {
    super({ highWaterMark: 64 * 1024 });
  }

  override _read(): void {
    if (this.bytes >= this.endsAt) {
      this.push(null);
      return;
    }
    this.#piece.writeDoubleBE(this.bytes);
    this.bytes += this.#piece.length;
    const copy = Buffer.from(this.#piece);
    this.hash.update(copy);
    this.push(copy);
  }
}
