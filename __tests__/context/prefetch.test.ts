import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { StreamsAhead } from '../../src/context/prefetch.ts';
import type { StdinStream } from '../../src/context/stdin.ts';
import { turn } from '../support/clock.ts';

/** A stream of `count` chunks of 100 bytes that counts the chunks that were read. */
class Chunks {
  taken = 0;
  readonly stream: Readable;

  constructor(count: number, failure?: Error) {
    this.stream = Readable.from(this.#make(count, failure), {
      objectMode: false,
      highWaterMark: 1,
    });
  }

  async *#make(count: number, failure: Error | undefined): AsyncGenerator<Buffer> {
    for (let index = 0; index < count; index += 1) {
      this.taken += 1;
      await turn();
      yield Buffer.alloc(100, index);
    }
    if (failure !== undefined) throw failure;
  }
}

/** The stream of a source that is packed ahead, up to a limit. */
function prefetch(stream: Readable, limitBytes: number): Readable {
  const progress = { files: 0, bytes: 0, totalBytes: undefined, totalFiles: undefined };
  return new StreamsAhead(() => ({ stream, progress }), limitBytes).open().stream;
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) await turn();
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('reads ahead up to the limit before the first read, and not further', async () => {
  const source = new Chunks(50);
  const stream = prefetch(source.stream, 500);
  await settle();
  expect(source.taken).toBeGreaterThanOrEqual(5);
  expect(source.taken).toBeLessThanOrEqual(8);
  stream.destroy();
});

test.each([1, 150, 500, 1_000_000])('returns every byte in order, limit %d', async (limit) => {
  const stream = prefetch(new Chunks(50).stream, limit);
  await settle();
  const expected = Buffer.concat(
    Array.from({ length: 50 }, (_, index) => Buffer.alloc(100, index)),
  );
  expect((await collect(stream)).equals(expected)).toBe(true);
});

test('an empty stream ends', async () => {
  expect(await collect(prefetch(new Chunks(0).stream, 500))).toHaveLength(0);
});

test('returns the bytes that were read before an error, then the error', async () => {
  const stream = prefetch(new Chunks(3, new Error('was removed')).stream, 10_000);
  stream.on('error', () => undefined);
  await settle();
  let bytes = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of stream) bytes += (chunk as Buffer).length;
  };
  await expect(read()).rejects.toThrow('was removed');
  expect(bytes).toBe(300);
});

test('keeps an error for a later reader', async () => {
  const streams = new StreamsAhead(
    () => ({ stream: new Chunks(0, new Error('was removed')).stream, progress }),
    500,
  );
  await settle();
  await expect(collect(streams.open().stream)).rejects.toThrow('was removed');
});

test('destroying it destroys the source', async () => {
  const source = new Chunks(50);
  const stream = prefetch(source.stream, 500);
  await settle();
  stream.destroy();
  await settle();
  expect(source.stream.destroyed).toBe(true);
  const { taken } = source;
  await settle();
  expect(source.taken).toBe(taken);
});

const progress = { files: 0, bytes: 0, totalBytes: undefined, totalFiles: undefined };

test('opens the first stream at once, and the next ones when they are requested', async () => {
  const opened: StdinStream[] = [];
  const streams = new StreamsAhead(() => {
    const stream = { stream: new Chunks(2).stream, progress };
    opened.push(stream);
    return stream;
  }, 500);
  expect(opened).toHaveLength(1);
  expect(await collect(streams.open().stream)).toHaveLength(200);
  expect(opened).toHaveLength(1);
  expect(await collect(streams.open().stream)).toHaveLength(200);
  expect(opened).toHaveLength(2);
});

test('closes a stream that was never opened', async () => {
  const source = new Chunks(50);
  const streams = new StreamsAhead(() => ({ stream: source.stream, progress }), 500);
  streams.close();
  await settle();
  expect(source.stream.destroyed).toBe(true);
});
