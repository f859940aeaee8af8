import { collapse, readJsonForm, type Instruction } from '../../src/dockerfile/instruction.ts';
import { parseDockerfile as parseInstructions } from '../../src/dockerfile/parse.ts';
import { buildFailure } from './failure.ts';
import { splitWords } from './words.ts';

/** One instruction, parsed, with its variables unexpanded. */
export interface Step {
  /** In upper case. */
  readonly keyword: string;
  /** From 1. */
  readonly line: number;
  /** On one line, as the log and the image's history show it. */
  readonly text: string;
  /** `--name=value` before the arguments. */
  readonly flags: ReadonlyMap<string, string>;
  /** After the flags; continued lines joined. */
  readonly rest: string;
  /** Words of `rest`, or the strings of its JSON form. */
  readonly words: readonly string[];
  readonly isJson: boolean;
  readonly hasHeredoc: boolean;
}

export interface DockerStage {
  /** In lower case; empty without one. */
  readonly name: string;
  /** The FROM instruction. */
  readonly from: Step;
  /** The base as written, variables included. */
  readonly base: string;
  readonly steps: readonly Step[];
}

export interface ParsedDockerfile {
  readonly escape: string;
  /** ARG instructions before the first FROM. */
  readonly globals: readonly Step[];
  readonly stages: readonly DockerStage[];
}

/** Flags and least number of words of each instruction. */
const grammar: Readonly<Record<string, { flags?: readonly string[]; words?: number }>> = {
  ADD: { flags: ['chown', 'chmod'], words: 2 },
  ARG: {},
  CMD: { words: 0 },
  COPY: { flags: ['from', 'chown', 'chmod'], words: 2 },
  ENTRYPOINT: { words: 0 },
  ENV: {},
  EXPOSE: {},
  FROM: { flags: ['platform'] },
  HEALTHCHECK: { flags: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'] },
  LABEL: {},
  MAINTAINER: {},
  ONBUILD: {},
  RUN: { flags: ['mount', 'network', 'security'] },
  SHELL: {},
  STOPSIGNAL: {},
  USER: {},
  VOLUME: {},
  WORKDIR: {},
};

/** @throws BuilderFailure with kaniko's text, which names the line. */
export function parseDockerfile(text: string): ParsedDockerfile {
  const { instructions, escape } = parseInstructions(text);
  const steps = instructions.map((instruction) => toStep(instruction, escape));
  if (steps.length === 0) throw buildFailure('parsing dockerfile: file with no instructions');
  const first = steps.findIndex(({ keyword }) => keyword === 'FROM');
  const globals = first < 0 ? steps : steps.slice(0, first);
  if (first < 0 || globals.some(({ keyword }) => keyword !== 'ARG')) {
    throw buildFailure('parsing dockerfile: no build stage in current context');
  }
  return { escape, globals, stages: toStages(steps.slice(first)) };
}

function toStages(steps: readonly Step[]): readonly DockerStage[] {
  const starts = steps.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []));
  return starts.map((start, index) => {
    const [from, ...rest] = steps.slice(start, starts[index + 1]);
    if (from === undefined) throw new RangeError('a stage begins with FROM');
    const [base = '', as, name = ''] = from.words;
    const isNamed = from.words.length === 3 && as?.toLowerCase() === 'as';
    if (from.words.length !== 1 && !isNamed) {
      throw parseFailure(from.line, 'FROM requires either one or three arguments');
    }
    return { name: name.toLowerCase(), from, base, steps: rest };
  });
}

function toStep(instruction: Instruction, escape: string): Step {
  const { line, text, rest } = instruction;
  const keyword = instruction.name.toUpperCase();
  const rule = grammar[keyword];
  if (rule === undefined) {
    throw parseFailure(line, `unknown instruction: ${text.split(/\s/, 1).join('')}`);
  }
  const json = readJsonForm(rest);
  const words = json ?? splitWords(rest, escape);
  requireWords(keyword, words, rule.words ?? 1, line);
  return {
    keyword,
    line,
    text: collapse(text),
    flags: readFlags(instruction, rule.flags ?? []),
    rest,
    words,
    isJson: json !== undefined,
    hasHeredoc: instruction.heredocs > 0,
  };
}

function readFlags(
  { flags, line }: Instruction,
  known: readonly string[],
): ReadonlyMap<string, string> {
  return new Map(
    flags.map((flag) => {
      const [, name = '', value = ''] = /^--([^=]*)=?(.*)$/s.exec(flag) ?? [];
      if (!known.includes(name)) throw parseFailure(line, `unknown flag: --${name}`);
      return [name, value];
    }),
  );
}

function requireWords(
  keyword: string,
  words: readonly string[],
  least: number,
  line: number,
): void {
  if (words.length >= least) return;
  if (least === 2 && words.length === 1) {
    throw parseFailure(
      line,
      `${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`,
    );
  }
  const amount = least === 1 ? 'at least one argument' : 'at least two arguments';
  throw parseFailure(line, `${keyword} requires ${amount}`);
}

export function parseFailure(line: number, reason: string): Error {
  return buildFailure(`parsing dockerfile: dockerfile parse error on line ${line}: ${reason}`);
}

/**
 * The stage that is built: the last one, or the one of that name or number.
 * @throws BuilderFailure
 */
export function findTarget(stages: readonly DockerStage[], target: string | undefined): number {
  if (target === undefined || target === '') return stages.length - 1;
  const index = findStage(stages, target);
  if (index !== undefined) return index;
  throw buildFailure(
    `Error finding target stage: ${collapse(target)} is not a valid target build stage`,
  );
}

/** Index of the last stage of that name, or with that number. */
export function findStage(stages: readonly DockerStage[], name: string): number | undefined {
  const index = stages.findLastIndex((stage) => stage.name === name.toLowerCase() && name !== '');
  if (index >= 0) return index;
  return /^\d+$/.test(name) && Number(name) < stages.length ? Number(name) : undefined;
}
