import { Readable } from 'node:stream';
import type { StdinStream } from './stdin.ts';

/** Streams of one pod; the first one is packed at once, while the pod is scheduled and its image pulled. */
export class StreamsAhead {
  readonly #open: () => StdinStream;
  readonly #limitBytes: number;
  #first: StdinStream | undefined;

  /** @param limitBytes of compressed bytes that may wait for the container. */
  constructor(open: () => StdinStream, limitBytes: number) {
    this.#open = open;
    this.#limitBytes = limitBytes;
    this.#first = this.#ahead();
  }

  /** A stream from its beginning, which the caller destroys; after the first one they are packed as they are asked for. */
  open(): StdinStream {
    const first = this.#first ?? this.#ahead();
    this.#first = undefined;
    return first;
  }

  /** Stops packing if nobody wanted the stream. */
  close(): void {
    this.#first?.stream.destroy();
    this.#first = undefined;
  }

  #ahead(): StdinStream {
    const { stream, progress } = this.#open();
    const ahead = prefetch(stream, this.#limitBytes);
    // Whoever reads it gets the error; until then it must not count as unhandled.
    ahead.on('error', () => undefined);
    return { stream: ahead, progress };
  }
}

/**
 * Reads a stream ahead of its consumer, up to a limit. Destroying the result destroys the source; an error of the source comes after what was read before it.
 * @param limitBytes reading pauses once so much waits; one chunk more than that may wait.
 */
function prefetch(source: Readable, limitBytes: number): Readable {
  return new PrefetchedStream(source, limitBytes);
}

class PrefetchedStream extends Readable {
  readonly #source: Readable;
  readonly #limitBytes: number;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isWanted = false;
  #end: { readonly error?: Error } | undefined;

  constructor(source: Readable, limitBytes: number) {
    // Whole chunks go through, one at a time: reading a byte stream would put everything that waits into one buffer.
    super({ objectMode: true, highWaterMark: 1 });
    this.#source = source;
    this.#limitBytes = limitBytes;
    source.on('data', (chunk: Buffer) => {
      this.#waiting.push(chunk);
      this.#waitingBytes += chunk.length;
      if (this.#waitingBytes >= this.#limitBytes) source.pause();
      this.#hand();
    });
    source.once('end', () => {
      this.#end = {};
      this.#hand();
    });
    source.once('error', (error) => {
      this.#end = { error };
      this.#hand();
    });
  }

  override _read(): void {
    this.#isWanted = true;
    this.#hand();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#waiting.length = 0;
    this.#source.destroy();
    callback(error);
  }

  #hand(): void {
    while (this.#isWanted) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) break;
      this.#waitingBytes -= chunk.length;
      this.#isWanted = this.push(chunk);
    }
    if (this.#waiting.length === 0 && this.#end !== undefined) {
      if (this.#end.error !== undefined) this.destroy(this.#end.error);
      else if (this.#isWanted) this.push(null);
    } else if (this.#waitingBytes < this.#limitBytes && this.#source.isPaused()) {
      this.#source.resume();
    }
  }
}
