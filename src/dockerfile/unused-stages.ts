import type { KeyValue } from '../inputs/values/key-value.ts';
import type { LineEdit } from './edit.ts';
import { unknown, type Variables } from './expand.ts';
import { globalArguments } from './global-arguments.ts';
import { fileImagesOf } from './instruction.ts';
import type { Dockerfile } from './parse.ts';
import { findTarget, reachableStages, type Stage } from './stages.ts';

/** What a build is made of. */
interface Build {
  readonly target: string | undefined;
  readonly buildArgs: readonly KeyValue[];
}

/** The stages that a target does not need. */
export interface UnusedStages {
  /** Replace each of them by an empty stage of the same name. Numbers of stages stay, and lines. */
  readonly edits: readonly LineEdit[];
  /** True if a kaniko that skips them builds the same image, see `isSafe`. */
  readonly canSkip: boolean;
}

const nothing: UnusedStages = { edits: [], canSkip: false };

/**
 * Finds the stages that docker does not build, and kaniko does: those ahead of the target that nothing refers to. Finds none if
 * it is not certain what a reference means.
 */
export function findUnusedStages(
  dockerfile: Dockerfile,
  { target, buildArgs }: Build,
): UnusedStages {
  const { stages, instructions, hasErrors } = dockerfile;
  const wanted = findTarget(stages, target);
  if (hasErrors || wanted === undefined || isNumber(target ?? '')) return nothing;
  const needed = new Set(reachableStages(stages, wanted));
  const ahead = [...stages.entries()].slice(0, stages.indexOf(wanted));
  const unused = ahead.filter(([, stage]) => !needed.has(stage));
  const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (unused.length === 0 || new Set(names).size !== names.length) return nothing;
  // An ONBUILD of one stage is part of the stages that are based on it.
  if (instructions.some(({ name, text }) => name === 'onbuild' && /from=/i.test(text)))
    return nothing;
  const references = referencesOf(stages);
  const variables = globalArguments(dockerfile, buildArgs);
  const known = new Set(names);
  return {
    edits: references.every(isLiteral)
      ? unused.map(([index, stage]) => emptyStage(stage, stages[index + 1]))
      : [],
    canSkip: references.every((image) => isSafe(expandWhole(image, variables), known)),
  };
}

function referencesOf(stages: readonly Stage[]): readonly string[] {
  return stages.flatMap(({ base, instructions }) => [base, ...instructions.flatMap(fileImagesOf)]);
}

/** @param next the stage that follows. */
function emptyStage({ name, from }: Stage, next: Stage | undefined): LineEdit {
  const text = name === undefined ? 'FROM scratch' : `FROM scratch AS ${name}`;
  return { first: from.line, last: next && next.from.line - 1, text };
}

/** True for a reference that reachableStages understands, and for an image, with or without variables. */
function isLiteral(reference: string): boolean {
  if (isImage(reference)) return true;
  return !/[$'"\\`]/.test(reference) && (!isNumber(reference) || /^\d{1,4}$/.test(reference));
}

/**
 * True for a reference that means the same to a kaniko that skips stages: an image, or the name of a stage in lower case. It does
 * not find names that are written in another way, and counts only the stages that are left.
 */
function isSafe(reference: string, stages: ReadonlySet<string>): boolean {
  if (isImage(reference)) return true;
  if (/[$'"\\`]/.test(reference) || isNumber(reference)) return false;
  const name = reference.toLowerCase();
  return name === reference || !stages.has(name);
}

/** True for a reference that has what no stage name has, outside of its variables. */
function isImage(reference: string): boolean {
  return /[:/@]/.test(reference.replace(/\$\{[^{}]*\}|\$\w+/g, ''));
}

/** The value of a reference that is one variable; other references, and those without a known value, as they are. */
function expandWhole(reference: string, variables: Variables): string {
  const [, plain, braced] = /^\$(?:(\w+)|\{(\w+)\})$/.exec(reference) ?? [];
  const value = variables.get(plain ?? braced ?? '') ?? unknown;
  return value.includes(unknown) ? reference : value;
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}
