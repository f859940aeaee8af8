import type { Readable } from 'node:stream';
import { abortReason } from '../time/abort.ts';

const leastBytes = 4_096;

/** Bytes that arrive in pieces of any size, up to a limit. They are copied, so that small pieces need no memory of their own. */
export class Gathered {
  readonly #mostBytes: number;
  #bytes = Buffer.alloc(0);
  #length = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Appends what fits. @returns false if not all of it does. */
  add(piece: Uint8Array): boolean {
    const fits = piece.subarray(0, this.#mostBytes - this.#length);
    const length = this.#length + fits.length;
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(leastBytes, length, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(fits, this.#length);
    this.#length = length;
    return fits.length === piece.length;
  }

  /** A copy of the bytes. */
  bytes(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** Returns the bytes as UTF-8 text, invalid sequences replaced, and starts again. */
  take(): string {
    const text = this.#bytes.toString('utf8', 0, this.#length);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return text;
  }
}

/**
 * Reads a response to its end, or until no more fits; then it is destroyed. The only loop that reads whole bodies: ESLint refuses
 * the readers of Node, which have no limits.
 * @returns false if there is more than fits. @throws Node's errors of the network, or the signal's reason.
 */
export async function gather(
  response: Readable,
  gathered: Gathered,
  signal: AbortSignal,
): Promise<boolean> {
  const stop = (): void => {
    response.destroy(abortReason(signal));
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    for await (const chunk of response) {
      if (gathered.add(chunk as Buffer)) continue;
      response.destroy();
      return false;
    }
    return true;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
