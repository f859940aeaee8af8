import type { OutputFilter } from '../engine.ts';

/** Levels of kaniko's log, the least severe first. */
const levels = ['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'panic'];

const newline = 0x0a;
const start = Buffer.from('time="');
/** The beginning of a line of kaniko's log. */
const head = /^time="[-\d:TZ.+]{20,35}" level=([a-z]{4,7}) msg=/;
/** No beginning is longer, in bytes. */
const longestHead = 64;

/** The level that the builder gets: at least `info`, which the digest and the failing instruction are reported with. */
export function builderVerbosity(wanted: string): string {
  return levels.indexOf(levelOf(wanted)) > levels.indexOf('info') ? 'info' : wanted;
}

/** A filter for the lines that the builder prints because of `builderVerbosity`; undefined if it prints none. */
export function verbosityFilter(wanted: string): OutputFilter | undefined {
  return builderVerbosity(wanted) === wanted ? undefined : new VerbosityFilter(levelOf(wanted));
}

/**
 * Removes the lines of kaniko's log below a level. Other output keeps its bytes; a line of RUN that looks like one of kaniko's log
 * is removed, too. RUN can lack the newline before a line of kaniko, so these are also recognised in the middle of a line. Works
 * on pieces of any size.
 */
class VerbosityFilter implements OutputFilter {
  readonly #removed: ReadonlySet<string>;
  /** The end of the output so far, if it can be the beginning of a line of kaniko. */
  #rest = Buffer.alloc(0);
  /** True within a line that is removed. */
  #isRemoving = false;

  constructor(least: string) {
    this.#removed = new Set(levels.slice(0, levels.indexOf(least)));
  }

  push(output: Buffer): Buffer {
    return this.#filter(Buffer.concat([this.#rest, output]), longestHead);
  }

  end(): Buffer {
    return this.#filter(this.#rest, 0);
  }

  /** @param undecided a beginning with fewer bytes is not decided yet. */
  #filter(bytes: Buffer, undecided: number): Buffer {
    const kept: Buffer[] = [];
    let from = 0;
    let search = 0;
    this.#rest = Buffer.alloc(0);
    while (from < bytes.length) {
      if (this.#isRemoving) {
        const end = bytes.indexOf(newline, from);
        if (end === -1) break;
        this.#isRemoving = false;
        from = end + 1;
        search = from;
        continue;
      }
      const at = this.#findStart(bytes, search, undecided);
      kept.push(bytes.subarray(from, at));
      from = at;
      const text = bytes.toString('latin1', at, at + longestHead);
      const level = head.exec(text)?.[1];
      if (level !== undefined && this.#removed.has(level)) this.#isRemoving = true;
      else if (level === undefined && mayContinue(text, undecided)) {
        this.#rest = Buffer.from(bytes.subarray(at));
        break;
      } else search = at + 1;
    }
    return Buffer.concat(kept);
  }

  /** Where the next line of kaniko can begin: the end of the bytes if nowhere. */
  #findStart(bytes: Buffer, from: number, undecided: number): number {
    const at = bytes.indexOf(start, from);
    if (at !== -1) return at;
    if (undecided === 0) return bytes.length;
    for (let length = Math.min(start.length - 1, bytes.length - from); length > 0; length--) {
      const tail = bytes.length - length;
      if (bytes.compare(start, 0, length, tail) === 0) return tail;
    }
    return bytes.length;
  }
}

/** True for the beginning of a possible `head` that ends with the bytes. */
function mayContinue(text: string, undecided: number): boolean {
  return text.length < undecided && !text.includes('\n');
}

/** kaniko accepts `warn`, and prints `warning`. */
function levelOf(verbosity: string): string {
  return verbosity === 'warn' ? 'warning' : verbosity;
}
