import type { PackProgress } from '../context/stdin.ts';
import type { Clock } from '../ports.ts';
import { formatBytes } from '../text/size.ts';

const everyMs = 5_000;

/** Counts the bytes sent, and reports them every few seconds of a long upload. */
export class UploadProgress {
  wireBytes = 0;
  #packed: PackProgress = { files: 0, bytes: 0, totalBytes: undefined, totalFiles: undefined };
  readonly #clock: Clock;
  #startedAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtMs = clock.now();
  }

  /** A new stream from its beginning. */
  restart(packed: PackProgress): void {
    this.wireBytes = 0;
    this.#packed = packed;
    this.#startedAtMs = this.#clock.now();
  }

  sent(bytes: number): void {
    this.wireBytes += bytes;
  }

  get packed(): PackProgress {
    return this.#packed;
  }

  /** Reports until the signal ends it; never rejects. */
  async reportEvery(report: (line: string) => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#clock.sleep(everyMs, signal);
        await report(this.describe());
      }
    } catch {
      // The upload has ended.
    }
  }

  /** `sent 31.2 MB in 4.1 s (7.6 MB/s), 120 of 340 files`. */
  describe(): string {
    const seconds = (this.#clock.now() - this.#startedAtMs) / 1_000;
    const rate = seconds > 0 ? ` (${formatBytes(this.wireBytes / seconds)}/s)` : '';
    const { files, totalFiles, bytes, totalBytes } = this.#packed;
    const percent =
      totalBytes === undefined || totalBytes === 0
        ? ''
        : `, ${Math.floor((bytes / totalBytes) * 100)} % packed`;
    const counted =
      totalFiles === undefined || totalFiles === 0 ? '' : `, ${files} of ${totalFiles} files`;
    return `sent ${formatBytes(this.wireBytes)} in ${seconds.toFixed(1)} s${rate}${counted}${files === totalFiles ? '' : percent}`;
  }
}
