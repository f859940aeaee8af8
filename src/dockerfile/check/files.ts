import { flagOf, type Instruction } from '../instruction.ts';
import { contextPath, contextSources, readCopy } from './copy.ts';
import type { HasPrefix, LookUp } from './findings.ts';
import type { GapName } from './kanikos.ts';

interface Surroundings {
  readonly lookUp: LookUp | undefined;
  /** Absent if the names of the context are not known. */
  readonly hasPrefix?: HasPrefix | undefined;
  /** Whether the stage has a RUN ahead of the instruction. */
  readonly hasRun: boolean;
  /** Whether the image has the layers of the stage. */
  readonly isInImage: boolean;
}

/** The gaps of a COPY or ADD that depend on the files of the context. */
export function gapsOfFiles(
  instruction: Instruction,
  { lookUp, hasPrefix, hasRun, isInImage }: Surroundings,
): readonly GapName[] {
  if (lookUp === undefined || hasPrefix === undefined) return [];
  const { sources } = readCopy(instruction) ?? { sources: [] };
  const found: GapName[] = [];
  if (isInImage && !hasRun && isFromContext(instruction) && sources.length > 0) {
    const isAbsent = (source: string): boolean => matchesNothing(source, lookUp, hasPrefix);
    if (sources.every(isAbsent)) found.push('copy-nothing');
  }
  const isUnpacked = (source: string): boolean =>
    isArchive(source) && lookUp(contextPath(source)) === 'sent';
  if (instruction.name === 'add' && changesOwner(instruction)) {
    if (contextSources(instruction).some(isUnpacked)) found.push('add-owner');
  }
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
