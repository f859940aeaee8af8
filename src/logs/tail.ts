import type { LogLine } from './lines.ts';

const mostLines = 400;
const longestLine = 4_096;
const lineEnd = /\n$/;

/** Limit for noted texts, far above what a builder prints. */
const mostNoted = 1_000;

/** The last lines of the output, in bounded memory. They explain why a build failed. */
export class Tail {
  readonly #lines: string[] = [];
  readonly #notable: RegExp | undefined;
  readonly #noted = new Set<string>();

  /** @param notable ASCII texts that are kept from all lines, not only from the last ones. */
  constructor(notable?: RegExp) {
    this.#notable = notable;
  }

  /** Takes lines and pieces of lines in their order. */
  push(lines: readonly LogLine[]): void {
    if (this.#notable !== undefined) for (const { text } of lines) this.#note(text, this.#notable);
    // Only the last lines are decoded; earlier ones would be dropped anyway.
    for (const line of lines.slice(-mostLines)) this.#add(line);
    if (this.#lines.length > 2 * mostLines) this.#lines.splice(0, this.#lines.length - mostLines);
  }

  /** The notable texts in their order, without duplicates. */
  noted(): readonly string[] {
    return [...this.#noted];
  }

  /** Oldest first. */
  lines(): readonly string[] {
    return this.#lines.slice(-mostLines);
  }

  #note(text: Buffer, notable: RegExp): void {
    const found = notable.exec(text.toString('latin1'))?.[0];
    if (found !== undefined && this.#noted.size < mostNoted) this.#noted.add(found);
  }

  #add({ text, continues }: LogLine): void {
    const before = continues ? (this.#lines.pop() ?? '') : '';
    const more = text.subarray(0, longestLine).toString('utf8').replace(lineEnd, '');
    this.#lines.push(before.length < longestLine ? (before + more).slice(0, longestLine) : before);
  }
}
