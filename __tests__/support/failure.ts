import { BuildError } from '../../src/errors.ts';

/** All that a user sees of a BuildError, for toEqual: its comparison of errors stops at the message. */
export function visible(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof BuildError)) throw error;
  const { kind, message, hint, line } = error;
  return {
    kind,
    message,
    ...(hint !== undefined && { hint }),
    ...(line !== undefined && { line }),
  };
}

/** What a call throws or rejects with, made visible; the text `no failure` if it does not. */
export async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return visible(error);
  }
  return 'no failure';
}
