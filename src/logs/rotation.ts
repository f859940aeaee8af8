import type { Gap } from './seen.ts';

/** Less than a log file holds before the kubelet rotates it at 10 MiB; the file's lines are 10 bytes longer than ours. */
const leastFileBytes = 7_500_000;
/** A kubelet looks at the sizes of its log files every ten seconds, and can be told to do so every three: each lasts as long. */
const leastLifeMs = 3_000;
const nanosPerMs = 1_000_000n;

/**
 * Recognizes where a kubelet may have left output out within one request. It reads one file to its end and goes on with the
 * present one; when files were rotated faster than it could read, all between them is skipped, without a word. Seen from
 * here, the line before was older than the skipped file's whole life when it arrived, and then time jumps as far. A builder
 * and a reader that were both stopped for so long look the same, so this is a suspicion.
 */
export class RotationWatch {
  #bytes = 0;
  #nowMs = 0;
  #leastDelayMs = Infinity;
  #delayMs = 0;

  /** A chunk has arrived. */
  heard(nowMs: number, bytes: number): void {
    this.#nowMs = nowMs;
    this.#bytes += bytes;
  }

  /** The newest line of the chunk. Clocks of node and runner differ: only changes of the delay count. */
  read(at: bigint): void {
    this.#delayMs = this.#nowMs - Number(at / nanosPerMs);
    this.#leastDelayMs = Math.min(this.#leastDelayMs, this.#delayMs);
  }

  /** True if the chunk before came so late that this jump of time is likely to hide output. */
  mayHide({ after, before }: Required<Gap>): boolean {
    return (
      this.#bytes >= leastFileBytes &&
      this.#delayMs - this.#leastDelayMs >= leastLifeMs &&
      Number((before - after) / nanosPerMs) >= leastLifeMs
    );
  }
}
