import { BuildError } from '../errors.ts';
import type { KeyValue } from '../inputs/values/key-value.ts';
import { suggest } from '../text/nearest.ts';
import { cleanPath } from '../text/path.ts';
import { quote } from '../text/problem.ts';
import { isHeredocWord } from './heredocs.ts';
import { flagOf, readJsonForm, splitWords, type Instruction } from './instruction.ts';
import type { Dockerfile } from './parse.ts';
import { findTarget, reachableStages, type Stage } from './stages.ts';

/**
 * Whether a path is in the context: sent to the builder, excluded by .dockerignore or 'excludes', withheld because it has
 * credentials, or missing. `unknown` if a symbolic link is on the way, or if the path cannot be read.
 */
export type Presence = 'sent' | 'ignored' | 'withheld' | 'missing' | 'unknown';

/** A Dockerfile and the inputs and context that it is checked against. */
export interface DockerfileCheck {
  readonly dockerfile: Dockerfile;
  readonly target: string | undefined;
  readonly buildArgs: readonly KeyValue[];
  /** Looks up a clean path, relative to the context; undefined if the paths of the context are not known. */
  readonly lookUp: ((path: string) => Presence) | undefined;
  readonly builderImage: string;
}

export interface DockerfileProblem {
  readonly message: string;
  readonly hint: string;
  /** From 1. */
  readonly line: number;
}

export interface DockerfileFindings {
  /** Each would fail the build. */
  readonly problems: readonly DockerfileProblem[];
  readonly warnings: readonly DockerfileProblem[];
}

/**
 * Finds errors that a builder would only find in the middle of the build: an unknown target stage, and sources of COPY and
 * ADD that are not in the context. Reports certain errors only. Ignores sources with variables and patterns, stages that the
 * target does not need, frontends other than Docker's, and Dockerfiles with errors.
 */
export function checkDockerfile(check: DockerfileCheck): DockerfileFindings {
  const nothing = { problems: [], warnings: [] };
  const { stages, hasErrors } = check.dockerfile;
  if (hasErrors || stages.length === 0 || !hasDefaultFrontend(check)) return nothing;
  const target = findTarget(stages, check.target);
  if (target === undefined) {
    return { problems: [unknownTarget(check.target ?? '', stages)], warnings: [] };
  }
  const needed = reachableStages(stages, target).flatMap(({ instructions }) => instructions);
  return {
    problems: needed.flatMap((instruction) => checkSources(instruction, check)),
    warnings: warnOfHeredocs(needed, check.builderImage),
  };
}

/** The message names this many problems and counts the others. */
const namedProblems = 3;

/** @throws BuildError('context') with the line of the first problem. */
export function throwIfAny(problems: readonly DockerfileProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const shown = problems
    .slice(0, namedProblems)
    .map(({ message, line }) => `line ${line} of the Dockerfile: ${message}`);
  const more = problems.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  throw new BuildError('context', shown.join('; '), {
    hint: `${first.hint} To turn this check off, set 'check-dockerfile' to false.`,
    line: first.line,
  });
}

const defaultFrontend = /^(?:(?:index\.)?docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@]|$)/;

function hasDefaultFrontend({ dockerfile, buildArgs }: DockerfileCheck): boolean {
  const wanted = [
    dockerfile.frontend,
    buildArgs.findLast(({ key }) => key === 'BUILDKIT_SYNTAX')?.value,
  ];
  return wanted.every((frontend) => frontend === undefined || defaultFrontend.test(frontend));
}

function unknownTarget(target: string, stages: readonly Stage[]): DockerfileProblem {
  const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return {
    message: `target stage ${quote(target)} could not be found`,
    hint:
      names.length === 0
        ? "Remove 'target': no stage has a name."
        : `Correct the input 'target'. ${suggest(target, [...new Set(names)])}`,
    line: stages.at(-1)?.from.line ?? 1,
  };
}

function checkSources(
  instruction: Instruction,
  { lookUp }: DockerfileCheck,
): readonly DockerfileProblem[] {
  if (lookUp === undefined) return [];
  const { name, line } = instruction;
  return certainSources(instruction).flatMap((source): readonly DockerfileProblem[] => {
    const path = cleanPath(source.replace(/^\/+/, ''));
    // For Docker this is a path in the context, for kaniko one outside of it.
    if (path === '..' || path.startsWith('../')) return [];
    const presence = path === '.' ? 'sent' : lookUp(path);
    if (presence === 'sent' || presence === 'unknown') return [];
    const { problem, hint } = absence(presence, path);
    return [{ message: `${name.toUpperCase()} ${source}: ${path} ${problem}`, hint, line }];
  });
}

/** Why a source is not sent, and what to change. */
function absence(
  presence: Exclude<Presence, 'sent' | 'unknown'>,
  path: string,
): { readonly problem: string; readonly hint: string } {
  switch (presence) {
    case 'missing':
      return {
        problem: 'is not in the context',
        hint: 'Correct the path, which is relative to the context, or create the file in an earlier step.',
      };
    case 'ignored':
      return {
        problem: "is excluded by .dockerignore or 'excludes'",
        hint: `Add the exception !${path} to the rules, or do not copy it.`,
      };
    case 'withheld':
      return {
        problem: 'has credentials of the workflow or of git, and is not sent',
        hint: "Do not copy it; 'workflow-credentials' and 'git-credentials' can be set to keep.",
      };
  }
}

/** Sources that every builder reads as the names of files or directories in the context. */
export function certainSources(instruction: Instruction): readonly string[] {
  const { name, flags, rest } = instruction;
  if (name !== 'copy' && name !== 'add') return [];
  if (flagOf(instruction, 'from') !== undefined) return [];
  // With --parents, some versions ignore missing sources.
  if (flags.some((flag) => /^--parents/i.test(flag))) return [];
  return wordsOf(rest)
    .filter((word) => !isHeredocWord(word))
    .slice(0, -1)
    .map((source) => source.replace(/^(["'])(.*)\1$/, '$2'))
    .filter((source) => isLiteral(source) && !(name === 'add' && isRemote(source)));
}

function wordsOf(rest: string): readonly string[] {
  const json = readJsonForm(rest);
  if (json !== undefined) return json;
  // A heredoc delimiter after white space would look like a source, and so would a part of a quoted name with spaces.
  if (rest.startsWith('[') || /<<-?\s/.test(rest)) return [];
  const words = splitWords(rest);
  const isPart = (word: string): boolean => /^["'][^"']*$|^[^"']*["']$|[\\`]$/.test(word);
  return words.slice(0, -1).some(isPart) ? [] : words;
}

/** Linux's limit for a path, in bytes. */
const longestPath = 4_096;

/** True without variables, patterns, quotes, escapes, URLs, heredocs and white space that builders treat differently. */
function isLiteral(source: string): boolean {
  return (
    source !== '' &&
    source.length <= longestPath &&
    !/[$*?[\\`"'<:\uFFFD\0\u0085]|[^\S ]/.test(source)
  );
}

/** Git repositories that ADD clones although they have no scheme. */
function isRemote(source: string): boolean {
  return /^github\.com\/|@|\.git(?:$|#)/.test(source);
}

/**
 * The image names of the osscontainertools fork, the only kaniko that supports heredocs. Under another name an image can be a
 * copy of it, so a heredoc is a warning and not an error.
 */
const supportsHeredocs = /osscontainertools|martizih/;

function warnOfHeredocs(
  instructions: readonly Instruction[],
  image: string,
): readonly DockerfileProblem[] {
  if (supportsHeredocs.test(image)) return [];
  return instructions
    .filter(({ heredocs }) => heredocs > 0)
    .map(({ name, line }) => ({
      message: `${name.toUpperCase()} at line ${line} of the Dockerfile has a heredoc, which a kaniko such as ${image} may skip without an error`,
      hint: 'Use a kaniko of the osscontainertools fork, or write the commands without a heredoc.',
      line,
    }));
}
