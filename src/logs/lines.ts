/** A line of a container's output. */
export interface LogLine {
  /** When the runtime read it, nanoseconds since the epoch; orders lines and finds doubles. */
  readonly at: bigint;
  /** The bytes as the container wrote them, without the final newline. */
  readonly text: Buffer;
}

const newline = 0x0a;
const space = 0x20;
const timestamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * Bytes of a log request with timestamps to lines, wherever the chunks are cut. Bytes stay bytes: a chunk may end in the
 * middle of a character, and a builder may print what is no text at all.
 */
export class LineFramer {
  #rest: Buffer[] = [];

  /** Lines that this chunk completes. */
  push(chunk: Buffer): LogLine[] {
    const lines: LogLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      lines.push(readLine(this.#take(chunk.subarray(start, end))));
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
    return lines;
  }

  /** What came after the last newline; a line only if nothing more can follow. */
  flush(): LogLine | undefined {
    return this.#rest.length === 0 ? undefined : readLine(this.#take(Buffer.alloc(0)));
  }

  #take(tail: Buffer): Buffer {
    if (this.#rest.length === 0) return tail;
    const whole = Buffer.concat([...this.#rest, tail]);
    this.#rest = [];
    return whole;
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

/** A line without a timestamp (the kubelet's own remarks, for example) counts as just now: 0 sorts before nothing. */
function readLine(line: Buffer): LogLine {
  const end = line.indexOf(space);
  const head = line.subarray(0, end < 0 ? line.length : end).toString('latin1');
  const at = parseTimestamp(head);
  if (at === undefined) return { at: 0n, text: line };
  return { at, text: end < 0 ? Buffer.alloc(0) : line.subarray(end + 1) };
}
