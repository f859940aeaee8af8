import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';
import { pieceBytes, type PiecePool } from './blocks.ts';

/** Deflate looks back at most so far (RFC 1951). */
const windowBytes = 32_768;
/** Pieces that are compressed at the same time, in the threads of libuv's pool. */
const piecesInFlight = 4;
/** Largest stored block of deflate. */
const storedBytes = 65_535;

const sampleBytes = 4_096;
const samples = 4;

/**
 * Compresses to one gzip member (RFC 1952). The pieces are deflated side by side, each with the end of the one before as its
 * dictionary, which costs no compression; each ends on a byte by a sync flush, so they can be put together. One member
 * for everything, because a stream that is cut between two members looks whole to a reader.
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
  const compressed: Promise<Buffer>[] = [];
  let dictionary: Buffer | undefined;
  let checksum = 0;
  let totalBytes = 0;
  for await (const piece of pieces) {
    checksum = crc32(piece, checksum);
    totalBytes += piece.length;
    const next = Buffer.from(piece.subarray(Math.max(0, piece.length - windowBytes)));
    const result = compress(piece, level, dictionary).finally(() => {
      pool.give(piece);
    });
    // A failure is seen when its turn comes; until then it must not count as unhandled.
    result.catch(() => undefined);
    compressed.push(result);
    dictionary = next;
    const first = compressed.length >= piecesInFlight ? compressed.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const result of compressed) yield await result;
  // An empty last block, then checksum and length modulo 2^32.
  const trailer = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  trailer.writeUInt32LE(checksum, 2);
  trailer.writeUInt32LE(totalBytes % 2 ** 32, 6);
  yield trailer;
}

function compress(piece: Buffer, level: number, dictionary: Buffer | undefined): Promise<Buffer> {
  if (level === 0 || isIncompressible(piece)) return Promise.resolve(store(piece));
  return new Promise((resolve, reject) => {
    const options = {
      level,
      memLevel: 9,
      finishFlush: constants.Z_SYNC_FLUSH,
      chunkSize: pieceBytes,
      ...(dictionary !== undefined && { dictionary }),
    };
    deflateRaw(piece, options, (error, output) => {
      if (error === null) resolve(exactly(output));
      else reject(error);
    });
  });
}

/** zlib hands out a slice of a piece-sized buffer; whoever queues it would keep all of it. */
function exactly(output: Buffer): Buffer {
  return output.length > output.buffer.byteLength / 2 ? output : Buffer.from(output);
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

/**
 * True if samples of the piece shrink by less than 3 %. Only where all byte values are about equally frequent is it tried,
 * because counting is much cheaper than deflating.
 */
function isIncompressible(piece: Buffer): boolean {
  if (piece.length < samples * sampleBytes) return false;
  const sample = Buffer.allocUnsafe(samples * sampleBytes);
  const stride = Math.floor((piece.length - sampleBytes) / (samples - 1));
  for (let index = 0; index < samples; index += 1) {
    piece.copy(sample, index * sampleBytes, index * stride, index * stride + sampleBytes);
  }
  return isEven(sample) && deflateRawSync(sample, { level: 1 }).length > sample.length * 0.97;
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
