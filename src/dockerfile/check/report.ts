import type { DockerfileProblem } from './findings.ts';
import { forkOf, forks, gaps, type Fork, type Gap, type GapName } from './kanikos.ts';
import type { FoundGap } from './rules.ts';

/** The gaps that the kaniko of the image has: each instruction for an error, one warning for each kind. */
export function reportGaps(
  found: readonly FoundGap[],
  image: string,
): Record<'problems' | 'warnings', readonly DockerfileProblem[]> {
  const problems: DockerfileProblem[] = [];
  const warnings: DockerfileProblem[] = [];
  for (const [name, uses] of Map.groupBy(found, ({ gap }) => gap)) {
    const report = describe(name, image);
    const [first] = uses;
    if (report === undefined || first === undefined) continue;
    const { message, hint, isError } = report;
    if (isError) {
      for (const { line } of uses) problems.push({ message, hint, line });
    } else {
      const more = uses.length > 1 ? ` (and ${uses.length - 1} more)` : '';
      const { line } = first;
      warnings.push({ message: `line ${line} of the Dockerfile${more}: ${message}`, hint, line });
    }
  }
  return { problems: problems.toSorted(byLine), warnings: warnings.toSorted(byLine) };
}

function byLine(one: DockerfileProblem, other: DockerfileProblem): number {
  return one.line - other.line;
}

interface Report {
  readonly message: string;
  readonly hint: string;
  readonly isError: boolean;
}

/** Undefined if the kaniko of the image does what Docker does. */
function describe(name: GapName, image: string): Report | undefined {
  const gap = gaps[name];
  const fork = forkOf(image);
  const possible = fork === undefined ? forks : [fork];
  const affected = possible.filter((candidate) => hasGap(gap, candidate, image));
  if (affected.length === 0) return undefined;
  return {
    message: `${gap.feature}: ${effectsOf(gap, affected, fork)}`,
    hint: hintFor(gap, fork),
    isError:
      gap.severity === 'error' &&
      possible.every((candidate) => certainlyHas(gap, candidate, image)),
  };
}

/** Whether a fork can have a gap: without a known version, it can be any. */
function hasGap({ effects, fixedIn }: Gap, fork: Fork, image: string): boolean {
  if (effects[fork] === undefined) return false;
  return (minorOf(image) ?? 0) < (fixedIn?.[fork] ?? Infinity);
}

function certainlyHas(gap: Gap, fork: Fork, image: string): boolean {
  const isKnown = gap.fixedIn?.[fork] === undefined || minorOf(image) !== undefined;
  return isKnown && hasGap(gap, fork, image);
}

/** The minor version of kaniko 1 that the tag of an image names; undefined for another tag, Infinity for a later version. */
function minorOf(image: string): number | undefined {
  const [tagged = ''] = image.split('@', 1);
  const [, major, minor] = /:v?(\d{1,2})(?:\.(\d+))?(?!\w)[^/]*$/.exec(tagged) ?? [];
  if (Number(major) > 1) return Infinity;
  return major === '1' && minor !== undefined ? Number(minor) : undefined;
}

/** Groups the forks with the same effect: `a kaniko of Chainguard or Google runs …`. */
function effectsOf({ effects }: Gap, affected: readonly Fork[], fork: Fork | undefined): string {
  const isCommon = new Set(forks.map((each) => effects[each])).size === 1;
  const article = fork === undefined ? 'a' : 'the';
  const byEffect = Map.groupBy(affected, (each) => effects[each] ?? '');
  return [...byEffect]
    .map(([effect, those]) => {
      const actor = isCommon ? 'kaniko' : `${article} kaniko of ${those.join(' or ')}`;
      return `${actor} ${effect}`;
    })
    .join(', and ');
}

/** Names a builder that supports the feature, and what to change without it. */
function hintFor({ effects, change }: Gap, fork: Fork | undefined): string {
  if (effects.osscontainertools === undefined && fork !== 'osscontainertools') {
    return `Use a kaniko of the osscontainertools fork, or ${change}.`;
  }
  return `${change.slice(0, 1).toUpperCase()}${change.slice(1)}, or use a builder that supports it.`;
}
