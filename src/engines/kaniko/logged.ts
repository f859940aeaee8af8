import { collapse, splitWords, type Instruction } from '../../dockerfile/instruction.ts';
import type { FailedBuild } from '../engine.ts';
import { isCopy } from './failing-instruction.ts';
import { readLogLine } from './log-line.ts';

/** kaniko logs this in place of FROM. It numbers only the stages that it builds. */
const stage = /level=info msg="Building stage '([^']*)' \[idx: '(\d+)'/;
/** So many lines are all of an output that was read as a whole. */
export const shortTail = 100;

/**
 * The last instruction in kaniko's log, on one line. kaniko logs an instruction before it executes it.
 * @param names in upper case; undefined for all.
 */
export function lastLogged(build: FailedBuild, names?: readonly string[]): string | undefined {
  return readLog(build).findLast((text) => isNamed(text, names));
}

/** The same in the Dockerfile; undefined if it cannot be told which one it is. */
export function lastLoggedIn(
  build: FailedBuild,
  names?: readonly string[],
): Instruction | undefined {
  return build.dockerfile.instructions[lastLoggedIndex(build, names)];
}

/** The USER that the last instruction in the log runs with, if a test accepts it; else the first one that the test accepts. */
export function lastUser(
  build: FailedBuild,
  test: (user: string) => boolean,
): Instruction | undefined {
  const { instructions } = build.dockerfile;
  const isWanted = ({ name, rest }: Instruction): boolean => name === 'user' && test(rest);
  const before = instructions.slice(0, lastLoggedIndex(build) + 1);
  return before.findLast(isWanted) ?? instructions.find(isWanted);
}

/**
 * The COPY or ADD whose sources kaniko was looking for. It logs the instruction afterwards, so the failing one follows the last
 * one in the log.
 */
export function nextCopy(
  build: FailedBuild,
  test: (instruction: Instruction) => boolean,
): Instruction | undefined {
  const { instructions } = build.dockerfile;
  const isNext = (instruction: Instruction): boolean => isCopy(instruction) && test(instruction);
  const start = lastLoggedIndex(build) + 1;
  return instructions.slice(start).find(isNext) ?? instructions.slice(0, start).find(isNext);
}

/**
 * The instruction that is logged last, in a build whose log can lack its beginning. Of several with the same text it is the one
 * that follows the same instructions as in the log.
 * @returns -1 without one, and if it cannot be told which one it is.
 */
function lastLoggedIndex(build: FailedBuild, names?: readonly string[]): number {
  const all = readLog(build);
  const end = all.findLastIndex((text) => isNamed(text, names)) + 1;
  const logged = all.slice(0, end).reverse();
  const [last] = logged;
  if (last === undefined) return -1;
  const hasStages = all.some(isStage);
  const sent = build.dockerfile.instructions.flatMap(({ name, text, rest }, index) => {
    if (name !== 'from') return [{ text: collapse(text), index }];
    return hasStages ? [{ text: stageOf(splitWords(rest)[0] ?? ''), index }] : [];
  });
  const texts = sent.map(({ text }) => text);
  const places = [...texts.keys()].filter((place) => texts[place] === last);
  const lengths = places.map((place) => commonLength(logged, texts, place));
  const longest = lengths.reduce((one, other) => Math.max(one, other), 0);
  const best = places.filter((_, index) => lengths[index] === longest);
  if (best.length > 1 && !hasBeginning(build)) return -1;
  const count = logged.filter((text) => text === last).length;
  const counted = places[count - 1];
  const place = counted !== undefined && best.includes(counted) ? counted : best[0];
  return place === undefined ? -1 : (sent[place]?.index ?? -1);
}

/** How many instructions are the same, from the last one in the log to the first. @param logged last one first. */
function commonLength(logged: readonly string[], texts: readonly string[], place: number): number {
  const end = logged.findIndex((text, back) => !isSame(text, texts[place - back]));
  return end === -1 ? logged.length : end;
}

/** True for the same text, and for a stage whose base has variables. */
function isSame(logged: string, sent: string | undefined): boolean {
  if (logged === sent) return true;
  return sent?.includes('$') === true && isStage(sent) && isStage(logged);
}

function stageOf(base: string): string {
  return `FROM ${base.toLowerCase()}`;
}

function isStage(text: string): boolean {
  return text.startsWith('FROM ');
}

/** True if the tail has everything that kaniko has logged about the stages. */
function hasBeginning({ tail, isOutputWhole }: FailedBuild): boolean {
  if (!isOutputWhole) return false;
  return tail.length <= shortTail || tail.some((line) => stage.exec(line)?.[2] === '0');
}

/** The instructions in the log, and the beginnings of the stages. */
function readLog({ tail }: FailedBuild): readonly string[] {
  return tail.flatMap((line) => {
    const base = stage.exec(line)?.[1];
    const text = base === undefined ? readLogged(line) : stageOf(base);
    return text === undefined ? [] : [text];
  });
}

function isNamed(text: string, names: readonly string[] | undefined): boolean {
  return !isStage(text) && names?.includes(text.split(' ', 1)[0] ?? '') !== false;
}

/** The instruction in the message of a line. */
function readLogged(line: string): string | undefined {
  const { level, message = '' } = readLogLine(line) ?? {};
  return level === 'info' && /^[A-Z]+ /.test(message) ? collapse(message) : undefined;
}
