// Random Dockerfiles: mostly well-formed, with few names, and with pieces that parsers differ in.
import type { Random } from '../../support/random.ts';
import * as pieces from './pieces.ts';

/** A Dockerfile, and the inputs that decide what a build of it does. */
export interface DockerfileCase {
  readonly text: string;
  /** Empty without a target. */
  readonly target: string;
  readonly args: Readonly<Record<string, string>>;
}

/** Share of rare pieces. One of them often makes a builder refuse the whole file. */
const wildShare = 0.02;
/** BuildKit refuses lines of this length, in bytes. */
const refusedBytes = 65_536;

type Escape = '\\' | '`';

export function drawDockerfile(random: Random): DockerfileCase {
  return new Drawing(random).draw();
}

class Drawing {
  readonly #random: Random;
  /** Mostly that of the directive, so that continuations are continuations. */
  #escape: Escape = '\\';
  readonly #isWild: boolean;

  constructor(random: Random) {
    this.#random = random;
    this.#isWild = random.chance(0.7);
  }

  draw(): DockerfileCase {
    const random = this.#random;
    const lines = [...this.#drawHead(), ...this.#drawStages()];
    const end = random.chance(0.1) ? '\r\n' : '\n';
    const text = lines.join(end) + (random.chance(0.8) ? end : '');
    return {
      text: this.#wild(0.15) ? this.#change(text) : text,
      target: random.chance(0.7) ? '' : this.#pick(pieces.stageNames, pieces.wildStageNames),
      args: this.#drawArgs(),
    };
  }

  #drawArgs(): Readonly<Record<string, string>> {
    const random = this.#random;
    if (random.chance(0.7)) return {};
    return {
      [random.pick(['IMG', 'REG', 'TAG', 'TARGETARCH', 'X'])]: random.pick([
        '',
        'a.b/c',
        'arg',
        '$TAG',
        '"q"',
      ]),
    };
  }

  #drawHead(): readonly string[] {
    const random = this.#random;
    const lines: string[] = [];
    while (random.chance(0.3)) {
      const line = this.#pick(pieces.directives, pieces.wildDirectives, 0.3);
      if (lines.includes(line) && random.chance(0.9)) continue;
      if (/^#\s*escape=`$/.test(line)) this.#escape = '`';
      lines.push(line);
    }
    if (this.#wild(0.03)) lines.unshift('#!/usr/bin/env x');
    if (this.#wild(0.05)) lines[0] = `\ufeff${lines[0] ?? ''}`;
    if (this.#wild(0.05)) this.#escape = random.pick(['\\', '`']);
    if (random.chance(0.7)) lines.push(...pieces.usualArguments);
    while (random.chance(0.3))
      lines.push(this.#bend(`ARG ${this.#pick(pieces.metaArguments, pieces.wildMetaArguments)}`));
    return lines;
  }

  #drawStages(): readonly string[] {
    const random = this.#random;
    const lines: string[] = [];
    for (let count = random.whole(1, 4); count > 0; count -= 1) {
      lines.push(this.#bend(this.#drawFrom()));
      for (let rest = random.whole(0, 4); rest > 0; rest -= 1)
        lines.push(...this.#drawInstruction());
    }
    if (this.#wild(0.0002)) lines.push(`RUN ${'x '.repeat(refusedBytes / 2)}`);
    return lines;
  }

  #drawFrom(): string {
    const random = this.#random;
    const words = ['FROM'];
    if (random.chance(0.05))
      words.push(random.pick(['--platform=linux/amd64', '--platform=$BUILDPLATFORM']));
    words.push(this.#pick(pieces.images, pieces.wildImages));
    if (random.chance(0.6))
      words.push(
        random.pick(['AS', 'AS', 'as', 'As']),
        this.#pick(pieces.stageNames, pieces.wildStageNames),
      );
    return this.#join(words);
  }

  /** The lines of an instruction with its heredocs. */
  #drawInstruction(): readonly string[] {
    const random = this.#random;
    const prefix = random.chance(0.06) ? ['ONBUILD'] : [];
    const kind = random.next();
    if (kind < 0.08) return [random.pick(['', '# x', '  ', '#FROM x', '\t# \\'])];
    if (kind < 0.2) return [this.#bend(this.#pick(pieces.others, pieces.wildOthers))];
    if (kind < 0.28) return [this.#bend(this.#join(['LABEL', ...this.#drawLabels()]))];
    const isRun = kind < 0.55;
    const isAdd = random.chance(0.4);
    const { words, bodies } = isRun ? this.#drawRun() : this.#drawCopy(isAdd);
    const name = isRun
      ? random.pick(['RUN', 'RUN', 'run'])
      : random.pick(isAdd ? ['ADD', 'add'] : ['COPY', 'COPY', 'Copy']);
    return [this.#bend(this.#join([...prefix, name, ...words])), ...bodies];
  }

  #drawLabels(): readonly string[] {
    return [
      this.#pick(pieces.labels, pieces.wildLabels, 0.1),
      ...this.#some(0.5, pieces.labels, pieces.wildLabels),
    ];
  }

  #drawRun(): Drawn {
    const random = this.#random;
    const words = this.#some(0.25, pieces.runFlags, pieces.wildRunFlags);
    if (random.chance(0.12))
      return { words: [...words, this.#drawJson(['a', '$X', 'b c'])], bodies: [] };
    words.push(...this.#some(0.7, pieces.shellWords, pieces.wildShellWords));
    return this.#addHeredocs(words, words.length);
  }

  #drawCopy(isAdd: boolean): Drawn {
    const random = this.#random;
    const flags = isAdd ? pieces.addFlags : pieces.copyFlags;
    const words = [...new Set(this.#some(0.3, flags, pieces.wildCopyFlags))];
    const sources = [
      this.#pick(pieces.paths, pieces.wildPaths),
      ...this.#some(0.3, pieces.paths, pieces.wildPaths),
    ];
    const target = random.pick(['/', '/x/', '.', '/x', '$DIR/']);
    if (random.chance(0.15))
      return { words: [...words, this.#drawJson([...sources, target])], bodies: [] };
    if (this.#wild(0.05)) words.push(this.#pick(pieces.copyFlags, pieces.wildCopyFlags));
    const drawn = this.#addHeredocs([...words, ...sources], words.length);
    if (this.#wild(0.02)) return drawn;
    return { words: [...drawn.words, target], bodies: drawn.bodies };
  }

  /** Adds heredocs at any place from `least`. */
  #addHeredocs(words: readonly string[], least: number): Drawn {
    const random = this.#random;
    const found = [...words];
    const bodies: string[] = [];
    while (random.chance(0.12)) {
      const [word, end] = this.#pick(pieces.heredocWords, pieces.wildHeredocWords, 0.3);
      found.splice(random.whole(least, found.length), 0, word);
      bodies.push(...this.#drawBody(end));
    }
    return { words: found, bodies };
  }

  #drawBody(end: string): readonly string[] {
    const random = this.#random;
    const lines = this.#some(
      0.4,
      ['a', 'RUN x', '', '# x', 'FROM x', 'EOF ', ' EOF', '\\', 'COPY a /'],
      ['EOF', '\tEOF', 'EOF\r', 'X'],
    );
    if (this.#wild(0.03)) return lines;
    return [
      ...lines,
      this.#wild(0.05) ? random.pick([`\t${end}`, `${end} `, `${end}\r\r`, `\t\t${end}`]) : end,
    ];
  }

  #drawJson(elements: readonly string[]): string {
    const random = this.#random;
    const separator = random.pick([',', ', ', ' , ']);
    const text = `[${elements.map((element) => JSON.stringify(element)).join(separator)}]`;
    if (!this.#wild(0.3)) return text;
    return random.pick([
      text.slice(0, -1),
      `${text}x`,
      `${text} x`,
      text.replace(']', ',]'),
      text.replaceAll('"', "'"),
      text.replace('[', '[1,'),
      text.replace('[', '[null,'),
      text.replace('[', '[["a"],'),
      text.replace('[', '["\\ud800",'),
      text.replace('[', '["\\u00e9\\/",'),
      text.replace('[', '["\t",'),
      text.replace('[', '\u00a0['),
      `${text}\u0085`,
      text.replace('[', '[\u00a0'),
      '[]',
      '[ ',
    ]);
  }

  #join(words: readonly string[]): string {
    let text = '';
    for (const word of words)
      text += text === '' ? word : this.#pick(pieces.spaces, pieces.wildSpaces) + word;
    return text;
  }

  /** Breaks an instruction into continuation lines, and puts white space around it. */
  #bend(text: string): string {
    const random = this.#random;
    let bent = text;
    while (random.chance(0.15)) {
      const at = this.#wild(0.2)
        ? random.whole(0, bent.length)
        : bent.indexOf(' ', random.whole(0, bent.length)) + 1;
      bent = `${bent.slice(0, at)}${this.#drawContinuation()}${bent.slice(at)}`;
    }
    const before = random.chance(0.1) ? this.#pick(pieces.spaces, pieces.wildSpaces) : '';
    const after = random.chance(0.1) ? this.#pick(pieces.spaces, pieces.wildSpaces) : '';
    return (
      before + bent + after + (this.#wild(0.02) ? random.pick(['\\', '`', '\r', '\\\\', '``']) : '')
    );
  }

  #drawContinuation(): string {
    const random = this.#random;
    const escape = this.#wild(0.1)
      ? random.pick(['\\', '`', '\\\\', '``', ' \\\\\\'])
      : this.#escape;
    let text = `${escape}${random.pick(['', '', '', ' ', '\t ', '\r'])}\n`;
    if (this.#wild(0.05)) text = text.replace('\n', `${random.pick(pieces.wildSpaces)}\n`);
    while (random.chance(0.25)) text += `${random.pick(pieces.betweenLines)}\n`;
    return text;
  }

  /** Removes, adds or repeats characters anywhere. */
  #change(text: string): string {
    const random = this.#random;
    let changed = text;
    do {
      const at = random.whole(0, changed.length);
      const removed = random.chance(0.5) ? random.whole(0, 3) : 0;
      const added = random.chance(0.7) ? random.pick(pieces.oddCharacters) : '';
      changed = changed.slice(0, at) + added + changed.slice(at + removed);
    } while (random.chance(0.3));
    return changed.toWellFormed();
  }

  #some(share: number, usual: readonly string[], wild: readonly string[]): string[] {
    const found: string[] = [];
    while (this.#random.chance(share)) found.push(this.#pick(usual, wild));
    return found;
  }

  #pick<T>(usual: readonly T[], wild: readonly T[], share = wildShare): T {
    return this.#random.pick(this.#wild(share) ? wild : usual);
  }

  #wild(share: number): boolean {
    return this.#isWild && this.#random.chance(share);
  }
}

/** Words of an instruction, and the lines that follow it. */
interface Drawn {
  readonly words: readonly string[];
  readonly bodies: readonly string[];
}
