import { flagOf, type Instruction } from '../../../dockerfile/instruction.ts';
import type { Dockerfile } from '../../../dockerfile/parse.ts';
import { cleanPath } from '../../../text/path.ts';
import type { Diagnosis, FailedBuild } from '../../engine.ts';
import { findCopy, sourcesOf } from '../failing-instruction.ts';
import { lastLoggedIn, nextCopy } from '../logged.ts';
import { at, rule, words, type Rule } from './rule.ts';

const contextDirectory = '/kaniko/buildcontext/ctx';
const lstat = ': lstat ';
const copies = ['COPY', 'ADD'];

/** Errors of COPY and ADD with files of the context and of stages. */
export const copyFailures: readonly Rule[] = [
  (error, build) => {
    if (!/failed to get (?:fileinfo for|relative files:) /.test(error)) return undefined;
    const start = error.lastIndexOf(lstat);
    const path = error.slice(start + lstat.length, error.lastIndexOf(': '));
    return start === -1 ? undefined : explainMissing(path, build);
  },
  rule(/when specifying multiple sources in a COPY command/, (_, build) => {
    const found = nextCopy(build, (copy) => {
      const sources = sourcesOf(copy);
      return sources.length > 1 || /[*?[]/.test(sources[0] ?? '');
    });
    return {
      message: `the destination of ${found?.name.toUpperCase() ?? 'COPY'} must end in "/", because the instruction has several sources`,
      hint: 'Add the "/". kaniko does not look whether the destination is a directory of the image.',
      ...at(found),
    };
  }),
  rule(/getting user group from chown: user +is not a uid/, (_, build) => ({
    message: 'the value of --chown is empty',
    hint: 'Give every variable in --chown a value.',
    ...at(lastLoggedIn(build, copies)),
  })),
  rule(/getting user group from chown: user (.*) is not a uid/, ([user = ''], build) => ({
    message: `the user ${words(user)} of --chown does not exist in the image`,
    hint: 'Create the user before the instruction, or use its number.',
    ...at(lastLoggedIn(build, copies)),
  })),
  rule(/getting user group from chown: (.*)/, ([reason = ''], build) => ({
    message: `--chown failed: ${words(reason)}`,
    hint: 'Create the user and the group before the instruction, or use their numbers.',
    ...at(lastLoggedIn(build, copies)),
  })),
  rule(
    /getting permissions from chmod: .*parsing ("(?:[^"\\]|\\.)*"): invalid syntax/,
    ([mode = ''], build) => ({
      message: `this kaniko does not support the mode ${words(mode)} of --chmod`,
      hint: 'Use octal digits, for example --chmod=755.',
      ...at(lastLoggedIn(build, copies)),
    }),
  ),
  rule(/could not save file: .* \/proc\//, (_, { dockerfile }) => ({
    message: 'kaniko cannot copy the root directory of a stage',
    hint: 'Copy the directories that you need, for example COPY --from=STAGE /usr /usr.',
    ...at(
      findCopy(dockerfile, (source, from) => from !== undefined && cleanPath(`/${source}`) === '/'),
    ),
  })),
  rule(/resolved envs is empty/, (_, build) => ({
    message: 'this kaniko does not support heredocs in COPY and ADD',
    hint: "Use a kaniko of the osscontainertools fork as 'builder-image'.",
    ...at(nextCopy(build, ({ heredocs }) => heredocs > 0)),
  })),
];

/** The COPY or ADD that names a path that kaniko did not find. */
interface Missing {
  readonly copy: Instruction;
  /** The stage or image as it is written; undefined for the context. */
  readonly from: string | undefined;
  /** The source as it is written; undefined if it has variables. */
  readonly source: string | undefined;
}

/** @param path that kaniko did not find: in the context, elsewhere in its directory, or in the files that it keeps of a stage. */
function explainMissing(path: string, build: FailedBuild): Diagnosis {
  const found = findMissing(path, build);
  const line = at(found?.copy);
  if (path.startsWith(`${contextDirectory}/`)) {
    return {
      message: `${quoted(path.slice(contextDirectory.length + 1))} is not in the context`,
      hint: 'Check the path and .dockerignore.',
      ...line,
    };
  }
  if (found?.from === undefined && found?.source?.split('/').includes('..') === true) {
    return {
      message: `${quoted(found.source)} leads out of the context`,
      hint: 'Remove "../": Docker takes the path from the root of the context, kaniko does not.',
      ...line,
    };
  }
  const [, number, inStage] = /^\/kaniko\/(?:deps\/)?(\d+)(\/.*)/s.exec(path) ?? [];
  const from = found?.from ?? number;
  if (from === undefined) {
    return {
      message: `${quoted(path)} does not exist`,
      hint: 'Correct the path in COPY.',
      ...line,
    };
  }
  const isStage =
    number !== undefined || build.dockerfile.stages.some(({ name }) => name === from.toLowerCase());
  return {
    message: `${quoted(found?.source ?? inStage ?? path)} does not exist in ${isStage ? 'stage' : 'the image'} ${words(from)}`,
    hint: 'Correct the path in COPY --from.',
    ...line,
  };
}

/** Best a source without variables, which is certain. */
function findMissing(path: string, build: FailedBuild): Missing | undefined {
  const numbers = stageNumbers(build.dockerfile);
  const find = (isPath: (place: string, source: string) => boolean): Instruction | undefined =>
    nextCopy(build, (copy) => {
      const places = placesOf(flagOf(copy, 'from'), numbers);
      return sourcesOf(copy).some((source) => places.some((place) => isPath(place, source)));
    });
  const isSame = (place: string, source: string): boolean =>
    cleanPath(`${place}/${source}`) === path;
  const certain = find(isSame);
  if (certain !== undefined) {
    const from = flagOf(certain, 'from');
    const places = placesOf(from, numbers);
    const source = sourcesOf(certain).find((each) => places.some((place) => isSame(place, each)));
    return { copy: certain, from, source };
  }
  const copy = find((place, source) => canBe(path, place, source));
  return copy && { copy, from: flagOf(copy, 'from'), source: undefined };
}

/** True if a source with variables can have named a path: what is ahead of its variables and behind them is the same. */
function canBe(path: string, place: string, source: string): boolean {
  const start = source.indexOf('$');
  if (start === -1) return false;
  const last = source.slice(source.lastIndexOf('$') + 1);
  const rest = last.startsWith('{')
    ? last.slice(last.lastIndexOf('}') + 1)
    : last.replace(/^\w*/, '');
  const ahead = cleanPath(`${place}/${source.slice(0, start)}`);
  return path.startsWith(ahead) && path.endsWith(rest);
}

/** Where kaniko looks for a source. @param from the stage or image of COPY as it is written; undefined for the context. */
function placesOf(
  from: string | undefined,
  numbers: ReadonlyMap<string | undefined, number>,
): readonly string[] {
  if (from === undefined) return [contextDirectory];
  const number = numbers.get(from.toLowerCase());
  return [from, ...(number === undefined ? [] : [`${number}`])].flatMap((name) => [
    `/kaniko/${name}`,
    `/kaniko/deps/${name}`,
  ]);
}

/** By name. The last stage of a name counts. */
function stageNumbers({ stages }: Dockerfile): ReadonlyMap<string | undefined, number> {
  return new Map(stages.map(({ name }, index) => [name, index]));
}

function quoted(path: string): string {
  return JSON.stringify(words(path));
}
