import type { Escape, Instruction } from '../instruction.ts';
import type { Stage } from '../stages.ts';
import { splitQuotedWords } from '../words.ts';

/** Stages within stages are followed this deep. */
const deepest = 64;

/**
 * What the instructions so far have set and named, in the stage of the last one and in the stages that it is based on. The
 * instructions are given in the order of the file.
 */
export class StagePath {
  readonly #bases: readonly (number | undefined)[];
  /** USER at the end of each stage, or so far. */
  readonly #users: (string | undefined)[] = [];
  /** For each word: the stages that have it. */
  readonly #words = new Map<string, Set<number>>();
  readonly #escape: Escape;
  #current = 0;

  /** @param stages in the order of the file. */
  constructor(stages: readonly Stage[], escape: Escape) {
    this.#escape = escape;
    const last = new Map<string, number>();
    this.#bases = stages.map(({ name, base }, index) => {
      const found = last.get(base.toLowerCase());
      if (name !== undefined) last.set(name, index);
      return found;
    });
  }

  /** The index of a stage, and those of the stages that it is based on. */
  chainOf(stage: number): ReadonlySet<number> {
    const chain = new Set<number>();
    let next: number | undefined = stage;
    while (next !== undefined) {
      chain.add(next);
      next = this.#bases[next];
    }
    return chain;
  }

  /** Begins with a stage, given by its index. */
  enter(stage: number): void {
    this.#current = stage;
    const base = this.#bases[stage];
    this.#users[stage] = base === undefined ? undefined : this.#users[base];
  }

  /** Remembers an instruction of this stage. */
  add({ name, rest }: Instruction): void {
    if (name === 'user') this.#users[this.#current] = rest;
    if (name === 'env') {
      for (const variable of variablesOf(rest, this.#escape)) this.#put(`ENV ${variable}`);
    }
    for (const [word] of rest.matchAll(/\/[\w.-]+|\b(?:user|group)add\b|\badd(?:user|group)\b/g)) {
      this.#put(word);
    }
  }

  /** The argument of the USER that applies; undefined without one. */
  get user(): string | undefined {
    return this.#users[this.#current];
  }

  /** Whether the stage is based on another one. */
  get isBasedOnStage(): boolean {
    return this.#bases[this.#current] !== undefined;
  }

  /** Whether an ENV has set the variable. */
  hasEnv(variable: string): boolean {
    return this.#has(`ENV ${variable}`);
  }

  /** Whether an instruction can have created a directory of the root directory, given as `/name`. */
  canHave(directory: string): boolean {
    return this.#has(directory);
  }

  /** Whether an instruction can have created users. */
  get hasNewUsers(): boolean {
    return ['useradd', 'adduser', 'groupadd', 'addgroup', '/passwd'].some((word) =>
      this.#has(word),
    );
  }

  #put(word: string): void {
    const stages = this.#words.get(word) ?? new Set();
    this.#words.set(word, stages.add(this.#current));
  }

  #has(word: string): boolean {
    const stages = this.#words.get(word);
    if (stages === undefined) return false;
    let stage: number | undefined = this.#current;
    for (let depth = 0; stage !== undefined; depth += 1) {
      if (stages.has(stage) || depth === deepest) return true;
      stage = this.#bases[stage];
    }
    return false;
  }
}

/** The variables of an ENV, and those that an ARG gives a value: `A=1 B=2`, and `A 1` for ENV. */
export function variablesOf(rest: string, escape: Escape): readonly string[] {
  const { words } = splitQuotedWords(rest, escape);
  const set = words.filter((word) => word.includes('='));
  const [first = ''] = words;
  const isOldForm = words.length > 1 && !first.includes('=');
  return isOldForm ? [first] : set.map((word) => word.slice(0, word.indexOf('=')));
}
