import type { Pause } from './seen.ts';

/**
 * A response with fewer bytes contains no rotated file: the kubelet rotates a log file at 10 MiB, and
 * each line in the file is 10 bytes longer than in the response.
 */
const leastFileBytes = 7_500_000;
/**
 * No log file is rotated earlier: the kubelet checks the file sizes every 10 s by default, and every
 * 3 s at the shortest setting.
 */
const leastLifeMs = 3_000;
const nanosPerMs = 1_000_000n;

/**
 * Decides whether a pause in the output may hide lines that log rotation has deleted.
 *
 * A follow request reads one log file to its end, then continues with the current file. If the kubelet
 * rotates the log twice in the meantime, the request skips the file in between without an error.
 * Such a skip looks like this: the response lags behind the container by more than the lifetime of
 * the skipped file, and then the timestamps jump forward by at least that lifetime.
 *
 * The result is a suspicion, not a proof: it looks the same when the builder paused while the response
 * lagged behind.
 */
export class RotationWatch {
  #bytes = 0;
  #nowMs = 0;
  #leastDelayMs = Infinity;
  #delayMs = 0;

  /** Takes the time of arrival and the size of a chunk, before its lines. */
  heard(nowMs: number, bytes: number): void {
    this.#nowMs = nowMs;
    this.#bytes += bytes;
  }

  /**
   * Takes the timestamp of the newest line of the chunk, after all of its lines. The clocks of node and
   * runner may differ, so only the delay relative to the shortest delay so far is used.
   */
  read(at: bigint): void {
    this.#delayMs = this.#nowMs - Number(at / nanosPerMs);
    this.#leastDelayMs = Math.min(this.#leastDelayMs, this.#delayMs);
  }

  /** True if lines may be missing in the pause: the previous chunk was late enough for a skipped file. */
  mayHide({ after, before }: Pause): boolean {
    return (
      this.#bytes >= leastFileBytes &&
      this.#delayMs - this.#leastDelayMs >= leastLifeMs &&
      Number((before - after) / nanosPerMs) >= leastLifeMs
    );
  }
}
