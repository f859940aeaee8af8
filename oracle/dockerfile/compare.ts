// Compares our reading of Dockerfiles with BuildKit's, and reduces a difference to the smallest file.
import type { Random } from '../../support/random.ts';
import type { OracleProgram } from '../program.ts';
import { edit, editDifference } from './edits.ts';
import { isAccepted, judge, type Found, type Judgement } from './differences.ts';
import { drawDockerfile, type DockerfileCase } from './draw.ts';

/** Cases of one call of the Go program. */
const batchCases = 5_000;
/** Differences that are reduced and shown; the others are only counted. */
const shownDifferences = 10;
/** The largest file whose single characters are removed to reduce it. */
const smallCharacters = 2_000;

export interface DockerfileComparison {
  cases: number;
  /** Files that BuildKit builds. */
  accepted: number;
  /** Those of them that the builder gets without some of their labels and stages. */
  edited: number;
  readonly both: Found;
  readonly missed: Found;
  differences: number;
  /** The first differences, each with its reduced file. */
  readonly shown: string[];
}

/** Compares the given files, and then random ones up to a number of cases. */
export async function compareDockerfiles(
  program: OracleProgram,
  random: Random,
  known: readonly DockerfileCase[],
  leastCases: number,
): Promise<DockerfileComparison> {
  const sum: DockerfileComparison = {
    cases: 0,
    accepted: 0,
    edited: 0,
    both: { stages: 0, sources: 0, registries: 0 },
    missed: { stages: 0, sources: 0, registries: 0 },
    differences: 0,
    shown: [],
  };
  await compareBatch(program, known, sum);
  while (sum.cases < known.length + leastCases) {
    const cases = Array.from({ length: Math.min(batchCases, leastCases) }, () =>
      drawDockerfile(random),
    );
    await compareBatch(program, cases, sum);
  }
  return sum;
}

async function compareBatch(
  program: OracleProgram,
  cases: readonly DockerfileCase[],
  sum: DockerfileComparison,
): Promise<void> {
  for (const { one, judgement, isEdited } of await judgeAll(program, cases)) {
    sum.cases += 1;
    if (isEdited) sum.edited += 1;
    if (judgement.accepted) sum.accepted += 1;
    add(sum.both, judgement.both);
    add(sum.missed, judgement.missed);
    if (judgement.difference === undefined) continue;
    sum.differences += 1;
    if (sum.shown.length < shownDifferences)
      sum.shown.push(await minimise(program, one, judgement.difference));
  }
}

interface Judged {
  readonly one: DockerfileCase;
  readonly judgement: Judgement;
  /** Whether the builder gets an edited file. */
  readonly isEdited: boolean;
}

/** Compares each file, and then the edited one with it. */
async function judgeAll(
  program: OracleProgram,
  cases: readonly DockerfileCase[],
): Promise<readonly Judged[]> {
  const answers = await program.readDockerfiles(cases);
  const found = cases.map((one, index) => {
    const answer = answers[index];
    if (answer === undefined) throw new Error('the Go program did not answer');
    const judgement = judge(one, answer);
    const isEqual = judgement.difference === undefined && isAccepted(answer);
    return { one, judgement, answer, edited: isEqual ? edit(one) : undefined };
  });
  const edited = found.flatMap(({ edited: file }) => file?.example ?? []);
  const answersAfter = (await program.readDockerfiles(edited)).values();
  return found.map(({ one, judgement, answer, edited: file }): Judged => {
    if (file === undefined || !isAccepted(answer)) return { one, judgement, isEdited: false };
    const after = answersAfter.next().value;
    if (after === undefined) throw new Error('the Go program did not answer');
    const difference = editDifference(file, answer, after);
    return { one, judgement: { ...judgement, difference }, isEdited: true };
  });
}

function add(sum: Found, found: Found): void {
  sum.stages += found.stages;
  sum.sources += found.sources;
  sum.registries += found.registries;
}

/** Removes lines and characters as long as there is a difference. @returns the difference and the file. */
async function minimise(
  program: OracleProgram,
  one: DockerfileCase,
  difference: string,
): Promise<string> {
  let smallest = one;
  let found: string | undefined = difference;
  for (let candidates = smaller(smallest); candidates.length > 0;) {
    const judged = await judgeAll(program, candidates);
    const differences = judged.map(({ judgement }) => judgement.difference);
    const next = differences.findIndex((text) => text !== undefined);
    const candidate = candidates[next];
    if (candidate === undefined) break;
    smallest = candidate;
    found = differences[next];
    candidates = smaller(smallest);
  }
  return `${found}\n  in ${JSON.stringify(smallest)}`;
}

function smaller({ text, target, args }: DockerfileCase): readonly DockerfileCase[] {
  const lines = text.split('\n');
  const characters = text.length > smallCharacters ? [] : [...text];
  return [
    ...(target === '' ? [] : [{ text, target: '', args }]),
    ...(Object.keys(args).length === 0 ? [] : [{ text, target, args: {} }]),
    ...(lines.length > 1
      ? lines.map((_, index) => ({ text: lines.toSpliced(index, 1).join('\n'), target, args }))
      : []),
    ...characters.map((_, index) => ({
      text: characters.toSpliced(index, 1).join(''),
      target,
      args,
    })),
  ];
}
