// Updates the table __tests__/fixtures/ignore-cases.json: keeps the cases, and replaces the verdicts with those of Docker.
import { readFileSync, writeFileSync } from 'node:fs';
import type { OracleProgram, Verdict } from './program.ts';

const file = new URL('../__tests__/fixtures/ignore-cases.json', import.meta.url);

type RecordedCase = { readonly rule: string; readonly ignore: string } & (
  | { readonly excluded: readonly string[]; readonly kept: readonly string[] }
  | { readonly error: string; readonly paths: readonly string[] }
);

/** Writes the table with the verdicts of Docker's matcher. @returns the number of cases that changed. */
export async function recordIgnoreCases(program: OracleProgram): Promise<number> {
  const before = JSON.parse(readFileSync(file, 'utf8')) as readonly RecordedCase[];
  const cases = before.map((one) => ({ ignore: one.ignore, paths: pathsOf(one) }));
  const verdicts = await program.judge(cases);
  const after = before.map(({ rule, ignore }, index) =>
    toRecord(
      { rule, ignore },
      cases[index]?.paths ?? [],
      verdicts[index] ?? { error: 'no answer' },
    ),
  );
  const lines = after.map((one) => JSON.stringify(one));
  writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
  return lines.filter((line, index) => line !== JSON.stringify(before[index])).length;
}

/** Sorted, so that a directory comes before its content. */
function pathsOf(one: RecordedCase): readonly string[] {
  return ('kept' in one ? [...one.excluded, ...one.kept] : [...one.paths]).sort();
}

function toRecord(
  question: { readonly rule: string; readonly ignore: string },
  paths: readonly string[],
  verdict: Verdict,
): RecordedCase {
  if ('error' in verdict) return { ...question, error: verdict.error, paths };
  const { excluded } = verdict;
  return {
    ...question,
    excluded: paths.filter((_, index) => excluded[index] === true),
    kept: paths.filter((_, index) => excluded[index] !== true),
  };
}
