import { BuildError } from '../../errors.ts';
import type { KeyValue } from '../../inputs/values/key-value.ts';
import type { Platform } from '../../inputs/values/platform.ts';
import { suggest } from '../../text/nearest.ts';
import { quote } from '../../text/problem.ts';
import { platformArguments } from '../automatic-arguments.ts';
import { expandBases } from '../global-arguments.ts';
import type { Dockerfile } from '../parse.ts';
import { findTarget, reachableStages, type Stage } from '../stages.ts';
import type { DockerfileFindings, DockerfileProblem, HasPrefix, LookUp } from './findings.ts';
import { unknownFlags } from './flags.ts';
import { findPlatformGaps } from './platforms.ts';
import { reportGaps } from './report.ts';
import { findGaps } from './rules.ts';
import { missingSources } from './sources.ts';

/** A Dockerfile and the inputs and context that it is checked against. */
export interface DockerfileCheck {
  readonly dockerfile: Dockerfile;
  readonly target: string | undefined;
  readonly buildArgs: readonly KeyValue[];
  /** Undefined if it is that of the node. */
  readonly platform?: Platform | undefined;
  /** Undefined if the paths of the context are not known. */
  readonly lookUp: LookUp | undefined;
  /** Absent if the names of the context are not known. */
  readonly hasPrefix?: HasPrefix | undefined;
  readonly builderImage: string;
  /** True if the pod has secrets at the place where RUN looks for them: then a mount that kaniko ignores is not missed. */
  readonly hasSecrets?: boolean;
}

/**
 * Finds errors that a builder would only find in the middle of the build, and what kaniko does differently from Docker: an
 * unknown target stage, unknown flags, sources of COPY and ADD that are not in the context, and the gaps of kanikos.ts.
 * Reports certain findings only. Ignores sources with variables and patterns, stages that the target does not need, frontends
 * other than Docker's, and Dockerfiles with errors.
 */
export function checkDockerfile(check: DockerfileCheck): DockerfileFindings {
  const nothing = { problems: [], warnings: [], notes: [] };
  if (check.dockerfile.hasErrors || check.dockerfile.stages.length === 0) return nothing;
  const frontend = otherFrontend(check);
  if (frontend !== undefined) {
    const note = `the Dockerfile is not checked: the frontend ${quote(frontend)} is not docker/dockerfile`;
    return { ...nothing, notes: [note] };
  }
  const { platform, lookUp, hasPrefix, builderImage, hasSecrets = false } = check;
  const buildArgs = [...platformArguments(check.dockerfile, platform), ...check.buildArgs];
  const stages = expandBases(check.dockerfile, buildArgs);
  const dockerfile = { ...check.dockerfile, stages };
  const target = findTarget(stages, check.target);
  if (target === undefined) {
    return { ...nothing, problems: [unknownTarget(check.target ?? '', stages)] };
  }
  // Builders parse all stages before they build one.
  const flags = dockerfile.instructions.flatMap(unknownFlags);
  if (flags.length > 0) return { ...nothing, problems: flags };
  const needed = reachableStages(stages, target);
  const given = new Set(buildArgs.map(({ key }) => key));
  const found = [
    ...findGaps({ dockerfile, needed, given, lookUp, hasPrefix }),
    ...findPlatformGaps({ dockerfile, needed, buildArgs, platform }),
  ];
  const missed = hasSecrets ? found.filter(({ gap }) => !gap.startsWith('run-secret')) : found;
  const gaps = reportGaps(missed, builderImage);
  const sources =
    lookUp === undefined
      ? []
      : needed.flatMap(({ instructions }) =>
          instructions.flatMap((instruction) => missingSources(instruction, lookUp)),
        );
  return {
    problems: [...sources, ...gaps.problems].toSorted((one, other) => one.line - other.line),
    warnings: gaps.warnings,
    notes: [],
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

/** Docker's frontend, in any registry: mirrors have its path after their own. */
const dockerFrontend = /(?:^|\/)docker\/dockerfile(?:-upstream)?(?:[:@]|$)/;

/** The frontend that reads the Dockerfile, if it is not Docker's. */
function otherFrontend({ dockerfile, buildArgs }: DockerfileCheck): string | undefined {
  const wanted = [
    buildArgs.findLast(({ key }) => key === 'BUILDKIT_SYNTAX')?.value,
    dockerfile.frontend,
  ];
  return wanted.find((frontend) => frontend !== undefined && !dockerFrontend.test(frontend));
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
