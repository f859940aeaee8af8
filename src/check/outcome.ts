import { toBuildError, type BuildError } from '../errors.ts';

/** A check that has failed. */
export interface Failure {
  readonly failure: BuildError;
}

export type Outcome<T> = { readonly value: T } | Failure;

export function isFailure<T>(outcome: Outcome<T>): outcome is Failure {
  return 'failure' in outcome;
}

/**
 * The result of a check, or its error.
 * @param doing names the check in the message of a bug. @throws the signal's reason.
 */
export async function outcomeOf<T>(
  doing: string,
  signal: AbortSignal,
  check: () => Promise<T>,
): Promise<Outcome<T>> {
  try {
    return { value: await check() };
  } catch (error) {
    signal.throwIfAborted();
    return { failure: toBuildError(error, doing) };
  }
}
