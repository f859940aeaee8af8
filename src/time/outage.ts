import { describeError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** An outage is reported after it has lasted this long. */
const patienceMs = 15_000;

/** Reports once that something cannot be read, and once that it can be read again. Short outages are not reported. */
export class OutageNotice {
  readonly #clock: Clock;
  readonly #what: string;
  readonly #note: (text: string) => Promise<void>;
  #sinceMs: number | undefined;
  #isReported = false;

  /** @param what subject of the messages, for example `the builder's output`. */
  constructor(clock: Clock, what: string, note: (text: string) => Promise<void>) {
    this.#clock = clock;
    this.#what = what;
    this.#note = note;
  }

  async failed(error: unknown): Promise<void> {
    this.#sinceMs ??= this.#clock.now();
    if (this.#isReported || this.#clock.now() - this.#sinceMs < patienceMs) return;
    this.#isReported = true;
    await this.#note(`${this.#what} cannot be read at present: ${describeError(error)}`);
  }

  async worked(): Promise<void> {
    this.#sinceMs = undefined;
    if (!this.#isReported) return;
    this.#isReported = false;
    await this.#note(`${this.#what} can be read again`);
  }
}
