import { collapse, type Instruction } from '../../dockerfile/instruction.ts';
import type { FailedBuild } from '../engine.ts';
import { argumentsOf, isCopy } from '../failing-instruction.ts';

/**
 * The last instruction in kaniko's log, on one line. kaniko logs an instruction before it executes it.
 * @param names in upper case; undefined for all.
 */
export function lastLogged(build: FailedBuild, names?: readonly string[]): string | undefined {
  return loggedTexts(build, names).at(-1);
}

/** The same in the Dockerfile. */
export function lastLoggedIn(
  build: FailedBuild,
  names?: readonly string[],
): Instruction | undefined {
  return build.dockerfile.instructions[lastLoggedIndex(build, names)];
}

/**
 * The COPY or ADD whose sources kaniko was looking for. It logs the instruction afterwards, so the failing one follows the last
 * one in the log.
 * @param test gets the arguments.
 */
export function nextCopy(
  build: FailedBuild,
  test: (words: readonly string[]) => boolean,
): Instruction | undefined {
  const { instructions } = build.dockerfile;
  const isNext = (instruction: Instruction): boolean =>
    isCopy(instruction) && test(argumentsOf(instruction));
  return instructions.slice(lastLoggedIndex(build) + 1).find(isNext) ?? instructions.find(isNext);
}

/** An instruction that occurs several times in the Dockerfile is the one that was logged as often. -1 without one. */
function lastLoggedIndex(build: FailedBuild, names?: readonly string[]): number {
  const texts = loggedTexts(build, names);
  const text = texts.at(-1);
  const count = texts.filter((other) => other === text).length;
  const indexes = build.dockerfile.instructions.flatMap((instruction, index) =>
    collapse(instruction.text) === text ? [index] : [],
  );
  return indexes[count - 1] ?? indexes.at(-1) ?? -1;
}

function loggedTexts({ tail }: FailedBuild, names?: readonly string[]): readonly string[] {
  return tail.map((line) => readLogged(line, names)).filter((text) => text !== undefined);
}

/** The instruction in `time="…" level=info msg="RUN …"`. logrus quotes as Go does, which differs from JSON in `\x`. */
function readLogged(line: string, names: readonly string[] | undefined): string | undefined {
  const [, quoted, name = ''] = /level=info msg=("([A-Z]+) .*")\s*$/.exec(line) ?? [];
  if (quoted === undefined || names?.includes(name) === false) return undefined;
  try {
    const text: unknown = JSON.parse(quoted.replace(/\\x([0-9a-f]{2})/g, '\\u00$1'));
    return typeof text === 'string' ? collapse(text) : undefined;
  } catch {
    return undefined;
  }
}
