import { setImmediate } from 'node:timers/promises';
import { constants, createGunzip, gunzipSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { PiecePool, pieceBytes } from '../../../src/context/tar/blocks.ts';
import { gzip } from '../../../src/context/tar/gzip.ts';

async function* each(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

async function compress(pieces: readonly Buffer[], level: number): Promise<Buffer> {
  const out: Buffer[] = [];
  for await (const part of gzip(each(pieces), level, new PiecePool())) out.push(part);
  return Buffer.concat(out);
}

/** Pseudorandom bytes, the same in every run. */
function noise(bytes: number, seed = 1): Buffer {
  const out = Buffer.alloc(bytes);
  let state = seed;
  for (let index = 0; index < bytes; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out[index] = state >>> 24;
  }
  return out;
}

function text(bytes: number): Buffer {
  const line = 'the quick brown fox jumps over the lazy dog\n';
  return Buffer.from(line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes));
}

/** Reads one member and no bytes after it. */
async function readOneMember(bytes: Buffer): Promise<{ content: Buffer; usedBytes: number }> {
  const engine = createGunzip();
  const out: Buffer[] = [];
  engine.on('data', (chunk: Buffer) => out.push(chunk));
  await new Promise<void>((resolve, reject) => {
    engine.on('end', resolve).on('error', reject);
    engine.end(bytes);
  });
  return { content: Buffer.concat(out), usedBytes: engine.bytesWritten };
}

const contents = [
  { name: 'nothing', pieces: [] },
  { name: 'an empty piece', pieces: [Buffer.alloc(0)] },
  { name: 'one byte', pieces: [Buffer.from('x')] },
  { name: 'one short piece', pieces: [text(100)] },
  { name: 'one whole piece', pieces: [text(pieceBytes)] },
  { name: 'two pieces', pieces: [text(pieceBytes), text(1)] },
  {
    name: 'more pieces than are compressed at once',
    pieces: Array.from({ length: 9 }, () => text(70_001)),
  },
  { name: 'noise', pieces: [noise(pieceBytes), noise(200_000, 2)] },
  {
    name: 'noise of a length around that of stored blocks',
    pieces: [65_534, 65_535, 65_536, 131_070].map((bytes) => noise(bytes)),
  },
  {
    name: 'noise and text by turns',
    pieces: [noise(80_000), text(80_000), noise(80_000, 3), text(10)],
  },
  {
    name: 'text with noise in the middle',
    pieces: [Buffer.concat([text(300_000), noise(300_000), text(300_000)])],
  },
  { name: 'zeros', pieces: [Buffer.alloc(pieceBytes), Buffer.alloc(pieceBytes)] },
];

describe.each([0, 1, 6, 9])('level %d', (level) => {
  test.each(contents)('$name', async ({ pieces }) => {
    const expected = Buffer.concat(pieces);
    const compressed = await compress(
      pieces.map((piece) => Buffer.from(piece)),
      level,
    );
    expect(gunzipSync(compressed).equals(expected)).toBe(true);
    const { content, usedBytes } = await readOneMember(compressed);
    expect([content.equals(expected), usedBytes]).toEqual([true, compressed.length]);
  });
});

test('the header has neither a name nor a time, and the trailer has checksum and length', async () => {
  const compressed = await compress([Buffer.from('123456789')], 1);
  expect(compressed.subarray(0, 10).toString('hex')).toBe('1f8b0800000000000003');
  expect(compressed.subarray(-8).toString('hex')).toBe('2639f4cb09000000');
});

test('there is one deflate stream, whose only last block is the empty one at the end', async () => {
  const compressed = await compress([text(50_000), text(50_000)], 1);
  const deflated = compressed.subarray(10, -8);
  expect(deflated.subarray(-2).toString('hex')).toBe('0300');
  expect(inflateRawSync(deflated)).toHaveLength(100_000);
  // Without the empty block the stream has no end, so no cut leaves a whole one.
  expect(() => inflateRawSync(deflated.subarray(0, -2))).toThrow('unexpected end of file');
});

test('pieces are joined by sync flushes', async () => {
  const parts: Buffer[] = [];
  for await (const part of gzip(
    each([text(5_000), text(5_000), text(5_000)]),
    6,
    new PiecePool(),
  )) {
    parts.push(part);
  }
  expect(parts.slice(1, -1).map((part) => part.subarray(-4).toString('hex'))).toEqual([
    '0000ffff',
    '0000ffff',
    '0000ffff',
  ]);
  const flushed = inflateRawSync(Buffer.concat(parts.slice(1, 3)), {
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  expect(flushed.equals(Buffer.concat([text(5_000), text(5_000)]))).toBe(true);
});

test('a stream that is cut anywhere is not taken for a whole one', async () => {
  const compressed = await compress([text(3_000), noise(3_000), text(3_000)], 6);
  for (let bytes = 1; bytes < compressed.length; bytes += 7) {
    expect(() => gunzipSync(compressed.subarray(0, bytes))).toThrow();
  }
});

test('compresses each piece independently of the pieces before it', async () => {
  const pieces = Array.from({ length: 9 }, () => text(70_000));
  const compressed = await compress(pieces, 6);
  const bytes = (compressed.length - 20) / pieces.length;
  for (const index of pieces.keys()) {
    const start = 10 + index * bytes;
    expect(compressed.subarray(start, start + bytes)).toEqual(compressed.subarray(10, 10 + bytes));
  }
});

test('stores noise unchanged, with five more bytes for each block', async () => {
  const compressed = await compress([noise(pieceBytes)], 9);
  expect(compressed).toHaveLength(10 + pieceBytes + 17 * 5 + 10);
});

test.each([
  { name: 'is stored with it', zeros: 512, isStored: true },
  { name: 'in two of its samples is not', zeros: pieceBytes / 8, isStored: false },
])('text at the beginning of noise $name', async ({ zeros, isStored }) => {
  const piece = noise(pieceBytes).fill(0, 0, zeros);
  const compressed = await compress([piece], 1);
  expect(compressed.length > pieceBytes).toBe(isStored);
});

describe('pieces that resemble noise are compressed', () => {
  const bytes = 70_000;
  const even = Buffer.from(Array.from({ length: bytes }, (_, index) => index % 256));
  const sizeOf = async (...pieces: readonly Buffer[]): Promise<number> =>
    (await compress(pieces, 1)).length;

  test('after some pieces, wherever it begins', async () => {
    const [seven = 0, eight = 0, nine = 0] = await Promise.all(
      [7, 8, 9].map((count) => sizeOf(noise(bytes), ...Array<Buffer>(count).fill(even))),
    );
    expect(seven).toBeGreaterThan(8 * bytes);
    expect(eight - seven).toBeLessThan(bytes / 10);
    expect(nine - eight).toBeLessThan(bytes / 10);
  });

  test('immediately after a piece that does not resemble it', async () => {
    expect(await sizeOf(noise(bytes), text(bytes), even)).toBeLessThan(1.2 * bytes);
  });
});

test('text gets smaller with a higher level, and level 0 stores it', async () => {
  const content = Buffer.concat([text(100_000), noise(10_000), text(100_000)]);
  const sizes = await Promise.all(
    [0, 1, 9].map(async (level) => (await compress([Buffer.from(content)], level)).length),
  );
  expect(sizes[0]).toBe(10 + content.length + 4 * 5 + 10);
  expect(sizes[1]).toBeLessThan(30_000);
  expect(sizes[2]).toBeLessThanOrEqual(sizes[1] ?? 0);
});

test('the same pieces give the same bytes', async () => {
  const pieces = (): Buffer[] => [text(pieceBytes), noise(300_000), text(300_000)];
  expect((await compress(pieces(), 6)).equals(await compress(pieces(), 6))).toBe(true);
});

describe('pieces go back to the pool', () => {
  test('once they are compressed, and few are taken for a long stream', async () => {
    const pool = new PiecePool();
    const taken = new Set<ArrayBufferLike>();
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let index = 0; index < 40; index += 1) {
        await Promise.resolve();
        const piece = pool.take();
        taken.add(piece.buffer);
        yield piece.fill(index);
      }
    }
    const out: Buffer[] = [];
    for await (const part of gzip(pieces(), 1, pool)) out.push(part);
    expect(taken.size).toBeLessThanOrEqual(6);
    const content = gunzipSync(Buffer.concat(out));
    for (let index = 0; index < 40; index += 1) {
      expect(content[index * pieceBytes]).toBe(index);
      expect(content[(index + 1) * pieceBytes - 1]).toBe(index);
    }
  });

  test('and later bytes do not change the dictionary', async () => {
    const pool = new PiecePool();
    const expected: Buffer[] = [];
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let index = 0; index < 8; index += 1) {
        // Time enough for the piece before to be compressed, so that its buffer is used again.
        for (let turn = 0; turn < 200; turn += 1) await setImmediate();
        const piece = pool.take().subarray(0, 12_000);
        noise(12_000, index + 1).copy(piece);
        expected.push(Buffer.from(piece));
        yield piece;
      }
    }
    const out: Buffer[] = [];
    for await (const part of gzip(pieces(), 9, pool)) out.push(part);
    expect(gunzipSync(Buffer.concat(out)).equals(Buffer.concat(expected))).toBe(true);
  });
});

describe('the end before the end', () => {
  test('an error of the pieces is thrown', async () => {
    async function* pieces(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(text(10));
      throw new Error('no more');
    }
    await expect(async () => {
      for await (const part of gzip(pieces(), 1, new PiecePool())) expect(part).toBeDefined();
    }).rejects.toThrow('no more');
  });

  test('a reader that stops ends the pieces', async () => {
    let isEnded = false;
    async function* pieces(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield await Promise.resolve(text(1_000));
      } finally {
        isEnded = true;
      }
    }
    let parts = 0;
    for await (const part of gzip(pieces(), 1, new PiecePool())) {
      parts += part.length > 0 ? 1 : 0;
      if (parts === 3) break;
    }
    expect(isEnded).toBe(true);
  });
});
