import { constants, crc32, createDeflateRaw, deflateRawSync, type DeflateRaw } from 'node:zlib';
import type { PiecePool } from './blocks.ts';

/** Pieces that are compressed at the same time, in the threads of libuv's pool. */
const piecesInFlight = 4;
/** Largest stored block of deflate. */
const storedBytes = 65_535;

const samples = 16;
const sampleBytes = 1_024;
/** One may have the header of the next file in it. */
const mostUnevenSamples = 1;

/** Size of the buffers that compressed bytes come in. */
const outputBytes = 256 * 1_024;

/**
 * Compresses to one gzip member (RFC 1952). The pieces are deflated side by side, each for itself, which makes text 0.4 %
 * larger; each ends on a byte by a sync flush, so they can be put together. One member for everything, because a stream
 * that is cut between two members looks whole to a reader.
 *
 * @param pieces of at most `pieceBytes`; they go back to the pool.
 * @param level 0 to 9, as in zlib.
 */
export async function* gzip(
  pieces: AsyncIterable<Buffer>,
  level: number,
  pool: PiecePool,
): AsyncGenerator<Buffer> {
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  const deflaters = Array.from(
    { length: level === 0 ? 0 : piecesInFlight },
    () => new Deflater(level),
  );
  const noise = new NoiseFinder();
  const compressed: Promise<readonly Buffer[]>[] = [];
  let checksum = 0;
  let totalBytes = 0;
  try {
    for await (const piece of pieces) {
      checksum = crc32(piece, checksum);
      totalBytes += piece.length;
      const deflater = deflaters.shift();
      const result = compress(piece, deflater, noise).finally(() => {
        pool.give(piece);
      });
      // A failure is seen when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      compressed.push(result);
      if (deflater !== undefined) deflaters.push(deflater);
      const first = compressed.length >= piecesInFlight ? compressed.shift() : undefined;
      if (first !== undefined) yield* await first;
    }
    for (const result of compressed) yield* await result;
  } finally {
    for (const deflater of deflaters) deflater.close();
  }
  // An empty last block, then checksum and length modulo 2^32.
  const trailer = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  trailer.writeUInt32LE(checksum, 2);
  trailer.writeUInt32LE(totalBytes % 2 ** 32, 6);
  yield trailer;
}

/** @param deflater which is free; undefined stores. */
function compress(
  piece: Buffer,
  deflater: Deflater | undefined,
  noise: NoiseFinder,
): Promise<readonly Buffer[]> {
  if (deflater === undefined || noise.isNoise(piece)) return Promise.resolve([store(piece)]);
  return deflater.deflate(piece);
}

/** Deflates one piece after the other in a thread of libuv's pool, with tables that are made only once. */
class Deflater {
  readonly #stream: DeflateRaw;
  #output: Buffer[] = [];

  constructor(level: number) {
    this.#stream = createDeflateRaw({
      level,
      memLevel: 9,
      flush: constants.Z_SYNC_FLUSH,
      chunkSize: outputBytes,
    });
    this.#stream.on('data', (chunk: Buffer) => this.#output.push(chunk));
    // Whoever writes gets the error too.
    this.#stream.on('error', () => undefined);
  }

  /** Resolves to the compressed bytes once nobody reads the piece any more. One piece at a time. */
  deflate(piece: Buffer): Promise<readonly Buffer[]> {
    // Not at the end of the one before: the stream may have been closed by then.
    this.#stream.reset();
    return new Promise((resolve, reject) => {
      this.#stream.write(piece, (error) => {
        if (error !== null && error !== undefined) {
          reject(error);
          return;
        }
        // Hands out what the stream has kept back.
        this.#stream.read();
        resolve(this.#output.splice(0));
      });
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}

/** Stored blocks: what is already compressed would cost most of the time and gain nothing. */
function store(piece: Buffer): Buffer {
  const blocks = Math.ceil(piece.length / storedBytes);
  const out = Buffer.allocUnsafe(piece.length + blocks * 5);
  let at = 0;
  for (let start = 0; start < piece.length; start += storedBytes) {
    const block = piece.subarray(start, start + storedBytes);
    out[at] = 0;
    out.writeUInt16LE(block.length, at + 1);
    out.writeUInt16LE(~block.length & 0xffff, at + 3);
    at += 5 + block.copy(out, at + 5);
  }
  return out;
}

/** After so many even pieces in a row that were taken for noise, the next one is tried again. */
const believedPieces = 7;

/** Finds pieces of which samples shrink by less than 3 %. */
class NoiseFinder {
  readonly #even = Buffer.allocUnsafeSlow(samples * sampleBytes);
  #believed = 0;

  /**
   * Only where all byte values are about equally frequent is it tried, because counting is much cheaper than deflating; and
   * not where the piece before was noise: large files of it are what the time would go to.
   */
  isNoise(piece: Buffer): boolean {
    if (piece.length < this.#even.length) return false;
    const even = this.#copyEven(piece);
    if (even === undefined) this.#believed = 0;
    else if (this.#believed > 0) {
      this.#believed -= 1;
      return true;
    } else if (hardlyShrinks(even)) {
      this.#believed = believedPieces;
      return true;
    }
    return false;
  }

  /** The even ones of samples from all over the piece, one behind the other; undefined if too many are not. */
  #copyEven(piece: Buffer): Buffer | undefined {
    const stride = Math.floor((piece.length - sampleBytes) / (samples - 1));
    let used = 0;
    let uneven = 0;
    for (let index = 0; index < samples; index += 1) {
      const sample = piece.subarray(index * stride, index * stride + sampleBytes);
      if (isEven(sample)) used += sample.copy(this.#even, used);
      else if (++uneven > mostUnevenSamples) return undefined;
    }
    return this.#even.subarray(0, used);
  }
}

function hardlyShrinks(sample: Buffer): boolean {
  return deflateRawSync(sample, { level: 1 }).length > sample.length * 0.97;
}

const counts = new Uint32Array(256);

/** The sum of squared counts is smallest for even ones; noise adds about one count for each byte. */
function isEven(sample: Buffer): boolean {
  counts.fill(0);
  for (const byte of sample) counts[byte] = (counts[byte] ?? 0) + 1;
  let squares = 0;
  for (const count of counts) squares += count * count;
  return squares < sample.length ** 2 / counts.length + 8 * sample.length;
}
