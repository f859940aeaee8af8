import type { LogLine } from './lines.ts';

const newline = 0x0a;
/**
 * The container runtime splits a longer line into entries of this size, each with its own timestamp.
 * The kubelet joins them again and returns the timestamp of the first entry in the file.
 */
const longestEntry = 16 * 1024;
const nanosPerSecond = 1_000_000_000n;

/** A range of time in which output is missing or may be missing. Nanoseconds since the epoch. */
export interface Gap {
  /** Timestamp of the last line before the gap. */
  readonly after: bigint;
  /** Timestamp of the first line after the gap; undefined if there was no further line. */
  readonly before?: bigint;
}

/** A pause between two lines: the output may be complete, or lines of that time may be missing. */
export type Pause = Required<Gap>;

/** What `accept` found out about one line. */
export interface Accepted {
  /** The line, or its new part; undefined if all of it was delivered before. */
  readonly fresh?: LogLine;
  /** Set if lines that the response had to repeat are missing. */
  readonly gap?: Gap;
  /** Set if the line is at least one second newer than all lines before it. */
  readonly pause?: Pause;
}

/** The line that is being delivered, until its newline. */
interface OpenLine {
  readonly at: bigint;
  /** Bytes of the current response. */
  bytes: number;
  /** True if the line is one of those that are counted. */
  readonly isCounted: boolean;
}

/**
 * Finds the new lines when the same log is requested several times.
 *
 * A request can only ask for all lines since a whole second, because the kubelet truncates
 * `sinceTime`. The response therefore repeats the lines of the newest second, in the same order. Seen
 * counts the lines that were delivered for that second, and drops as many from the next response.
 * Timestamps cannot replace the counting: several lines may have the same timestamp, and lines of
 * stdout and stderr can be out of order.
 *
 * A request can end in the middle of a long line of which pieces were delivered. When the line is
 * repeated, the bytes that were delivered are removed from its beginning.
 *
 * If a line that must be repeated is missing, the kubelet has rotated the log, and the lines between
 * the newest line and the first line of the response are lost. That is reported as a gap.
 */
export class Seen {
  /** The newest timestamp so far; 0 before the first line. */
  #newest = 0n;
  /** End of the second that contains `newest`. */
  #secondEnd = 0n;
  /** Number of lines that were delivered for that second. */
  #count = 0;
  /** Number of lines that the current response has yet to repeat. */
  #toSkip = 0;
  #open: OpenLine | undefined;
  /** The line in the middle of which the previous response ended, and its delivered bytes. */
  #unfinished: { readonly at: bigint; readonly bytes: number } | undefined;
  /** True while the pieces of a repeated line are dropped. */
  #isDropping = false;
  /** Number of the next bytes of the current line that were delivered before. */
  #knownBytes = 0;

  /** The newest timestamp so far, in nanoseconds since the epoch; 0 before the first line. */
  get newest(): bigint {
    return this.#newest;
  }

  /** Starts the next request, and returns its `sinceTime`; none before the first line. */
  since(): { sinceTime?: string } {
    this.#leaveOpenLine();
    this.#toSkip = this.#count;
    if (this.#newest === 0n) return {};
    return { sinceTime: secondOf(this.#newest) };
  }

  /** Takes the next line of the current response. A line without a timestamp is ignored. */
  accept(line: LogLine): Accepted {
    const { at, continues } = line;
    if (at === undefined) return {};
    const found = continues ? {} : this.#begin(at, line.text);
    if (this.#isDropping) return found;
    const fresh = this.#withoutKnown(line);
    this.#countBytes(line.text);
    return fresh.text.length === 0 ? found : { ...found, fresh };
  }

  /** Ends the last request, which was read to its end: the gap after the newest line, if any. */
  finish(): Gap | undefined {
    const isMissing = this.#toSkip > 0 || this.#unfinished !== undefined;
    this.#toSkip = 0;
    return isMissing ? { after: this.#newest } : undefined;
  }

  /** The next response repeats the open line, so it is no longer counted as delivered. */
  #leaveOpenLine(): void {
    if (this.#open === undefined) return;
    const { at, bytes, isCounted } = this.#open;
    this.#unfinished = { at, bytes: bytes + this.#knownBytes };
    if (isCounted) this.#count--;
    this.#open = undefined;
  }

  #begin(at: bigint, text: Buffer): Accepted {
    this.#open = undefined;
    this.#knownBytes = 0;
    this.#isDropping = this.#toSkip > 0 && at <= this.#newest;
    if (this.#isDropping) {
      if (this.#isInNewestSecond(at)) this.#toSkip--;
      return {};
    }
    const gap = this.#resumeUnfinished(at, text);
    const isCounted = at >= this.#secondEnd || this.#isInNewestSecond(at);
    const pause = at > this.#newest ? this.#advance(at) : undefined;
    if (isCounted) this.#count++;
    this.#open = { at, bytes: 0, isCounted };
    return { ...(gap !== undefined && { gap }), ...(pause !== undefined && { pause }) };
  }

  /** The first new line of a response: is it the unfinished line, and was everything repeated? */
  #resumeUnfinished(at: bigint, text: Buffer): Gap | undefined {
    const isNotRepeated = this.#toSkip > 0 && at > this.#newest;
    const isOtherLine = this.#unfinished !== undefined && this.#unfinished.at !== at;
    if (!isOtherLine) this.#knownBytes = this.#unfinished?.bytes ?? 0;
    // The log was rotated inside a long line, and this is probably the rest of it. How many of its
    // bytes were delivered is unknown, so the line is dropped instead of printing bytes twice.
    else if (text.length > longestEntry) this.#knownBytes = Infinity;
    this.#unfinished = undefined;
    return isNotRepeated || isOtherLine ? { after: this.#newest, before: at } : undefined;
  }

  #advance(at: bigint): Pause | undefined {
    const after = this.#newest;
    this.#newest = at;
    // A newer line follows, so lines that were not repeated so far are not in the log any more.
    this.#toSkip = 0;
    if (at < this.#secondEnd) return undefined;
    this.#count = 0;
    this.#secondEnd = (at / nanosPerSecond + 1n) * nanosPerSecond;
    const isPause = after > 0n && at - after >= nanosPerSecond;
    return isPause ? { after, before: at } : undefined;
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

  #isInNewestSecond(at: bigint): boolean {
    return at < this.#secondEnd && at >= this.#secondEnd - nanosPerSecond;
  }
}

/** The whole second of a timestamp in RFC 3339, as `sinceTime` of a request. */
export function secondOf(at: bigint): string {
  const second = new Date(Number(at / nanosPerSecond) * 1_000);
  return second.toISOString().replace('.000Z', 'Z');
}
