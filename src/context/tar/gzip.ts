import { constants, crc32, createDeflateRaw, deflateRawSync, type DeflateRaw } from 'node:zlib';
import type { PiecePool } from './blocks.ts';

/** Pieces that are compressed at the same time, in the threads of libuv's pool. */
const piecesInFlight = 4;
/** Largest stored block of deflate. */
const storedBytes = 65_535;

const samples = 16;
const sampleBytes = 1_024;
/** One sample can contain the header of the next file. */
const mostUnevenSamples = 1;

/** Size of the buffers of compressed bytes. */
const outputBytes = 256 * 1_024;

/**
 * Compresses to one gzip member (RFC 1952). The pieces are deflated in parallel and independently, which makes text 0.4 %
 * larger. Each piece ends on a byte boundary because of a sync flush, so they can be concatenated. There is only one member,
 * because a stream that is cut between two members looks complete to a reader.
 *
 * @param pieces of at most `pieceBytes`. They are returned to the pool.
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
      // A failure is thrown when the result is awaited. Until then Node must not report it as unhandled.
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
  // RFC 1951: an empty last block. RFC 1952: checksum and length modulo 2^32.
  const trailer = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  trailer.writeUInt32LE(checksum, 2);
  trailer.writeUInt32LE(totalBytes % 2 ** 32, 6);
  yield trailer;
}

/** @param deflater that is not in use; undefined stores the piece without compression. */
function compress(
  piece: Buffer,
  deflater: Deflater | undefined,
  noise: NoiseFinder,
): Promise<readonly Buffer[]> {
  if (deflater === undefined || noise.isNoise(piece)) return Promise.resolve([store(piece)]);
  return deflater.deflate(piece);
}

/** Deflates one piece after the other in a thread of libuv's pool. Its tables are allocated once. */
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
    // The callback of `write` gets the error too.
    this.#stream.on('error', () => undefined);
  }

  /** Resolves to the compressed bytes when the piece is no longer in use. One piece at a time. */
  deflate(piece: Buffer): Promise<readonly Buffer[]> {
    // Not after the previous piece, because the stream can be closed by then.
    this.#stream.reset();
    return new Promise((resolve, reject) => {
      this.#stream.write(piece, (error) => {
        if (error !== null && error !== undefined) {
          reject(error);
          return;
        }
        // Emits the bytes that the stream still buffers.
        this.#stream.read();
        resolve(this.#output.splice(0));
      });
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}

/** Stored blocks, for bytes that are already compressed: deflating them takes the most time and saves nothing. */
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

/** The number of pieces that are treated as noise without a trial after one that was. */
const believedPieces = 7;

/** Finds pieces of which samples shrink by less than 3 %. */
class NoiseFinder {
  readonly #even = Buffer.allocUnsafeSlow(samples * sampleBytes);
  #believed = 0;

  /**
   * Deflates samples only if all byte values are about equally frequent, because counting is much cheaper than deflating. The
   * trial is skipped after a piece of noise, because large files of noise would otherwise take most of the time.
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

  /** Copies the samples with evenly distributed bytes into one buffer. @returns undefined if too many samples are uneven. */
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

/** The sum of squared counts is smallest for evenly distributed bytes. Random bytes add about one for each byte. */
function isEven(sample: Buffer): boolean {
  counts.fill(0);
  for (const byte of sample) counts[byte] = (counts[byte] ?? 0) + 1;
  let squares = 0;
  for (const count of counts) squares += count * count;
  return squares < sample.length ** 2 / counts.length + 8 * sample.length;
}
