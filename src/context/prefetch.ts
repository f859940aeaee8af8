import { Readable } from 'node:stream';
import type { StdinStream } from './stdin.ts';

/** The streams of one pod. The first one is packed immediately, while the pod is scheduled and its image is pulled. */
export class StreamsAhead {
  readonly #open: () => StdinStream;
  readonly #limitBytes: number;
  #first: StdinStream | undefined;

  /** @param limitBytes the number of compressed bytes that can wait for the container. */
  constructor(open: () => StdinStream, limitBytes: number) {
    this.#open = open;
    this.#limitBytes = limitBytes;
    this.#first = this.#ahead();
  }

  /** A stream from its beginning. The caller destroys it. Streams after the first one are packed when they are opened. */
  open(): StdinStream {
    const first = this.#first ?? this.#ahead();
    this.#first = undefined;
    return first;
  }

  /** Stops packing if the first stream was never opened. */
  close(): void {
    this.#first?.stream.destroy();
    this.#first = undefined;
  }

  #ahead(): StdinStream {
    const { stream, progress } = this.#open();
    const ahead = prefetch(stream, this.#limitBytes);
    // The reader gets the error. Without a listener Node would end the process before that.
    ahead.on('error', () => undefined);
    return { stream: ahead, progress };
  }
}

/**
 * Reads a stream ahead of its consumer, up to a limit. Destroying the result destroys the source. An error of the source
 * follows the bytes that were read before it.
 * @param limitBytes reading pauses when this number of bytes waits; the last chunk can exceed it.
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
    // In object mode chunks are passed on one at a time. A byte stream would copy all waiting chunks into one buffer.
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
