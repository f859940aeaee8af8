import { isDeepStrictEqual } from 'node:util';
import type { KubeconfigCase } from './case.ts';
import { clusterCases } from './clusters.ts';
import { documentCases } from './documents.ts';
import type { Failure } from './run.ts';
import { setStage, type Stage } from './stage.ts';
import { userCases } from './users.ts';

/** Every kubeconfig of this folder. */
export const kubeconfigCases: readonly KubeconfigCase[] = [
  ...documentCases,
  ...userCases,
  ...clusterCases,
];

/** A client that lists pods: the action, or kubectl. */
export type Ask = (one: KubeconfigCase, stage: Stage) => Promise<Failure>;

/** Runs a case with a client. @returns the difference from what is expected; undefined without one. */
export async function differenceOf(
  one: KubeconfigCase,
  ask: Ask,
  expected: KubeconfigCase['expected'],
): Promise<string | undefined> {
  const stage = await setStage(one);
  try {
    const failure = await ask(one, stage);
    const actual = failure ?? stage.seen();
    if ('error' in expected) {
      const isExpected = failure !== undefined && expected.error.test(failure);
      return isExpected ? undefined : `${String(expected.error)} expected, but ${show(actual)}`;
    }
    const text = JSON.stringify(expected).replaceAll('PORT', stage.port);
    return isDeepStrictEqual(actual, JSON.parse(text))
      ? undefined
      : `${text} expected, but ${show(actual)}`;
  } finally {
    await stage.close();
  }
}

function show(actual: unknown): string {
  return typeof actual === 'string' ? actual : JSON.stringify(actual);
}
