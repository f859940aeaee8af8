import type { KeyValue } from '../inputs/values/key-value.ts';
import { fileImagesOf } from './instruction.ts';
import type { Dockerfile } from './parse.ts';
import { findTarget, reachableStages, type Stage } from './stages.ts';
import { splitQuotedWords } from './words.ts';

/** What a build is made of. */
interface Build {
  readonly target: string | undefined;
  readonly buildArgs: readonly KeyValue[];
}

/**
 * True if the target does not need all stages ahead of it, and a kaniko that skips them builds the same image. It does not if a
 * reference can be a number, because kaniko counts the stages that are left; or if a name is repeated or is not written in lower
 * case, because kaniko does not recognise the stage then.
 */
export function canSkipStages(dockerfile: Dockerfile, { target, buildArgs }: Build): boolean {
  const { stages, instructions, hasErrors } = dockerfile;
  const wanted = findTarget(stages, target);
  if (hasErrors || wanted === undefined || isNumber(target ?? '')) return false;
  const isAnyUnused = reachableStages(stages, wanted).length <= stages.indexOf(wanted);
  const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (!isAnyUnused || new Set(names).size !== names.length) return false;
  // An ONBUILD of one stage is part of the stages that are based on it.
  if (instructions.some(({ name, text }) => name === 'onbuild' && /from=/i.test(text)))
    return false;
  const variables = globalVariables(dockerfile, buildArgs);
  const known = new Set(names);
  return referencesOf(stages).every((image) => isCertain(expandWhole(image, variables), known));
}

function referencesOf(stages: readonly Stage[]): readonly string[] {
  return stages.flatMap(({ base, instructions }) => [base, ...instructions.flatMap(fileImagesOf)]);
}

/** True for an image, and for the name of a stage as kaniko compares it. */
function isCertain(reference: string, stages: ReadonlySet<string>): boolean {
  const literal = reference.replace(/\$\{[^{}]*\}|\$\w+/g, '');
  if (/[:/@]/.test(literal)) return true;
  if (/[$'"\\`]/.test(reference) || isNumber(reference)) return false;
  const name = reference.toLowerCase();
  return name === reference || !stages.has(name);
}

/** The value of a reference that is one variable; other references as they are. */
function expandWhole(reference: string, variables: ReadonlyMap<string, string>): string {
  const [, plain, braced] = /^\$(?:(\w+)|\{(\w+)\})$/.exec(reference) ?? [];
  return variables.get(plain ?? braced ?? '') ?? reference;
}

/** The ARGs before the first FROM. A build argument overrides the default of its ARG. */
function globalVariables(
  { instructions, escape }: Dockerfile,
  buildArgs: readonly KeyValue[],
): ReadonlyMap<string, string> {
  const given = new Map(buildArgs.map(({ key, value }) => [key, value]));
  const variables = new Map<string, string>();
  const first = instructions.findIndex(({ name }) => name === 'from');
  for (const { name, rest } of instructions.slice(0, first)) {
    if (name !== 'arg') continue;
    for (const word of splitQuotedWords(rest, escape).words) {
      const [, variable = '', initial] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      const value = given.get(variable) ?? initial;
      if (value !== undefined) variables.set(variable, value);
    }
  }
  return variables;
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}
