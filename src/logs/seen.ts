import type { LogLine } from './lines.ts';

const newline = 0x0a;
/** The runtime splits longer lines and gives each part its own time; the kubelet shows the first one's of each file. */
const longestEntry = 16 * 1024;
const nanosPerSecond = 1_000_000_000n;

/** Output that is not there although more recent output is. */
export interface Gap {
  /** Nanoseconds since the epoch: the last line before it. */
  readonly after: bigint;
  /** The first line behind it; undefined if nothing came. */
  readonly before?: bigint;
}

/**
 * What was already delivered. A new request begins at the whole second of the newest line and brings the lines of that
 * second again, in the same order: as many are dropped. Times alone cannot tell, stdout and stderr overtake each other.
 * Of a line that was delivered in part the bytes are dropped that are known.
 */
export class Seen {
  #newest = 0n;
  /** End of the newest line's second. */
  #secondEnd = 0n;
  /** Lines delivered of the newest line's second. */
  #count = 0;
  #skip = 0;
  /** The line that is being delivered piece by piece, and whether it is one of `count`. */
  #open: { readonly at: bigint; bytes: number; readonly counted: boolean } | undefined;
  /** The line that the request before left in the middle. */
  #unfinished: { readonly at: bigint; readonly bytes: number } | undefined;
  /** Pieces of the present line are dropped. */
  #dropping = false;
  /** Known bytes at the beginning of what comes of the present line. */
  #knownBytes = 0;
  readonly #onGap: (gap: Gap) => void;
  readonly #onPause: (gap: Required<Gap>) => void;

  /**
   * @param onGap told when lines that a request had to bring again are not there any more.
   * @param onPause told when a line is a second or more younger than all before it.
   */
  constructor(onGap: (gap: Gap) => void, onPause: (pause: Required<Gap>) => void) {
    this.#onGap = onGap;
    this.#onPause = onPause;
  }

  /** Time of the newest line. */
  get newest(): bigint {
    return this.#newest;
  }

  /** Starts a request: `sinceTime` is cut to whole seconds by the kubelet. */
  since(): { sinceTime?: string } {
    this.#leaveLine();
    this.#skip = this.#count;
    if (this.#newest === 0n) return {};
    return { sinceTime: secondOf(this.#newest) };
  }

  /** The line, or what of it is new; undefined for what was delivered before. Lines without a time are not its business. */
  accept(line: LogLine): LogLine | undefined {
    const { at, continues } = line;
    if (at === undefined) return undefined;
    if (!continues) this.#begin(at, line.text);
    if (this.#dropping) return undefined;
    const fresh = this.#withoutKnown(line);
    this.#countBytes(line.text);
    return fresh.text.length === 0 ? undefined : fresh;
  }

  /** The last request was read to its end: what it should have brought again is lost. */
  finish(): void {
    if (this.#skip > 0 || this.#unfinished !== undefined) this.#onGap({ after: this.#newest });
    this.#skip = 0;
  }

  #leaveLine(): void {
    if (this.#open === undefined) return;
    const { at, bytes, counted } = this.#open;
    this.#unfinished = { at, bytes: bytes + this.#knownBytes };
    if (counted) this.#count--;
    this.#open = undefined;
  }

  #begin(at: bigint, text: Buffer): void {
    this.#open = undefined;
    this.#knownBytes = 0;
    this.#dropping = this.#skip > 0 && at <= this.#newest;
    if (this.#dropping) {
      if (this.#isOfNewestSecond(at)) this.#skip--;
      return;
    }
    this.#resumeUnfinished(at, text);
    const counted = at >= this.#secondEnd || this.#isOfNewestSecond(at);
    if (at > this.#newest) this.#advance(at);
    if (counted) this.#count++;
    this.#open = { at, bytes: 0, counted };
  }

  #resumeUnfinished(at: bigint, text: Buffer): void {
    const isRotated = this.#skip > 0 && at > this.#newest;
    const isOther = this.#unfinished !== undefined && this.#unfinished.at !== at;
    if (isRotated || isOther) this.#onGap({ after: this.#newest, before: at });
    if (!isOther) this.#knownBytes = this.#unfinished?.bytes ?? 0;
    // In the middle of a long line a new file was begun: how much of what it has of the line is known, nobody can tell.
    else if (text.length > longestEntry) this.#knownBytes = Infinity;
    this.#unfinished = undefined;
  }

  #advance(at: bigint): void {
    // What was to be dropped is not there any more: the log was rotated.
    this.#skip = 0;
    if (at >= this.#secondEnd) {
      const isPause = this.#newest > 0n && at - this.#newest >= nanosPerSecond;
      if (isPause) this.#onPause({ after: this.#newest, before: at });
      this.#count = 0;
      this.#secondEnd = (at / nanosPerSecond + 1n) * nanosPerSecond;
    }
    this.#newest = at;
  }

  #withoutKnown(line: LogLine): LogLine {
    if (this.#knownBytes === 0) return line;
    const text = line.text.subarray(this.#knownBytes);
    this.#knownBytes = Math.max(0, this.#knownBytes - line.text.length);
    return { at: line.at, text, continues: true };
  }

  #countBytes(text: Buffer): void {
    if (this.#open === undefined) return;
    this.#open.bytes += text.length;
    if (text.at(-1) === newline) this.#open = undefined;
  }

  #isOfNewestSecond(at: bigint): boolean {
    return at < this.#secondEnd && at >= this.#secondEnd - nanosPerSecond;
  }
}

/** The whole second of a time, as a request asks for it. */
export function secondOf(at: bigint): string {
  const second = new Date(Number(at / nanosPerSecond) * 1_000);
  return second.toISOString().replace('.000Z', 'Z');
}
