import type { KeyValue } from '../../inputs/values/key-value.ts';
import { parsePlatform, type Platform } from '../../inputs/values/platform.ts';
import { InvalidInput } from '../../text/problem.ts';
import { expand, unknown, type Variables } from '../expand.ts';
import { globalArguments } from '../global-arguments.ts';
import { flagOf } from '../instruction.ts';
import type { Dockerfile } from '../parse.ts';
import type { Stage } from '../stages.ts';
import { splitQuotedWords } from '../words.ts';
import type { GapName } from './kanikos.ts';
import type { FoundGap } from './rules.ts';
import { StagePath } from './stage-path.ts';

/** The Dockerfile, and the inputs that its platforms depend on. */
export interface PlatformSearch {
  readonly dockerfile: Dockerfile;
  /** The stages that the target needs, in the order of the file. */
  readonly needed: readonly Stage[];
  /** With the automatic arguments that are passed to the builder. */
  readonly buildArgs: readonly KeyValue[];
  /** That of the build; undefined if it is that of the node. */
  readonly platform: Platform | undefined;
}

/** The gaps of the needed stages that depend on the platform of the build. */
export function findPlatformGaps(search: PlatformSearch): readonly FoundGap[] {
  const { dockerfile, needed, buildArgs } = search;
  const { stages, escape } = dockerfile;
  const variables = globalArguments(dockerfile, buildArgs);
  const names = new Set(stages.map(({ name }) => name));
  const indexes = new Map(stages.map((stage, index) => [stage, index]));
  // The target is the last one, as references lead to earlier stages only.
  const target = needed.at(-1);
  const chain = new StagePath(stages, escape).chainOf((target && indexes.get(target)) ?? 0);
  return needed.flatMap((stage) => {
    const isInImage = chain.has(indexes.get(stage) ?? 0);
    // Docker ignores the platform of a stage, too.
    const from = names.has(stage.base.toLowerCase())
      ? undefined
      : gapOfFrom(stage, { ...search, variables, isInImage });
    const found = from === undefined ? [] : [{ gap: from, line: stage.from.line }];
    return [...found, ...gapsOfArguments(stage, search, variables)];
  });
}

interface AroundFrom extends PlatformSearch {
  readonly variables: Variables;
  /** Whether the image has the layers of the stage. */
  readonly isInImage: boolean;
}

/** An error if the image gets another base image than with Docker, for certain. */
function gapOfFrom({ from }: Stage, around: AroundFrom): GapName | undefined {
  const { dockerfile, platform, variables, isInImage } = around;
  const flag = flagOf(from, 'platform');
  if (flag === undefined) return undefined;
  const text = expand(flag, variables, dockerfile.escape);
  const wanted = text.includes(unknown) ? undefined : readPlatform(text);
  if (wanted === undefined) return undefined;
  // An automatic argument that the builder leaves empty gets the default of its ARG.
  if (platform === undefined) return flag.includes('$') ? undefined : 'from-platform';
  if (isSame(wanted, platform)) return undefined;
  return isInImage ? 'from-platform-image' : 'from-platform';
}

/** Undefined for a text that is no Linux platform. */
function readPlatform(text: string): Platform | undefined {
  try {
    return parsePlatform(text);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/** A platform without a variant can be any of them. */
function isSame(one: Platform, other: Platform): boolean {
  if (one.architecture !== other.architecture) return false;
  return [undefined, other.variant].includes(one.variant) || other.variant === undefined;
}

/** Automatic arguments that are never empty in Docker. */
const platformArgument = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH)$/;

/** ARGs without a default whose automatic value is not passed to the builder. */
function gapsOfArguments(
  { instructions }: Stage,
  { dockerfile, platform }: PlatformSearch,
  variables: Variables,
): readonly FoundGap[] {
  const gap = platform === undefined ? 'platform-argument' : 'platform-default';
  return instructions
    .filter(({ name }) => name === 'arg')
    .filter(({ rest }) =>
      splitQuotedWords(rest, dockerfile.escape).words.some(
        (word) => platformArgument.test(word) && variables.get(word) === unknown,
      ),
    )
    .map(({ line }) => ({ gap, line }));
}
