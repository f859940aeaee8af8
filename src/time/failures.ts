import type { BuildError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** A request is repeated within this time. An older failure belongs to a request that is not repeated. */
const recentMs = 60_000;

/** The failures of requests that have not succeeded since, for the error of a deadline that passes in the meantime. */
export class Failures {
  readonly #clock: Clock;
  /** By what was tried; the latest is the last one. */
  readonly #known = new Map<string, { readonly error: BuildError; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param doing what was tried. */
  failed(doing: string, error: BuildError): void {
    this.#known.delete(doing);
    this.#known.set(doing, { error, atMs: this.#clock.now() });
  }

  succeeded(doing: string): void {
    this.#known.delete(doing);
  }

  /** The latest one of the last minute. */
  get latest(): BuildError | undefined {
    const last = [...this.#known.values()].at(-1);
    return last !== undefined && this.#clock.now() - last.atMs <= recentMs ? last.error : undefined;
  }
}
