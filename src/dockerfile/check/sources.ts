import type { Instruction } from '../instruction.ts';
import { contextPath, contextSources, leadsOut } from './copy.ts';
import type { DockerfileProblem, LookUp, Presence } from './findings.ts';

/** The sources of COPY and ADD that the builder does not get. */
export function missingSources(
  instruction: Instruction,
  lookUp: LookUp,
): readonly DockerfileProblem[] {
  const { name, line } = instruction;
  return contextSources(instruction).flatMap((source): readonly DockerfileProblem[] => {
    if (leadsOut(source)) return [];
    const path = contextPath(source);
    const reason = path === '.' ? undefined : absence(lookUp(path), path);
    if (reason === undefined) return [];
    const message = `${name.toUpperCase()} ${source}: ${path} ${reason.problem}`;
    return [{ message, hint: reason.hint, line }];
  });
}

/** Why a source is not sent, and what to change; undefined if it is sent, or can be. */
function absence(
  presence: Presence,
  path: string,
): { readonly problem: string; readonly hint: string } | undefined {
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
    case 'sent':
    case 'link':
    case 'unknown':
      return undefined;
  }
}
