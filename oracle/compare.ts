// Compares our ignore rules with those of Docker, and reduces a difference to the smallest case.
import type { Random } from '../support/random.ts';
import { drawCase, type IgnoreCase } from './draw.ts';
import { keptNames, ourVerdict, ourWalk } from './ours.ts';
import type { OracleProgram, Verdict } from './program.ts';

/** Cases of one call of the Go program. */
const batchCases = 2_000;

/**
 * Our error for a Unicode class that only Go 1.25 and later accept: its name is not spelled as in `unicode.Categories`
 * and `unicode.Scripts` of Go. See `expressionTest` in src/context/ignore/pattern.ts.
 */
const looseClass = /invalid character class range: `\\[pP](?!\{?\^?[A-Z][a-z]*\}?`)/;

export interface Difference {
  readonly example: IgnoreCase;
  readonly docker: Verdict;
  readonly ours: Verdict;
  /** Names that only one side sends although the verdicts are equal: the walk skipped a directory that it must read. */
  readonly walk: string | undefined;
}

export interface Comparison {
  paths: number;
  cases: number;
  /** Cases with a malformed pattern. */
  malformed: number;
  excluded: number;
  /** Cases that Docker accepts and we refuse, because of a Unicode class that only Go 1.25 and later accept. */
  looseClasses: number;
  /** Excluded directories that the walk did not read; none of them contains a file that must be sent. */
  unread: number;
  readonly differences: Difference[];
}

/** Draws cases until at least `leastPaths` paths are compared. */
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
    looseClasses: 0,
    unread: 0,
    differences: [],
  };
  while (sum.paths < leastPaths) {
    const cases = Array.from({ length: batchCases }, () => drawCase(random));
    const verdicts = await program.judge(cases);
    for (const [index, one] of cases.entries()) {
      const docker = verdicts[index] ?? { error: 'no answer' };
      if (await isLooseClass(one, docker)) {
        sum.looseClasses += 1;
        continue;
      }
      await count(sum, one, docker);
      if ((await differenceOf(one, docker)) !== undefined)
        sum.differences.push(await minimise(program, one));
    }
  }
  return sum;
}

/** The difference in one case; undefined if the verdicts are equal. */
export async function compareOne(
  program: OracleProgram,
  one: IgnoreCase,
): Promise<Difference | undefined> {
  const [docker] = await program.judge([one]);
  return docker === undefined ? undefined : differenceOf(one, docker);
}

async function count(sum: Comparison, one: IgnoreCase, docker: Verdict): Promise<void> {
  sum.cases += 1;
  sum.paths += one.paths.length;
  if ('error' in docker) {
    sum.malformed += 1;
    return;
  }
  sum.excluded += docker.excluded.filter(Boolean).length;
  sum.unread += (await ourWalk(one)).unread;
}

async function isLooseClass(one: IgnoreCase, docker: Verdict): Promise<boolean> {
  if ('error' in docker || !/\\p/i.test(one.ignore)) return false;
  const ours = await ourVerdict(one);
  return 'error' in ours && looseClass.test(ours.error);
}

async function differenceOf(example: IgnoreCase, docker: Verdict): Promise<Difference | undefined> {
  const ours = await ourVerdict(example);
  const walk =
    'error' in docker || 'error' in ours
      ? undefined
      : await walkDifference(example, docker.excluded);
  const isSame =
    'error' in docker || 'error' in ours
      ? 'error' in docker === 'error' in ours
      : docker.excluded.every((flag, index) => flag === ours.excluded[index]);
  return isSame && walk === undefined ? undefined : { example, docker, ours, walk };
}

async function walkDifference(
  example: IgnoreCase,
  excluded: readonly boolean[],
): Promise<string | undefined> {
  const expected = keptNames(example.paths, excluded);
  const sent = new Set((await ourWalk(example)).names);
  const missing = [...expected].filter((name) => !sent.has(name));
  const extra = [...sent].filter((name) => !expected.has(name));
  if (missing.length === 0 && extra.length === 0) return undefined;
  return `the walk omits ${JSON.stringify(missing)} and sends ${JSON.stringify(extra)} in addition`;
}

/** Removes lines, paths and characters as long as the verdicts still differ. */
async function minimise(program: OracleProgram, one: IgnoreCase): Promise<Difference> {
  let found = await compareOne(program, one);
  if (found === undefined) throw new Error('the difference does not occur again');
  for (let candidates = smaller(one); candidates.length > 0;) {
    const verdicts = await program.judge(candidates);
    const differences = await Promise.all(
      candidates.map((candidate, index) =>
        differenceOf(candidate, verdicts[index] ?? { error: 'no answer' }),
      ),
    );
    const next = differences.find((difference) => difference !== undefined);
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
    // A directory is removed with its content.
    ...paths
      .map((path) => ({
        ignore,
        paths: paths.filter((other) => other !== path && !other.startsWith(`${path}/`)),
      }))
      .filter((candidate) => candidate.paths.length > 0),
    ...characters.map((_, index) => ({ ignore: without(characters, index).join(''), paths })),
  ];
}
