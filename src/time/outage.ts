import { describeError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** So long no request may work before it is said. */
const patienceMs = 15_000;

/** Says that something cannot be read, once, and that it can be read again; short interruptions are nobody's business. */
export class OutageNotice {
  readonly #clock: Clock;
  readonly #what: string;
  readonly #note: (text: string) => Promise<void>;
  #sinceMs: number | undefined;
  #told = false;

  /** @param what begins the sentence, for example `the builder's output`. */
  constructor(clock: Clock, what: string, note: (text: string) => Promise<void>) {
    this.#clock = clock;
    this.#what = what;
    this.#note = note;
  }

  async failed(error: unknown): Promise<void> {
    this.#sinceMs ??= this.#clock.now();
    if (this.#told || this.#clock.now() - this.#sinceMs < patienceMs) return;
    this.#told = true;
    await this.#note(`${this.#what} cannot be read at present: ${describeError(error)}`);
  }

  async worked(): Promise<void> {
    this.#sinceMs = undefined;
    if (!this.#told) return;
    this.#told = false;
    await this.#note(`${this.#what} can be read again`);
  }
}
