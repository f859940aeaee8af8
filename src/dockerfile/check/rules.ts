import { cleanPath } from '../../text/path.ts';
import { flagOf, type Instruction } from '../instruction.ts';
import type { Dockerfile } from '../parse.ts';
import type { Stage } from '../stages.ts';
import {
  contextPath,
  contextSources,
  isGitRepository,
  isLiteral,
  leadsOut,
  readCopy,
} from './copy.ts';
import { gapsOfFiles } from './files.ts';
import type { HasPrefix, LookUp } from './findings.ts';
import type { GapName } from './kanikos.ts';
import { mountGaps } from './mounts.ts';
import { gapsOfSetting, lineOfSharedShell, type Surroundings } from './settings.ts';
import { StagePath, variablesOf } from './stage-path.ts';

/** A feature in which kaniko differs from Docker, and the line of the instruction that uses it. */
export interface FoundGap {
  readonly gap: GapName;
  /** From 1. */
  readonly line: number;
}

/** The Dockerfile, and the inputs and files that its gaps depend on. */
export interface Search {
  readonly dockerfile: Pick<Dockerfile, 'stages' | 'instructions' | 'escape'>;
  /** The stages that the target needs, in the order of the file. */
  readonly needed: readonly Stage[];
  /** Names of the build arguments. */
  readonly given: ReadonlySet<string>;
  readonly lookUp: LookUp | undefined;
  readonly hasPrefix?: HasPrefix | undefined;
}

/** The gaps of the needed stages, each once for an instruction. ONBUILD is ignored: it runs in other builds. */
export function findGaps(search: Search): readonly FoundGap[] {
  const { dockerfile, needed, given, lookUp, hasPrefix } = search;
  const { stages, escape } = dockerfile;
  const path = new StagePath(stages, escape);
  const stageNames = new Set(stages.flatMap(({ name }, index) => [name ?? '', String(index)]));
  stageNames.delete('');
  const variables = variablesWithValue(search);
  const around = { path, variables, given, escape, stageNames, lookUp, hasPrefix };
  const indexes = new Map(stages.map((stage, index) => [stage, index]));
  // The target is the last one, as references lead to earlier stages only.
  const target = needed.at(-1);
  const chain = path.chainOf((target && indexes.get(target)) ?? 0);
  return needed.flatMap((stage) => {
    const index = indexes.get(stage) ?? 0;
    path.enter(index);
    return gapsOfStage(stage, { ...around, isInImage: chain.has(index) });
  });
}

type Around = Omit<Surroundings, 'hasFiles'> &
  Pick<Search, 'lookUp' | 'hasPrefix'> & {
    /** The names and numbers of the stages that `COPY --from` can name. */
    readonly stageNames: ReadonlySet<string>;
  };

interface AroundStage extends Around {
  /** Whether the image has the layers of the stage. */
  readonly isInImage: boolean;
}

function gapsOfStage({ instructions }: Stage, around: AroundStage): readonly FoundGap[] {
  const hasFiles = instructions.some(({ name }) => ['run', 'copy', 'add'].includes(name));
  let directory: string | undefined;
  let hasRun = false;
  const found = instructions.flatMap((instruction): readonly FoundGap[] => {
    const { name, line, rest } = instruction;
    if (name === 'workdir') directory = isLiteral(rest) ? rest : undefined;
    const gaps = [
      ...(name === 'run' ? gapsOfRun(instruction) : []),
      ...gapsOfCopy(instruction, { ...around, directory, hasRun }),
      ...gapsOfSetting(instruction, { ...around, hasFiles }),
    ];
    hasRun ||= name === 'run';
    around.path.add(instruction);
    return [...new Set(gaps)].map((gap) => ({ gap, line }));
  });
  const line = lineOfSharedShell(instructions);
  return line === undefined ? found : [...found, { gap: 'shell-words', line }];
}

/** Variables that an ENV, an ARG or a build argument gives a value, in whichever stage. */
function variablesWithValue({ dockerfile, given }: Search): ReadonlySet<string> {
  const { instructions, escape } = dockerfile;
  const set = instructions.flatMap(({ name, rest }) =>
    name === 'env' || name === 'arg' ? variablesOf(rest, escape) : [],
  );
  return new Set([...given, ...set]);
}

function gapsOfRun(instruction: Instruction): readonly GapName[] {
  const found = [...mountGaps(instruction)];
  if (instruction.heredocs > 0) found.push('run-heredoc');
  if (/^(?:none|host)$/.test(flagOf(instruction, 'network') ?? '')) found.push('run-network');
  if (flagOf(instruction, 'security') === 'insecure') found.push('run-security');
  if (flagOf(instruction, 'device') !== undefined) found.push('run-device');
  return found;
}

interface AroundCopy extends AroundStage {
  /** WORKDIR, if it is known. */
  readonly directory: string | undefined;
  /** Whether the stage has a RUN ahead of the instruction. */
  readonly hasRun: boolean;
}

function gapsOfCopy(instruction: Instruction, around: AroundCopy): readonly GapName[] {
  const { name, heredocs } = instruction;
  if (name !== 'copy' && name !== 'add') return [];
  const { stageNames, lookUp, directory } = around;
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
  return [...found, ...gapsOfFiles(instruction, around)];
}

function gapsOfFlags(instruction: Instruction): readonly GapName[] {
  const found: GapName[] = [];
  if (flagOf(instruction, 'exclude') !== undefined) found.push('copy-exclude');
  if (isSet(instruction, 'parents') === true) found.push('copy-parents');
  const mode = flagOf(instruction, 'chmod') ?? '';
  if (/[=+-]/.test(mode) && !mode.includes('$')) found.push('copy-chmod');
  if (/^0*[1-7][0-7]{3}$/.test(mode)) found.push('copy-bits');
  if (/^:[\w.-]+$/.test(flagOf(instruction, 'chown') ?? '')) found.push('copy-group');
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
