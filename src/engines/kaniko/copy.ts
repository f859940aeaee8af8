import { flagOf } from '../../dockerfile/instruction.ts';
import type { Dockerfile } from '../../dockerfile/parse.ts';
import { cleanPath } from '../../text/path.ts';
import type { Diagnosis, FailedBuild } from '../engine.ts';
import { findCopy, isCopy, sourcesOf } from '../failing-instruction.ts';
import { lastLoggedIn, nextCopy } from './logged.ts';
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
    const found = nextCopy(build, (words) => words.length > 2 || /[*?[]/.test(words[0] ?? ''));
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
  rule(/resolved envs is empty/, (_, { dockerfile }) => ({
    message: 'this kaniko does not support heredocs in COPY and ADD',
    hint: "Use a kaniko of the osscontainertools fork as 'builder-image'.",
    ...at(dockerfile.instructions.find((found) => found.heredocs > 0 && isCopy(found))),
  })),
];

/** @param path that kaniko did not find: in the context, elsewhere in its directory, or in the files that it keeps of a stage. */
function explainMissing(path: string, { dockerfile }: FailedBuild): Diagnosis {
  const isPath = (source: string, from: string | undefined): boolean =>
    placesOf(from, dockerfile).some((place) => cleanPath(`${place}/${source}`) === path);
  const found = findCopy(dockerfile, isPath);
  const from = found && flagOf(found, 'from');
  const written = found && sourcesOf(found).find((source) => isPath(source, from));
  if (path.startsWith(`${contextDirectory}/`)) {
    return {
      message: `${quoted(path.slice(contextDirectory.length + 1))} is not in the context`,
      hint: 'Check the path and .dockerignore.',
      ...at(found),
    };
  }
  if (from === undefined) {
    return {
      message: `${quoted(written ?? path)} leads out of the context`,
      hint: 'Remove "../": Docker takes the path from the root of the context, kaniko does not.',
      ...at(found),
    };
  }
  const isStage = /^\d+$/.test(from) || stageNumber(from, dockerfile) !== -1;
  return {
    message: `${quoted(written ?? path)} does not exist in ${isStage ? 'stage' : 'the image'} ${words(from)}`,
    hint: 'Correct the path in COPY --from.',
    ...at(found),
  };
}

/** Where kaniko looks for a source. @param from the stage or image of COPY as it is written; undefined for the context. */
function placesOf(from: string | undefined, dockerfile: Dockerfile): readonly string[] {
  if (from === undefined) return [contextDirectory];
  return [from, `${stageNumber(from, dockerfile)}`].flatMap((name) => [
    `/kaniko/${name}`,
    `/kaniko/deps/${name}`,
  ]);
}

/** -1 for a name that no stage has. */
function stageNumber(name: string, { stages }: Dockerfile): number {
  return stages.findLastIndex((stage) => stage.name === name.toLowerCase());
}

function quoted(path: string): string {
  return JSON.stringify(words(path));
}
