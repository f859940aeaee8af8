// What our reading of a Dockerfile and that of BuildKit differ in.
import { isDeepStrictEqual } from 'node:util';
import { contextSources } from '../../src/dockerfile/check/copy.ts';
import { heredocsOf } from '../../src/dockerfile/heredocs.ts';
import { readJsonForm, type Escape, type Instruction } from '../../src/dockerfile/instruction.ts';
import { parseDockerfile, type Dockerfile } from '../../src/dockerfile/parse.ts';
import { pulledRepositories } from '../../src/dockerfile/repositories.ts';
import { findTarget, reachableStages } from '../../src/dockerfile/stages.ts';
import { cleanPath } from '../../src/text/path.ts';
import type { Accepted, Answer, Read, ReadInstruction } from './answer.ts';
import type { DockerfileCase } from './draw.ts';

/** What both sides find, and what only BuildKit finds because ours leaves out what is not certain. */
export interface Found {
  stages: number;
  sources: number;
  registries: number;
}

export interface Judgement {
  /** `what: ours, BuildKit's`; undefined if both read the same. */
  readonly difference: string | undefined;
  readonly accepted: boolean;
  readonly both: Found;
  readonly missed: Found;
}

/** Compares one file. Where BuildKit refuses it, nothing after the error is compared: the builder reports that error. */
export function judge(example: DockerfileCase, answer: Answer): Judgement {
  const both: Found = { stages: 0, sources: 0, registries: 0 };
  const missed: Found = { stages: 0, sources: 0, registries: 0 };
  const ours = parseDockerfile(example.text);
  const accepted = isAccepted(answer) ? answer : undefined;
  const difference =
    frontendDifference(example, ours, answer) ??
    errorDifference(ours, answer) ??
    (answer.parseError === undefined ? readingDifference(ours, answer) : undefined) ??
    (accepted === undefined ? undefined : buildDifference(example, ours, accepted, both, missed));
  return { difference, accepted: accepted !== undefined, both, missed };
}

export function isAccepted(answer: Answer): answer is Accepted {
  return answer.parseError === undefined && answer.refused === undefined;
}

function differ(what: string, ours: unknown, theirs: unknown): string | undefined {
  if (isDeepStrictEqual(ours, theirs)) return undefined;
  return `${what}: ours ${JSON.stringify(ours)}, BuildKit's ${JSON.stringify(theirs)}`;
}

function frontendDifference(
  { text }: DockerfileCase,
  ours: Dockerfile,
  { frontend }: Answer,
): string | undefined {
  // BuildKit also reads the frontend of a file in JSON, which is no Dockerfile.
  if (/^\s*\{/.test(text)) return undefined;
  return differ('frontend', ours.frontend ?? '', frontend);
}

/** Errors that ours reports as well. It accepts files with others. */
const ownErrors = /unterminated heredoc|unknown instruction/;

function errorDifference({ hasErrors }: Dockerfile, answer: Answer): string | undefined {
  const error = answer.parseError ?? answer.refused ?? '';
  if (hasErrors && error === '') return 'only ours refuses the file';
  return !hasErrors && ownErrors.test(error)
    ? `only BuildKit refuses the file: ${error}`
    : undefined;
}

function readingDifference(ours: Dockerfile, theirs: Read | Accepted): string | undefined {
  // BuildKit reads a continuation without anything after it as an instruction without a name, and refuses it later.
  const named = theirs.instructions.filter(({ name }) => name !== '');
  const count = Math.max(ours.instructions.length, named.length);
  const differences = Array.from({ length: count }, (_, index) =>
    instructionDifference(ours.instructions[index], named[index], ours.escape),
  );
  return (
    differ('escape', ours.escape, theirs.escape) ??
    differences.find((difference) => difference !== undefined)
  );
}

function instructionDifference(
  ours: Instruction | undefined,
  theirs: ReadInstruction | undefined,
  escape: Escape,
): string | undefined {
  if (ours === undefined || theirs === undefined)
    return differ('instruction', ours?.text, theirs?.text);
  const { line, name, text, flags, rest } = ours;
  // The white space that a backslash at the end escapes is not part of the text.
  const heredocs = text.endsWith('\\') ? theirs.heredocs : heredocsOf(ours, escape);
  const json = jsonForms.has(name) ? (readJsonForm(rest) ?? null) : theirs.json;
  return (
    differ('instruction', { line, name, text, flags, heredocs, json }, theirs) ??
    differ('number of heredocs', ours.heredocs, heredocs.length)
  );
}

const jsonForms = new Set(['add', 'cmd', 'copy', 'entrypoint', 'run', 'shell', 'volume']);

function buildDifference(
  example: DockerfileCase,
  ours: Dockerfile,
  theirs: Accepted,
  both: Found,
  missed: Found,
): string | undefined {
  const read = theirs.stages.map(({ line, name, base }) => ({ line, name, base }));
  const stages = ours.stages.map(({ name, base, from }) => ({
    line: from.line,
    name: name ?? '',
    base,
  }));
  const args = Object.entries(example.args).map(([key, value]) => ({ key, value }));
  const registries = new Set(
    pulledRepositories(ours, args).map(({ host }) =>
      host === 'index.docker.io' ? 'docker.io' : host,
    ),
  );
  return (
    differ('stages', stages, read) ??
    targetDifference(example, ours, theirs, both, missed) ??
    sourcesDifference(ours, theirs, both, missed) ??
    extra('registries', [...registries].toSorted(), theirs.registries.toSorted(), both, missed)
  );
}

function targetDifference(
  { target }: DockerfileCase,
  ours: Dockerfile,
  theirs: Accepted,
  both: Found,
  missed: Found,
): string | undefined {
  const found = findTarget(ours.stages, target === '' ? undefined : target);
  // Ours also takes a number, as Docker did before BuildKit.
  if (/^\d+$/.test(target) && theirs.target === -1) return undefined;
  const index = found === undefined ? -1 : ours.stages.indexOf(found);
  if (found === undefined || index !== theirs.target) return differ('target', index, theirs.target);
  const reached = reachableStages(ours.stages, found).map((stage) => ours.stages.indexOf(stage));
  return extra('stages', reached, theirs.reachable, both, missed);
}

/** Sources that ours calls certain must be sources of the same instruction for BuildKit, in the same order. */
function sourcesDifference(
  ours: Dockerfile,
  { copies }: Accepted,
  both: Found,
  missed: Found,
): string | undefined {
  const literals = new Map(copies.map(({ line, literals: found }) => [line, found]));
  const differences = ours.stages
    .flatMap(({ instructions }) => instructions)
    .map((instruction) => {
      const paths = contextSources(instruction).map((source) => contextPath(source));
      return extra(
        'sources',
        paths,
        literals.get(instruction.line) ?? [],
        both,
        missed,
        instruction.text,
      );
    });
  return differences.find((difference) => difference !== undefined);
}

/** The path in the context as BuildKit reads it: `..` does not lead out of it. Empty is the context itself. */
function contextPath(source: string): string {
  return cleanPath(`/${source}`).slice(1);
}

/** Ours can leave out what is not certain, but it must not find anything else, or in another order. */
function extra<T>(
  kind: keyof Found,
  ours: readonly T[],
  theirs: readonly T[],
  both: Found,
  missed: Found,
  where = 'the file',
): string | undefined {
  let next = 0;
  for (const one of theirs) if (isDeepStrictEqual(one, ours[next])) next += 1;
  both[kind] += next;
  missed[kind] += theirs.length - next;
  return next === ours.length ? undefined : differ(`${kind} of ${where}`, ours, theirs);
}
