import { BuildError } from '../errors.ts';
import type { KeyValue } from '../inputs/values/key-value.ts';
import { suggest } from '../text/nearest.ts';
import { cleanPath } from '../text/path.ts';
import {
  frontendOf,
  hereDocumentForm,
  readJsonForm,
  readLines,
  splitWords,
  type DockerfileLine,
} from './lines.ts';
import { findTarget, flagOf, reachableStages, stagesOf, type Stage } from './stages.ts';

/** What a Dockerfile is checked against. */
export interface DockerfileCheck {
  /** Its text. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly buildArgs: readonly KeyValue[];
  /** Whether the context has a path; undefined where nobody knows. */
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
 * Finds what a builder would only find in the middle of the build: an unknown target, and sources of COPY and ADD that are
 * not in the context. Says nothing about what is not certain: variables, patterns, other frontends than Docker's, stages
 * that the target does not need, Dockerfiles that are not understood.
 */
export function checkDockerfile(check: DockerfileCheck): DockerfileFindings {
  const nothing = { problems: [], warnings: [] };
  if (!hasDefaultFrontend(check)) return nothing;
  const stages = stagesOf(readLines(check.dockerfile) ?? []);
  if (stages.length === 0) return nothing;
  const target = findTarget(stages, check.target);
  if (target === undefined) {
    return { problems: [unknownTarget(check.target ?? '', stages)], warnings: [] };
  }
  const lines = reachableStages(stages, target).flatMap((stage) => stage.lines);
  return {
    problems: lines.flatMap((line) => checkSources(line, check)),
    warnings: warnOfHereDocuments(lines, check.builderImage),
  };
}

/** More problems than these are only counted. */
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
    hint: `${first.hint} check-dockerfile: false turns this check off.`,
    line: first.line,
  });
}

const defaultFrontend = /^(?:(?:index\.)?docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@]|$)/;

function hasDefaultFrontend({ dockerfile, buildArgs }: DockerfileCheck): boolean {
  const wanted = [
    frontendOf(dockerfile),
    buildArgs.findLast(({ key }) => key === 'BUILDKIT_SYNTAX')?.value,
  ];
  return wanted.every((frontend) => frontend === undefined || defaultFrontend.test(frontend));
}

function unknownTarget(target: string, stages: readonly Stage[]): DockerfileProblem {
  const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return {
    message: `the target ${JSON.stringify(target)} is none of its stages`,
    hint:
      names.length === 0
        ? "Leave 'target' out: no stage has a name."
        : `Correct the input 'target'. ${suggest(target, [...new Set(names)])}`,
    line: stages.at(-1)?.from.line ?? 1,
  };
}

function checkSources(line: DockerfileLine, check: DockerfileCheck): readonly DockerfileProblem[] {
  const { lookUp } = check;
  if (lookUp === undefined) return [];
  return certainSources(line).flatMap((source): readonly DockerfileProblem[] => {
    const path = cleanPath(source.replace(/^\/+/, ''));
    // Docker takes it for a path in the context, kaniko for one outside of it.
    if (path === '..' || path.startsWith('../')) return [];
    const presence = path === '.' ? 'sent' : lookUp(path);
    if (presence === 'sent' || presence === 'unknown') return [];
    const what = `${line.name.toUpperCase()} ${source}`;
    return [
      presence === 'missing'
        ? {
            message: `${what}: ${path} is not in the context`,
            hint: 'Correct the path, which is relative to the context, or make the file in a step before this one.',
            line: line.line,
          }
        : {
            message: `${what}: ${path} is kept out of the context by .dockerignore or 'excludes'`,
            hint: `Add an exception, !${path}, to the rules, or do not copy it.`,
            line: line.line,
          },
    ];
  });
}

/** Sources that are names of files or directories in the context, and nothing else, to every builder. */
function certainSources(line: DockerfileLine): readonly string[] {
  if (line.name !== 'copy' && line.name !== 'add') return [];
  // With --parents some versions do not mind what is missing.
  if (flagOf(line, 'from') !== undefined || line.flags.some((flag) => /^--parents/i.test(flag))) {
    return [];
  }
  return wordsOf(line.rest)
    .filter((word) => !hereDocumentForm.test(word))
    .slice(0, -1)
    .map((source) => source.replace(/^(["'])(.*)\1$/, '$2'))
    .filter((source) => isLiteral(source) && !(line.name === 'add' && isRemote(source)));
}

function wordsOf(rest: string): readonly string[] {
  const json = readJsonForm(rest);
  if (json !== undefined) return json;
  // A delimiter behind white space would be taken for a source, and so would a part of a name with spaces.
  if (rest.startsWith('[') || /<<-?\s/.test(rest)) return [];
  const words = splitWords(rest);
  const isPart = (word: string): boolean => /^["'][^"']*$|^[^"']*["']$|[\\`]$/.test(word);
  return words.slice(0, -1).some(isPart) ? [] : words;
}

/** Free of variables, patterns, quotes, escapes, URLs, here-documents and white space that builders see differently. */
function isLiteral(source: string): boolean {
  return source !== '' && !/[$*?[\\`"'<:\uFFFD\0\u0085]|[^\S ]/.test(source);
}

/** What ADD clones without a scheme. */
function isRemote(source: string): boolean {
  return /^github\.com\/|@|\.git(?:$|#)/.test(source);
}

/** The only fork that runs them, by its names. A copy under another name may be it too, so there is only a warning. */
const runsHereDocuments = /osscontainertools|martizih/;

function warnOfHereDocuments(
  lines: readonly DockerfileLine[],
  image: string,
): readonly DockerfileProblem[] {
  if (runsHereDocuments.test(image)) return [];
  return lines
    .filter(({ hereDocuments }) => hereDocuments > 0)
    .map(({ name, line }) => ({
      message: `${name.toUpperCase()} at line ${line} of the Dockerfile has a here-document, which a kaniko such as ${image} may leave out without an error`,
      hint: 'Only the kaniko of osscontainertools runs it: use that one, or write the commands without it.',
      line,
    }));
}

/** Where a path of the context is. `unknown`: a link is on the way, or it cannot be read. */
export type Presence = 'sent' | 'ignored' | 'missing' | 'unknown';
