import type { Clock } from '../ports.ts';

/** Silence after which a line is printed, so that the step does not look stuck. */
const noOutputMs = 5 * 60_000;

/** Measures how long the builder has printed nothing. */
export class SilenceReport {
  readonly #clock: Clock;
  #heardAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardAtMs = clock.now();
  }

  heard(): void {
    this.#heardAtMs = this.#clock.now();
  }

  /** Reports every five minutes of silence until the signal ends it; never rejects. */
  async reportEvery(report: (line: string) => Promise<void>, signal: AbortSignal): Promise<void> {
    let nextMs = noOutputMs;
    try {
      for (;;) {
        await this.#clock.sleep(this.#heardAtMs + nextMs - this.#clock.now(), signal);
        const silentMs = this.#clock.now() - this.#heardAtMs;
        if (silentMs < noOutputMs) nextMs = noOutputMs;
        else {
          await report(`the builder has printed nothing for ${Math.floor(silentMs / 60_000)} min`);
          nextMs = silentMs + noOutputMs;
        }
      }
    } catch {
      // The signal is aborted: the output has ended.
    }
  }
}
