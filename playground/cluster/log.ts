import { EventEmitter } from 'node:events';

/** One line of the log file, as the runtime writes it. */
export interface LogEntry {
  /** Nanoseconds since the epoch. */
  readonly at: bigint;
  /** With its newline, except for a last line that has none. */
  readonly text: Buffer;
}

/** Where the kubelet starts a new file. */
const rotateBytes = 10 * 1024 * 1024;
const newline = 0x0a;

/** The log of one container: only the current file, as the kubelet returns it; rotated files are lost. */
export class ContainerLog extends EventEmitter<{ entry: []; end: [] }> {
  /** Number of dropped entries before `entries`. */
  #rotated = 0;
  #entries: LogEntry[] = [];
  #size = 0;
  #ended = false;
  readonly #partial = new Map<string, Buffer>();
  #lastAt = 0n;

  constructor() {
    super();
    this.setMaxListeners(0);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Position after the newest entry, counted from the container's start. */
  get length(): number {
    return this.#rotated + this.#entries.length;
  }

  /** The entry at a position; undefined if it does not exist yet, or was rotated. */
  at(position: number): LogEntry | undefined {
    return this.#entries[position - this.#rotated];
  }

  /** Position of the oldest entry that is left. */
  get first(): number {
    return this.#rotated;
  }

  write(stream: string, chunk: Buffer): void {
    let rest = Buffer.concat([this.#partial.get(stream) ?? Buffer.alloc(0), chunk]);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      this.#add(rest.subarray(0, end + 1));
      rest = rest.subarray(end + 1);
    }
    this.#partial.set(stream, rest);
  }

  end(): void {
    for (const rest of this.#partial.values()) if (rest.length > 0) this.#add(rest);
    this.#ended = true;
    this.emit('end');
  }

  /** Starts a new file, as the kubelet does at 10 MiB. */
  rotate(): void {
    this.#rotated += this.#entries.length;
    this.#entries = [];
    this.#size = 0;
  }

  /** The end of the log for a termination message: at most 2048 bytes of the last 80 lines. */
  tail(): string {
    const lines = this.#entries.slice(-80).map(({ text }) => text);
    return Buffer.concat(lines).subarray(-2048).toString();
  }

  #add(text: Buffer): void {
    if (this.#size + text.length > rotateBytes) this.rotate();
    this.#size += text.length;
    this.#entries.push({ at: this.#now(), text });
    this.emit('entry');
  }

  /** Real clocks have nanoseconds, so two lines never have the same timestamp. */
  #now(): bigint {
    const ns = process.hrtime.bigint() - started.monotonic + started.wall;
    this.#lastAt = ns > this.#lastAt ? ns : this.#lastAt + 1n;
    return this.#lastAt;
  }
}

const started = { wall: BigInt(Date.now()) * 1_000_000n, monotonic: process.hrtime.bigint() };

/** RFC 3339 with nanoseconds, without zeros at the end, as Go's RFC3339Nano. */
export function formatNanos(at: bigint): string {
  const seconds = new Date(Number(at / 1_000_000_000n) * 1_000).toISOString().slice(0, 19);
  const fraction = String(at % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}
