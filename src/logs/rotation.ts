/** Less than a log file holds before the kubelet rotates it at 10 MiB; the file's lines are 10 bytes longer than ours. */
const leastFileBytes = 7_500_000;
const leastLagMs = 1_000;
const nanosPerMs = 1_000_000n;

/**
 * Recognizes output that the kubelet leaves out within one request. It reads one file to its end and goes on with the
 * present one; when files were rotated faster than it could read, all between them is skipped, without a word. Seen from
 * here, the lines are old when they arrive, and then time jumps. A builder that prints a whole file at once and then pauses
 * looks the same, so this is a suspicion.
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

  /** True if the chunk before came so late that a jump in this one is likely to hide output. */
  hasFallenBehind(): boolean {
    return this.#bytes >= leastFileBytes && this.#delayMs - this.#leastDelayMs >= leastLagMs;
  }
}
