import type { LogLine } from './lines.ts';

const mostLines = 400;
/** A longer line is cut in its middle: an error can follow output that lacks a newline. In characters. */
const longestLine = 4_096;
const longestPart = longestLine / 2;
/** No character has more bytes in UTF-8. */
const mostBytes = 4;
const lineEnd = /\n$/;

/** The last lines of the output, in bounded memory. They explain why a build failed. */
export class Tail {
  readonly #lines: CutLine[] = [];

  /** Takes lines and pieces of lines in their order. */
  push(lines: readonly LogLine[]): void {
    // Earlier lines would be dropped anyway, except for the one that the first piece continues.
    for (const line of lines.slice(-mostLines)) this.#add(line);
    if (this.#lines.length > 2 * mostLines) this.#lines.splice(0, this.#lines.length - mostLines);
  }

  /** Oldest first. */
  lines(): readonly string[] {
    return this.#lines.slice(-mostLines).map((line) => line.text);
  }

  #add({ text, continues }: LogLine): void {
    const open = continues ? this.#lines.at(-1) : undefined;
    const line = open ?? new CutLine();
    if (open === undefined) this.#lines.push(line);
    line.add(text);
  }
}

/** A line whose pieces arrive one by one: its beginning, and its end if it is too long. */
class CutLine {
  #head = '';
  #end = '';
  #isCut = false;

  get text(): string {
    return this.#isCut ? `${this.#head}…${this.#end}` : this.#head + this.#end;
  }

  add(bytes: Buffer): void {
    const most = longestLine * mostBytes;
    if (bytes.length <= 2 * most) this.#append(bytes.toString('utf8').replace(lineEnd, ''));
    else {
      this.#append(bytes.toString('utf8', 0, most));
      this.#append(bytes.toString('utf8', bytes.length - most).replace(lineEnd, ''));
    }
  }

  #append(text: string): void {
    const room = longestPart - this.#head.length;
    this.#head += text.slice(0, room);
    const end = this.#end + text.slice(room);
    this.#isCut ||= end.length > longestPart;
    this.#end = end.slice(-longestPart);
  }
}
