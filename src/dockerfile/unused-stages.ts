import type { KeyValue } from '../inputs/values/key-value.ts';
import type { LineEdit } from './edit.ts';
import { expandBases } from './global-arguments.ts';
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
  /** The stages that are built: those up to the target without the unused ones. All stages of a Dockerfile with errors. */
  readonly built: readonly Stage[];
}

/**
 * Finds the stages that docker does not build, and kaniko does: those ahead of the target that nothing refers to. Finds none if
 * it is not certain what a reference means.
 */
export function findUnusedStages(
  dockerfile: Dockerfile,
  { target, buildArgs }: Build,
): UnusedStages {
  const written = dockerfile.stages;
  const wanted = findTarget(written, target);
  if (dockerfile.hasErrors || wanted === undefined) return noneOf(written);
  const last = written.indexOf(wanted);
  const none = noneOf(written.slice(0, last + 1));
  const stages = knownStages(dockerfile, buildArgs);
  const end = stages[last];
  if (end === undefined || isNumber(target ?? '') || isAmbiguous(dockerfile)) return none;
  const needed = new Set(reachableStages(stages, end));
  const unused = [...stages.entries()].slice(0, last).filter(([, stage]) => !needed.has(stage));
  const references = referencesOf(stages);
  const known = new Set(stages.map(({ name }) => name));
  const canSkip = unused.length > 0 && references.every((image) => isSafe(image, known));
  const edits = references.every(isLiteral)
    ? unused.map(([index, stage]) => emptyStage(stage, stages[index + 1]))
    : [];
  if (!canSkip && edits.length === 0) return none;
  const skipped = new Set(unused.map(([index]) => index));
  return { edits, canSkip, built: none.built.filter((_stage, index) => !skipped.has(index)) };
}

function noneOf(built: readonly Stage[]): UnusedStages {
  return { edits: [], canSkip: false, built };
}

/** Whether several stages have one name, or an ONBUILD, which is part of the stages that are based on its own, names a stage. */
function isAmbiguous({ stages, instructions }: Dockerfile): boolean {
  const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (new Set(names).size !== names.length) return true;
  return instructions.some(({ name, text }) => name === 'onbuild' && /from=/i.test(text));
}

/** The stages with the values of the variables in their bases, where Docker and kaniko agree about the values. */
function knownStages(dockerfile: Dockerfile, buildArgs: readonly KeyValue[]): readonly Stage[] {
  const { instructions, stages } = dockerfile;
  const ahead = instructions.slice(
    0,
    instructions.findIndex(({ name }) => name === 'from'),
  );
  const bases = stages.map(({ base }) => base);
  const texts = [...bases, ...ahead.map(({ text }) => text)];
  const used = buildArgs.filter(({ key }) => texts.some((text) => text.includes(key)));
  // kaniko cuts a build argument at the first = of its value, and takes the default for an empty one.
  if (used.some(({ value }) => value === '' || value.includes('='))) return stages;
  return expandBases(dockerfile, buildArgs).map((stage, index) => {
    const written = stages[index] ?? stage;
    return /['"\\`]/.test(written.base) ? written : stage;
  });
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
function isSafe(reference: string, stages: ReadonlySet<string | undefined>): boolean {
  if (isImage(reference)) return true;
  if (/[$'"\\`]/.test(reference) || isNumber(reference)) return false;
  const name = reference.toLowerCase();
  return name === reference || !stages.has(name);
}

/** True for a reference that has what no stage name has, outside of its variables. */
function isImage(reference: string): boolean {
  return /[:/@]/.test(reference.replace(/\$\{[^{}]*\}|\$\w+/g, ''));
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}
