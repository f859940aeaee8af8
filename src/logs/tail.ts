import type { LogLine } from './lines.ts';

const mostLines = 400;
const longestLine = 4_096;
const lineEnd = /\n$/;

/** More different ones than a builder can mean. */
const mostNoted = 1_000;

/** The last lines of an output, in bounded memory: what a failure is explained with. */
export class Tail {
  readonly #lines: string[] = [];
  readonly #notable: RegExp | undefined;
  readonly #noted = new Set<string>();

  /** @param notable ASCII text that is to be kept too, wherever it stands. */
  constructor(notable?: RegExp) {
    this.#notable = notable;
  }

  /** Lines and pieces of lines, as they follow each other. */
  push(lines: readonly LogLine[]): void {
    if (this.#notable !== undefined) for (const { text } of lines) this.#note(text, this.#notable);
    // Of many lines at once only the last are worth decoding; those before them are pushed out anyway.
    for (const line of lines.slice(-mostLines)) this.#add(line);
    if (this.#lines.length > 2 * mostLines) this.#lines.splice(0, this.#lines.length - mostLines);
  }

  /** What was notable, each text once, in its order. */
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
