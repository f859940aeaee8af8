import { damaged } from './damaged.ts';

const blockBytes = 512;
/** The limit of Go's archive/tar for a header of records or a long name. */
const largestHeaderBytes = 1_024 * 1_024;

const typeAt = 156;
const sizeAt = 124;
const sizeLength = 12;
const nameLength = 100;

/** Types of headers that describe the next entry: PAX records, global PAX records, GNU's long name and long link. */
const describingTypes = 'xgLK';
/** Hard links, symbolic links, devices and FIFOs. Readers disagree on whether a content follows them. */
const typesWithoutContent = '12346';

/**
 * The bytes of a tar archive up to its end, two blocks of zeros, as GNU tar and Go's archive/tar read it. What follows is read
 * and dropped: a second archive, or a further member of gzip. Refuses what readers understand differently, because a scanner
 * of the archive would see other files than the builder.
 * @param source uncompressed. @param archive as the user wrote it.
 * @throws BuildError('context')
 */
export async function* archiveBytes(
  source: AsyncIterable<Buffer>,
  archive: string,
): AsyncGenerator<Buffer> {
  const blocks = new Blocks(archive);
  for await (const chunk of source) {
    const bytes = blocks.take(chunk);
    if (bytes.length > 0) yield bytes;
  }
}

/** The headers before an entry, which describe it. */
class Description {
  readonly types = new Set<string>();
  /** PAX records; of a repeated key the last value. */
  readonly records = new Map<string, string>();
  /** GNU's long name. */
  longName: string | undefined;
}

/** Follows the blocks of an archive, without their contents. */
class Blocks {
  readonly #archive: string;
  readonly #block = Buffer.alloc(blockBytes);
  #filled = 0;
  /** Bytes of content and padding up to the next header. */
  #left = 0;
  /** The records that are being read, without padding. */
  #records: { readonly type: string; readonly bytes: Buffer; filled: number } | undefined;
  /** What headers before the next entry say about it. */
  #described = new Description();
  #zeroBlocks = 0;

  constructor(archive: string) {
    this.#archive = archive;
  }

  /** @returns the part of the chunk that belongs to the archive. @throws BuildError('context') */
  take(chunk: Buffer): Buffer {
    let at = 0;
    while (at < chunk.length && this.#zeroBlocks < 2) {
      if (this.#left > 0) {
        const count = Math.min(this.#left, chunk.length - at);
        this.#content(chunk.subarray(at, at + count));
        at += count;
      } else {
        const count = chunk.copy(this.#block, this.#filled, at);
        this.#filled += count;
        at += count;
        if (this.#filled < blockBytes) continue;
        this.#filled = 0;
        this.#header();
      }
    }
    return chunk.subarray(0, at);
  }

  #content(bytes: Buffer): void {
    this.#left -= bytes.length;
    const records = this.#records;
    if (records === undefined) return;
    records.filled += bytes.copy(records.bytes, records.filled);
    if (this.#left === 0) this.#endRecords(records.type, records.bytes);
  }

  #header(): void {
    if (this.#block.every((byte) => byte === 0)) {
      this.#zeroBlocks += 1;
      return;
    }
    if (this.#zeroBlocks === 1) throw damaged(this.#archive, 'a block of zeros is between entries');
    const type = String.fromCharCode(this.#block[typeAt] ?? 0);
    const size = this.#readSize();
    if (describingTypes.includes(type)) {
      if (size > largestHeaderBytes) {
        throw damaged(this.#archive, `it has a header of more than ${largestHeaderBytes} bytes`);
      }
      // Readers use the first, the last or both of them.
      if (type !== 'g' && this.#described.types.has(type)) {
        throw damaged(this.#archive, 'it has two headers of the same kind for an entry');
      }
      this.#described.types.add(type);
      this.#left = padded(size);
      this.#records = size === 0 ? undefined : { type, bytes: Buffer.alloc(size), filled: 0 };
      return;
    }
    const { types, records, longName } = this.#described;
    this.#described = new Description();
    if ((types.has('L') && records.has('path')) || (types.has('K') && records.has('linkpath'))) {
      throw damaged(this.#archive, 'it has two names for an entry');
    }
    const contentBytes = Number(records.get('size') ?? size);
    const name = records.get('path') ?? longName ?? textOf(this.#block.subarray(0, nameLength));
    // Old archives have directories of the type of a file. Readers disagree on whether a content follows them.
    if (contentBytes > 0 && (typesWithoutContent.includes(type) || name.endsWith('/'))) {
      if (type !== '5') throw damaged(this.#archive, 'it has a link or a device with a content');
    }
    this.#left = type === '5' ? 0 : padded(contentBytes);
  }

  #endRecords(type: string, bytes: Buffer): void {
    this.#records = undefined;
    if (type === 'L') this.#described.longName = textOf(bytes);
    if (type === 'L' || type === 'K') return;
    for (const [key, value] of this.#readRecords(bytes)) {
      if (type === 'g' && ['path', 'linkpath', 'size'].includes(key)) {
        throw damaged(this.#archive, `it has a ${key} for all entries`);
      }
      if (key === 'size' && !/^\d{1,15}$/.test(value)) {
        throw damaged(this.#archive, 'it has an invalid size');
      }
      if (type === 'x') this.#described.records.set(key, value);
    }
  }

  /** PAX records, `LENGTH KEY=VALUE` with a newline at the end. The length includes all of it. */
  #readRecords(bytes: Buffer): readonly (readonly [key: string, value: string])[] {
    const records: [string, string][] = [];
    for (let start = 0; start < bytes.length;) {
      const space = bytes.indexOf(' ', start);
      const digits = bytes.toString('latin1', start, Math.min(space, start + 8));
      const end = start + Number(digits);
      const equals = bytes.indexOf('=', space);
      if (
        space < 0 ||
        !/^[1-9]\d*$/.test(digits) ||
        end > bytes.length ||
        equals < 0 ||
        equals >= end ||
        bytes[end - 1] !== 0x0a
      ) {
        throw damaged(this.#archive, 'it has an invalid PAX record');
      }
      const key = bytes.toString('utf8', space + 1, equals);
      records.push([key, bytes.toString('utf8', equals + 1, end - 1)]);
      start = end;
    }
    return records;
  }

  /** The size in the header: octal digits, or GNU's binary form for large ones. */
  #readSize(): number {
    const field = this.#block.subarray(sizeAt, sizeAt + sizeLength);
    const first = field[0] ?? 0;
    const size =
      first >= 0x80
        ? field.subarray(1).reduce((sum, byte) => sum * 256 + byte, first & 0x7f)
        : readOctal(field.toString('latin1'));
    if (Number.isSafeInteger(size)) return size;
    throw damaged(this.#archive, 'it has an invalid size');
  }
}

/** The text up to the first NUL. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}

/** NaN for anything but octal digits with spaces and NULs around them; 0 without digits. */
function readOctal(text: string): number {
  const [, digits] = /^[ \0]*([0-7]*)(?:[ \0]|$)/.exec(text) ?? [];
  if (digits === undefined) return NaN;
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function padded(size: number): number {
  return Math.ceil(size / blockBytes) * blockBytes;
}
