const mostLines = 400;
const longestLine = 4_096;

/** More different ones than a builder can mean. */
const mostNoted = 1_000;

/** The last lines of an output, in bounded memory: what a failure is explained with. */
export class Tail {
  readonly #lines: string[] = [];
  readonly #notable: RegExp | undefined;
  readonly #noted = new Set<string>();

  /** @param notable what else to keep, wherever it stands. */
  constructor(notable?: RegExp) {
    this.#notable = notable;
  }

  push(line: Buffer): void {
    const text = line.subarray(0, longestLine).toString('utf8');
    const found = this.#notable?.exec(text)?.[0];
    if (found !== undefined && this.#noted.size < mostNoted) this.#noted.add(found);
    this.#lines.push(text);
    if (this.#lines.length > 2 * mostLines) this.#lines.splice(0, mostLines);
  }

  /** What was notable, each text once, in its order. */
  noted(): readonly string[] {
    return [...this.#noted];
  }

  /** Oldest first. */
  lines(): readonly string[] {
    return this.#lines.slice(-mostLines);
  }
}
