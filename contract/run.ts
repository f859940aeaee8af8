import { isDeepStrictEqual } from 'node:util';
import { describeError } from '../src/errors.ts';
import type { ContractCase } from './case.ts';
import { cases } from './cases.ts';
import { normalise, type Json, type Result } from './result.ts';
import { Session, type ContractCluster } from './session.ts';

export type Results = Readonly<Record<string, Result>>;

/** Key of a result with the reason why a case could not run; never recorded. */
export const failed = 'could not be carried out';

/** Number of cases that run at the same time. */
const width = 8;

/** Runs all cases, several at a time, and returns their normalised results in the cases' order. */
export async function runCases(
  cluster: ContractCluster,
  only: readonly ContractCase[] = cases,
): Promise<Results> {
  const results = new Map<string, Result>();
  const queue = only.values();
  const work = async (): Promise<void> => {
    for (const one of queue) results.set(one.name, await runCase(one, cluster));
  };
  await Promise.all(Array.from({ length: width }, work));
  return Object.fromEntries(only.map(({ name }) => [name, results.get(name) ?? {}]));
}

async function runCase({ run }: ContractCase, cluster: ContractCluster): Promise<Result> {
  const session = new Session(cluster);
  try {
    return normalise(await run(session), session.replacements()) as Result;
  } catch (error) {
    return { [failed]: describeError(error) };
  } finally {
    await session.end();
  }
}

export type Verdict =
  | { readonly kind: 'equal' }
  /** Differences that the case lists as known. */
  | { readonly kind: 'known'; readonly fields: readonly string[] }
  /** A difference that the case does not list, or a listed difference that does not occur. */
  | { readonly kind: 'different'; readonly fields: readonly string[] };

/** @param real result of the real cluster; undefined if it was never recorded */
export function compare(
  { differs = {} }: ContractCase,
  real: Result | undefined,
  playground: Result,
): Verdict {
  const fields = [...new Set([...Object.keys(real ?? {}), ...Object.keys(playground)])];
  const unequal = fields.filter((field) => !isEqual(real?.[field], playground[field]));
  const known = Object.keys(differs);
  const wrong = [
    ...unequal.filter((field) => !known.includes(field)),
    ...known.filter((field) => !unequal.includes(field)),
  ];
  if (wrong.length > 0) return { kind: 'different', fields: wrong };
  return unequal.length === 0 ? { kind: 'equal' } : { kind: 'known', fields: unequal };
}

function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  return isDeepStrictEqual(one, other);
}
