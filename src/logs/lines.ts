/** A line of a container log, or a piece of a long line. */
export interface LogLine {
  /**
   * When the runtime read the beginning of the line, in nanoseconds since the epoch; undefined for a
   * message of the kubelet.
   */
  readonly at: bigint | undefined;
  /** The bytes that the container wrote, with the final newline; an incomplete line has none. */
  readonly text: Buffer;
  /** True for each piece of a line except the first. */
  readonly continues: boolean;
}

const newline = 0x0a;
const space = 0x20;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const timestamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
/** Length of a timestamp without the fraction of the second. */
const secondLength = 19;
const longestTimestamp = 64;

/** Bytes of an incomplete line that are buffered. A longer line is returned in pieces. */
const longestHeld = 64 * 1024;

/**
 * Splits the response of a log request with timestamps into lines, independent of the chunk limits.
 * Lines are bytes, not strings: a chunk may end inside a character, and the output may be binary. The
 * kubelet joins the entries into which the runtime splits a line at 16 KiB, so only the beginning of a
 * line has a timestamp.
 */
export class LineFramer {
  readonly #stamps = new TimestampReader();
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** The current line, if pieces of it were returned. */
  #open: { readonly at: bigint | undefined } | undefined;

  /** Returns the lines that this chunk completes, and pieces of a line that is too long to buffer. */
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

  /** Returns the buffered rest after the last newline. Call it at the end of the response. */
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

/** Nanoseconds since the epoch of an RFC 3339 timestamp with up to nine digits; else undefined. */
function parseTimestamp(text: string): bigint | undefined {
  const match = timestamp.exec(text);
  if (match === null) return undefined;
  const [, seconds = '', fraction = '', zone = ''] = match;
  const ms = Date.parse(seconds + zone);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Separates timestamp and text. Only the fraction is parsed if the second is that of the last line. */
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
