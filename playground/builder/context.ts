import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { describeError } from '../../src/errors.ts';
import { UsageFailure } from './failure.ts';
import { unpack, type Tree } from './tree.ts';

/** The directory that kaniko unpacks the stream into; here it is in memory. */
export const unpackedAt = '/kaniko/buildcontext';

const blockBytes = 512;

/**
 * Unpacks the gzipped tar on stdin. Like kaniko, it stops at the end of the archive, even if stdin is still open.
 * @throws UsageFailure with kaniko's text.
 */
export async function readContext(stdin: AsyncIterable<Buffer>): Promise<Tree> {
  try {
    return await unpack(untilEnd(gunzip(stdin)));
  } catch (error) {
    throw contextFailure(error);
  }
}

class UnexpectedEnd extends Error {
  override readonly name = 'UnexpectedEnd';
}

async function* gunzip(stdin: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const compressed = new PassThrough();
  const gunzipped = createGunzip();
  let compressedBytes = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of stdin) {
      compressedBytes += chunk.length;
      yield chunk;
    }
  };
  // The reader of `gunzipped` gets the error of all three.
  pipeline(counted, compressed, gunzipped, () => undefined);
  try {
    for await (const chunk of gunzipped) yield chunk as Buffer;
  } catch (error) {
    if (compressedBytes === 0) throw new Error('EOF', { cause: error });
    throw error;
  }
}

/** Passes on a tar archive up to the two zero blocks at its end. */
async function* untilEnd(archive: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const blocks = new BlockReader();
  for await (const chunk of archive) {
    const end = blocks.findEnd(chunk);
    yield end === undefined ? chunk : chunk.subarray(0, end);
    if (end !== undefined) return;
  }
  if (blocks.isInside) throw new UnexpectedEnd();
}

/** Follows headers and contents through an archive. */
class BlockReader {
  #block = Buffer.alloc(0);
  /** Bytes of content and padding before the next header. */
  #contentBytes = 0;
  #zeroBlocks = 0;

  /** True within a header or a content. */
  get isInside(): boolean {
    return this.#block.length > 0 || this.#contentBytes > 0;
  }

  /** @returns where in the chunk the archive has ended; undefined if it continues. */
  findEnd(chunk: Buffer): number | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#contentBytes > 0) {
        const skipped = Math.min(this.#contentBytes, chunk.length - at);
        this.#contentBytes -= skipped;
        at += skipped;
        continue;
      }
      const part = chunk.subarray(at, at + blockBytes - this.#block.length);
      this.#block = Buffer.concat([this.#block, part]);
      at += part.length;
      if (this.#block.length === blockBytes && this.#takeBlock()) return at;
    }
    return undefined;
  }

  #takeBlock(): boolean {
    const block = this.#block;
    this.#block = Buffer.alloc(0);
    if (block.every((byte) => byte === 0)) {
      this.#zeroBlocks += 1;
      return this.#zeroBlocks === 2;
    }
    this.#zeroBlocks = 0;
    const sizeBytes = readSize(block);
    this.#contentBytes = Math.ceil(sizeBytes / blockBytes) * blockBytes;
    return false;
  }
}

/** Octal digits, or GNU's binary form for large files. */
function readSize(header: Buffer): number {
  const field = header.subarray(124, 136);
  if (((field[0] ?? 0) & 0x80) !== 0) return Number(field.readBigUInt64BE(4));
  return Number.parseInt(field.toString('latin1'), 8) || 0;
}

function contextFailure(error: unknown): UsageFailure {
  return new UsageFailure(`error resolving source context: ${goText(error)}`);
}

/** The text of Go for an error of Node's zlib. */
function goText(error: unknown): string {
  const { code, message } = error as Partial<NodeJS.ErrnoException>;
  if (error instanceof UnexpectedEnd || code === 'Z_BUF_ERROR') return 'unexpected EOF';
  if (code !== 'Z_DATA_ERROR') return message ?? describeError(error);
  return message?.includes('header') === true ? 'gzip: invalid header' : 'flate: corrupt input';
}
