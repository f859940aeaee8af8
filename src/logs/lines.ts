/** A line of a container's output, or a piece of a long one. */
export interface LogLine {
  /** When the runtime read the line's beginning, nanoseconds since the epoch; undefined for what is not the container's. */
  readonly at: bigint | undefined;
  /** The bytes as the container wrote them, with the final newline; a piece that goes on and an unfinished line have none. */
  readonly text: Buffer;
  /** True for every piece of a line but the first. */
  readonly continues: boolean;
}

const newline = 0x0a;
const space = 0x20;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const timestamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
/** Length of a timestamp up to the whole second. */
const secondLength = 19;
const longestTimestamp = 64;

/** So much of a line is held back until its newline comes: a line may be of any length, memory is not. */
const longestHeld = 64 * 1024;

/**
 * Bytes of a log request with timestamps to lines, wherever the chunks are cut. Bytes stay bytes: a chunk may end in the
 * middle of a character, and a builder may print what is no text at all. The kubelet joins what the runtime has split at
 * 16 KiB, so only the first piece has a timestamp.
 */
export class LineFramer {
  readonly #stamps = new TimestampReader();
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** The line of which pieces were given already. */
  #open: { readonly at: bigint | undefined } | undefined;

  /** Lines that this chunk completes, and pieces of one that is too long to hold. */
  push(chunk: Buffer): LogLine[] {
    const lines: LogLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      lines.push(this.#read(chunk.subarray(start, end + 1)));
      this.#open = undefined;
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
    if (this.#open !== undefined || this.#heldBytes > longestHeld) lines.push(...this.#giveHeld());
    return lines;
  }

  /** What came after the last newline and was not given yet; a line only if nothing more can follow. */
  flush(): LogLine | undefined {
    return this.#giveHeld()[0];
  }

  #hold(piece: Buffer): void {
    this.#held.push(piece);
    this.#heldBytes += piece.length;
  }

  #giveHeld(): LogLine[] {
    if (this.#heldBytes === 0) return [];
    const piece = this.#read(Buffer.alloc(0));
    this.#open = { at: piece.at };
    return [piece];
  }

  #read(tail: Buffer): LogLine {
    let bytes = tail;
    if (this.#heldBytes > 0) {
      bytes = Buffer.concat([...this.#held, tail]);
      this.#held = [];
      this.#heldBytes = 0;
    }
    if (this.#open !== undefined) return { at: this.#open.at, text: bytes, continues: true };
    return this.#stamps.split(bytes);
  }
}

/** RFC 3339 with up to nine digits of a second, as the kubelet writes it; undefined for anything else. */
export function parseTimestamp(text: string): bigint | undefined {
  const match = timestamp.exec(text);
  if (match === null) return undefined;
  const [, seconds = '', fraction = '', zone = ''] = match;
  const ms = Date.parse(seconds + zone);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Separates timestamps from texts. Most lines share their second with the line before, which saves most of the parsing. */
class TimestampReader {
  #second = Buffer.alloc(0);
  #zone = Buffer.alloc(0);
  #secondAt = 0n;

  split(line: Buffer): LogLine {
    return this.#splitLikeLast(line) ?? this.#splitAny(line);
  }

  #splitLikeLast(line: Buffer): LogLine | undefined {
    if (this.#second.length === 0 || line.length < secondLength) return undefined;
    if (line.compare(this.#second, 0, secondLength, 0, secondLength) !== 0) return undefined;
    let end = secondLength;
    let nanos = 0;
    if (line[end] === point && isDigit(line[end + 1])) {
      let scale = 1_000_000_000;
      for (end += 1; scale > 1 && isDigit(line[end]); end += 1) {
        scale /= 10;
        nanos += scale * ((line[end] ?? zero) - zero);
      }
    }
    for (const byte of this.#zone) if (line[end++] !== byte) return undefined;
    if (line[end] !== space) return undefined;
    const at = this.#secondAt + BigInt(nanos);
    return { at, text: line.subarray(end + 1), continues: false };
  }

  #splitAny(line: Buffer): LogLine {
    const head = line.subarray(0, longestTimestamp).toString('latin1');
    const end = head.search(/[ \n]|$/);
    const stamp = head.slice(0, end);
    const at = parseTimestamp(stamp);
    if (at === undefined) return { at, text: line, continues: false };
    this.#second = Buffer.from(stamp.slice(0, secondLength));
    this.#zone = Buffer.from(stamp.slice(secondLength).replace(/^\.\d+/, ''));
    this.#secondAt = at - (at % 1_000_000_000n);
    return { at, text: line.subarray(head[end] === ' ' ? end + 1 : end), continues: false };
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}
