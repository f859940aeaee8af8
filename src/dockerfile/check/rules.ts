import { cleanPath } from '../../text/path.ts';
import { flagOf, type Instruction } from '../instruction.ts';
import type { Stage } from '../stages.ts';
import {
  contextPath,
  contextSources,
  isGitRepository,
  isLiteral,
  leadsOut,
  readCopy,
} from './copy.ts';
import type { LookUp } from './findings.ts';
import type { GapName } from './kanikos.ts';
import { mountGaps } from './mounts.ts';

/** A feature in which kaniko differs from Docker, and the line of the instruction that uses it. */
export interface FoundGap {
  readonly gap: GapName;
  /** From 1. */
  readonly line: number;
}

interface Surroundings {
  /** The names and numbers of the stages that `COPY --from` can name. */
  readonly stageNames: ReadonlySet<string>;
  readonly lookUp: LookUp | undefined;
}

/** The gaps that the stages contain, each once for an instruction. ONBUILD is ignored: it runs in other builds. */
export function findGaps(stages: readonly Stage[], around: Surroundings): readonly FoundGap[] {
  return stages.flatMap(({ instructions }) => {
    let directory: string | undefined;
    return instructions.flatMap((instruction) => {
      const { name, line, rest } = instruction;
      if (name === 'workdir') directory = isLiteral(rest) ? rest : undefined;
      const found =
        name === 'run' ? gapsOfRun(instruction) : gapsOfCopy(instruction, directory, around);
      return [...new Set(found)].map((gap) => ({ gap, line }));
    });
  });
}

function gapsOfRun(instruction: Instruction): readonly GapName[] {
  const found = [...mountGaps(instruction)];
  if (instruction.heredocs > 0) found.push('run-heredoc');
  if (/^(?:none|host)$/.test(flagOf(instruction, 'network') ?? '')) found.push('run-network');
  if (flagOf(instruction, 'security') === 'insecure') found.push('run-security');
  if (flagOf(instruction, 'device') !== undefined) found.push('run-device');
  return found;
}

function gapsOfCopy(
  instruction: Instruction,
  directory: string | undefined,
  { stageNames, lookUp }: Surroundings,
): readonly GapName[] {
  const { name, heredocs } = instruction;
  if (name !== 'copy' && name !== 'add') return [];
  const found: GapName[] = [...gapsOfFlags(instruction)];
  if (heredocs > 0) found.push('copy-heredoc');
  const { sources, target } = readCopy(instruction) ?? { sources: [], target: '' };
  const inContext = contextSources(instruction);
  if (name === 'add') found.push(...gapsOfAdd(instruction, sources));
  if (inContext.some(leadsOut)) found.push('copy-outside');
  // Not for ADD, which unpacks an archive that a link leads to as Docker does.
  const isLink = (source: string): boolean => lookUp?.(contextPath(source)) === 'link';
  if (name === 'copy' && inContext.some((source) => !leadsOut(source) && isLink(source))) {
    found.push('copy-link');
  }
  if (isSeveral(sources) && isBareTarget(target, directory)) found.push('copy-several');
  const from = flagOf(instruction, 'from')?.toLowerCase() ?? '';
  if (stageNames.has(from) && sources.some((source) => cleanPath(`/${source}`) === '/')) {
    found.push('copy-root');
  }
  return found;
}

function gapsOfFlags(instruction: Instruction): readonly GapName[] {
  const found: GapName[] = [];
  if (flagOf(instruction, 'exclude') !== undefined) found.push('copy-exclude');
  if (isSet(instruction, 'parents') === true) found.push('copy-parents');
  const mode = flagOf(instruction, 'chmod') ?? '';
  if (/[=+-]/.test(mode) && !mode.includes('$')) found.push('copy-chmod');
  return found;
}

function gapsOfAdd(instruction: Instruction, sources: readonly string[]): readonly GapName[] {
  if (sources.some(isGitRepository)) return ['add-git'];
  const found: GapName[] = [];
  if (flagOf(instruction, 'checksum') !== undefined) found.push('add-checksum');
  const unpacks = isSet(instruction, 'unpack');
  const isDownload = (source: string): boolean => /^https?:\/\//i.test(source);
  // Docker and kaniko unpack archives of the context, and leave downloads as they are.
  if (unpacks !== undefined && sources.some((source) => isDownload(source) === unpacks)) {
    found.push('add-unpack');
  }
  return found;
}

/** Whether a boolean flag is on; undefined without it. */
function isSet(instruction: Instruction, name: string): boolean | undefined {
  if (instruction.flags.includes(`--${name}`)) return true;
  const value = flagOf(instruction, name);
  return value === undefined ? undefined : value.toLowerCase() !== 'false';
}

function isSeveral(sources: readonly string[]): boolean {
  return sources.length > 1 || sources.some((source) => /[*?[]/.test(source));
}

/** The directory where kaniko runs. It looks for a relative target there, and not in WORKDIR. */
const ownDirectory = /^\/(?:workspace(?:\/.*)?)?$/;

/** A relative target that does not look like a directory, and that kaniko cannot find by chance. */
function isBareTarget(target: string, directory: string | undefined): boolean {
  if (!isLiteral(target) || /^\/|\/$/.test(target)) return false;
  const path = cleanPath(target);
  if (path === '.' || leadsOut(path)) return false;
  return directory?.startsWith('/') === true && !ownDirectory.test(cleanPath(directory));
}
