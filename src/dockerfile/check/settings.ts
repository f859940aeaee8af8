import { cleanPath } from '../../text/path.ts';
import { readJsonForm, splitWords, type Escape, type Instruction } from '../instruction.ts';
import { splitQuotedWords } from '../words.ts';
import { isLiteral } from './copy.ts';
import type { GapName } from './kanikos.ts';
import { variablesOf, type StagePath } from './stage-path.ts';

/** What the gaps of an instruction depend on. */
export interface Surroundings {
  readonly path: StagePath;
  /** Variables that have a value somewhere in the Dockerfile, or with a build argument. */
  readonly variables: ReadonlySet<string>;
  /** The names of the build arguments. */
  readonly given: ReadonlySet<string>;
  readonly escape: Escape;
  /** Whether the stage has an instruction that changes files. */
  readonly hasFiles: boolean;
}

type Rule = (instruction: Instruction, around: Surroundings) => readonly GapName[];

const rules: Readonly<Record<string, Rule>> = {
  user: ({ rest }) => (/\$\{[^{}]*:/.test(rest) ? ['user-variable'] : []),
  run: (_instruction, { path }) => (hasOtherGroup(path) ? ['run-group'] : []),
  workdir: gapsOfWorkdir,
  expose: gapsOfExpose,
  arg: gapsOfArg,
  env: ({ rest }, { escape }) => (escape === '`' && /[\\`]/.test(rest) ? ['env-escape'] : []),
};

/** The gaps of an instruction other than COPY and ADD. */
export function gapsOfSetting(instruction: Instruction, around: Surroundings): readonly GapName[] {
  return rules[instruction.name]?.(instruction, around) ?? [];
}

/** The user and the group of USER; undefined without one, and if it has a variable. */
function readUser(path: StagePath): { readonly user: string; readonly group?: string } | undefined {
  const [, user, group] = /^([\w.-]+)(?::([\w.-]+))?$/.exec(path.user ?? '') ?? [];
  if (user === undefined) return undefined;
  return group === undefined ? { user } : { user, group };
}

/**
 * A user and its group usually have one name or number, or the group is nogroup, as for system users of Debian. Users that the
 * Dockerfile creates can have any group.
 */
function hasOtherGroup(path: StagePath): boolean {
  const { user, group } = readUser(path) ?? {};
  if (group === undefined || group === user || group === 'nogroup') return false;
  return !isRoot(user) && !path.hasNewUsers;
}

function isRoot(user: string | undefined): boolean {
  return user === 'root' || user === '0';
}

/** Directories that a base image usually has, and those of kaniko itself. */
const usualDirectories = new Set(
  `bin boot dev etc home lib lib32 lib64 media mnt opt proc root run sbin srv sys tmp usr var kaniko workspace busybox`.split(
    ' ',
  ),
);

/** The segments of an absolute path whose first directory probably does not exist yet; none for another path. */
function newDirectories(target: string, path: StagePath): readonly string[] {
  if (!isLiteral(target) || !target.startsWith('/')) return [];
  const segments = cleanPath(target).slice(1).split('/');
  const [first = ''] = segments;
  return first === '' || usualDirectories.has(first) || path.canHave(`/${first}`) ? [] : segments;
}

/** Users that the images of kaniko have, too. */
const knownUsers = /^(?:\d+|root|nobody|nonroot)$/;

function gapsOfWorkdir({ rest }: Instruction, around: Surroundings): readonly GapName[] {
  const { path, hasFiles } = around;
  const { user } = readUser(path) ?? {};
  const { length } = newDirectories(rest, path);
  if (user === undefined || length === 0) return [];
  if (!hasFiles && !path.isBasedOnStage && !knownUsers.test(user)) return ['workdir-user'];
  return length > 1 && !isRoot(user) ? ['workdir-parents'] : [];
}

function gapsOfExpose({ rest }: Instruction, { variables }: Surroundings): readonly GapName[] {
  return splitWords(rest).flatMap((word): readonly GapName[] => {
    if (/^\d+-\d+(?:\/\w+)?$/.test(word)) return ['expose-range'];
    const [, plain, braced] = /^\$(?:(\w+)|\{(\w+)\})(?:\/\w+)?$/.exec(word) ?? [];
    const name = plain ?? braced;
    return name === undefined || variables.has(name) ? [] : ['expose-variable'];
  });
}

function gapsOfArg({ rest }: Instruction, around: Surroundings): readonly GapName[] {
  const { path, escape, given } = around;
  const names = splitQuotedWords(rest, escape).words.flatMap((word) =>
    given.has(word) ? [word] : variablesOf(word, escape),
  );
  return names.some((name) => path.hasEnv(name)) ? ['arg-env'] : [];
}

/** SHELL with so many words leaves room for one more, which kaniko uses for every command in shell form. */
const sharedWords = 3;

/** The first line whose command replaces that of the ENTRYPOINT before it; undefined without one. */
export function lineOfSharedShell(instructions: readonly Instruction[]): number | undefined {
  let isShared = false;
  let hasEntrypoint = false;
  for (const { name, rest, line } of instructions) {
    const json = readJsonForm(rest);
    if (name === 'shell') {
      isShared = json?.length === sharedWords;
      hasEntrypoint = false;
    } else if (name === 'entrypoint') {
      hasEntrypoint = isShared && json === undefined;
    } else if (hasEntrypoint && json === undefined && (name === 'cmd' || name === 'run')) {
      return line;
    }
  }
  return undefined;
}
