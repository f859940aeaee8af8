// Compares our ignore rules with those of the oracle and reduces a difference to its smallest example.
import { drawCase, type IgnoreCase } from './draw.ts';
import { keptNames, ourVerdict, ourWalk } from './ours.ts';
import type { OracleProgram, Verdict } from './program.ts';
import type { Random } from '../support/random.ts';

/** Cases that are asked at once. */
const batchCases = 2_000;

export interface Difference {
  readonly example: IgnoreCase;
  readonly docker: Verdict;
  readonly ours: Verdict;
  /** Names that only one side sends, where the verdicts are equal: the walk has left a directory out that it must read. */
  readonly walk: string | undefined;
}

export interface Comparison {
  paths: number;
  cases: number;
  /** Cases with a malformed pattern. */
  malformed: number;
  excluded: number;
  /** Excluded directories that the walk did not look into, each proved to hold nothing that is kept. */
  unread: number;
  readonly differences: Difference[];
}

/** Draws cases until so many paths were compared. */
export async function compareIgnoreRules(
  program: OracleProgram,
  random: Random,
  leastPaths: number,
): Promise<Comparison> {
  const sum: Comparison = {
    paths: 0,
    cases: 0,
    malformed: 0,
    excluded: 0,
    unread: 0,
    differences: [],
  };
  while (sum.paths < leastPaths) {
    const cases = Array.from({ length: batchCases }, () => drawCase(random));
    const verdicts = await program.judge(cases);
    for (const [index, one] of cases.entries()) {
      const docker = verdicts[index] ?? { error: 'no answer' };
      count(sum, one, docker);
      if (differenceOf(one, docker) !== undefined)
        sum.differences.push(await minimise(program, one));
    }
  }
  return sum;
}

/** The difference of one case; undefined if both agree. */
export async function compareOne(
  program: OracleProgram,
  one: IgnoreCase,
): Promise<Difference | undefined> {
  const [docker] = await program.judge([one]);
  return docker === undefined ? undefined : differenceOf(one, docker);
}

function count(sum: Comparison, one: IgnoreCase, docker: Verdict): void {
  sum.cases += 1;
  sum.paths += one.paths.length;
  if ('error' in docker) {
    sum.malformed += 1;
    return;
  }
  sum.excluded += docker.excluded.filter(Boolean).length;
  sum.unread += ourWalk(one).unread;
}

function differenceOf(example: IgnoreCase, docker: Verdict): Difference | undefined {
  const ours = ourVerdict(example);
  const walk =
    'error' in docker || 'error' in ours ? undefined : walkDifference(example, docker.excluded);
  const isSame =
    'error' in docker || 'error' in ours
      ? 'error' in docker === 'error' in ours
      : docker.excluded.every((flag, index) => flag === ours.excluded[index]);
  return isSame && walk === undefined ? undefined : { example, docker, ours, walk };
}

function walkDifference(example: IgnoreCase, excluded: readonly boolean[]): string | undefined {
  const expected = keptNames(example.paths, excluded);
  const sent = new Set(ourWalk(example).names);
  const missing = [...expected].filter((name) => !sent.has(name));
  const extra = [...sent].filter((name) => !expected.has(name));
  if (missing.length === 0 && extra.length === 0) return undefined;
  return `the walk omits ${JSON.stringify(missing)} and sends ${JSON.stringify(extra)} in addition`;
}

/** Removes lines, paths and characters as long as the two still differ. */
async function minimise(program: OracleProgram, one: IgnoreCase): Promise<Difference> {
  let found = await compareOne(program, one);
  if (found === undefined) throw new Error('the difference does not occur again');
  for (let candidates = smaller(one); candidates.length > 0;) {
    const verdicts = await program.judge(candidates);
    const next = candidates
      .map((candidate, index) => differenceOf(candidate, verdicts[index] ?? { error: 'no answer' }))
      .find((difference) => difference !== undefined);
    if (next === undefined) break;
    found = next;
    candidates = smaller(next.example);
  }
  return found;
}

function smaller({ ignore, paths }: IgnoreCase): readonly IgnoreCase[] {
  const lines = ignore.split('\n');
  const without = <T>(items: readonly T[], index: number): readonly T[] =>
    items.filter((_, other) => other !== index);
  const characters = [...ignore];
  return [
    ...(lines.length > 1
      ? lines.map((_, index) => ({ ignore: without(lines, index).join('\n'), paths }))
      : []),
    // A directory goes with everything in it.
    ...paths
      .map((path) => ({
        ignore,
        paths: paths.filter((other) => other !== path && !other.startsWith(`${path}/`)),
      }))
      .filter((candidate) => candidate.paths.length > 0),
    ...characters.map((_, index) => ({ ignore: without(characters, index).join(''), paths })),
  ];
}
