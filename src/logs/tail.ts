const mostLines = 400;
const longestLine = 4_096;

/** The last lines of an output, in bounded memory: what a failure is explained with. */
export class Tail {
  readonly #lines: string[] = [];

  push(line: Buffer): void {
    this.#lines.push(line.subarray(0, longestLine).toString('utf8'));
    if (this.#lines.length > 2 * mostLines) this.#lines.splice(0, mostLines);
  }

  /** Oldest first. */
  lines(): readonly string[] {
    return this.#lines.slice(-mostLines);
  }
}
