import { flagOf, type Instruction } from '../instruction.ts';
import { contextPath, contextSources, readCopy } from './copy.ts';
import type { HasPrefix, LookUp } from './findings.ts';
import type { GapName } from './kanikos.ts';
import { isBelowNewDirectory } from './settings.ts';
import type { StagePath } from './stage-path.ts';

interface Surroundings {
  readonly path: StagePath;
  readonly lookUp: LookUp | undefined;
  /** Absent if the names of the context are not known. */
  readonly hasPrefix?: HasPrefix | undefined;
  /** Whether the stage has a RUN ahead of the instruction. */
  readonly hasRun: boolean;
}

/** The gaps of a COPY or ADD that depend on the files of the context. */
export function gapsOfFiles(
  instruction: Instruction,
  { path, lookUp, hasPrefix, hasRun }: Surroundings,
): readonly GapName[] {
  if (lookUp === undefined || hasPrefix === undefined) return [];
  const { sources, target } = readCopy(instruction) ?? { sources: [], target: '' };
  const found: GapName[] = [];
  if (!hasRun && isFromContext(instruction) && sources.length > 0) {
    const isAbsent = (source: string): boolean => matchesNothing(source, lookUp, hasPrefix);
    if (sources.every(isAbsent)) found.push('copy-nothing');
  }
  if (!changesOwner(instruction)) return found;
  const paths = contextSources(instruction).map(contextPath);
  if (
    instruction.name === 'add' &&
    paths.some((name) => isArchive(name) && lookUp(name) === 'sent')
  ) {
    found.push('add-owner');
  }
  const isDirectory = (name: string): boolean => name === '.' || hasPrefix(`${name}/`);
  if (isBelowNewDirectory(target, path) && paths.some(isDirectory)) found.push('copy-owner');
  return found;
}

function isFromContext(instruction: Instruction): boolean {
  return flagOf(instruction, 'from') === undefined && instruction.heredocs === 0;
}

/** True for a pattern whose beginning, up to its first special character, is not that of any name, and not in a link. */
function matchesNothing(source: string, lookUp: LookUp, hasPrefix: HasPrefix): boolean {
  const [, start = ''] = /^([^*?[]*)[*?[]/.exec(source) ?? [];
  // cleanPath would read the last segment, which goes on after the beginning, as a whole one.
  if (!/^[\w.@+-]/.test(start) || /[^\w.@+/-]|\/\/|\.\//.test(start)) return false;
  const directory = start.slice(0, Math.max(0, start.lastIndexOf('/')));
  const isKnown = directory === '' || ['sent', 'missing'].includes(lookUp(directory));
  return isKnown && !hasPrefix(start);
}

/** True for a `--chown` of a user other than root. */
function changesOwner(instruction: Instruction): boolean {
  return /^(?!(?:0|root)(?:$|:))[\w.-]+(?::[\w.-]+)?$/.test(flagOf(instruction, 'chown') ?? '');
}

/** An archive by its name, which builders unpack. */
function isArchive(name: string): boolean {
  return /\.(?:tar|tgz|tar\.(?:gz|bz2|xz))$/.test(name);
}
