import { describeError } from '../src/errors.ts';

/** Arguments that the program does not accept. */
export class UsageError extends Error {}

/**
 * Runs a command-line program: `--help` prints the usage instead of running it.
 * @param main gets the arguments and returns the exit code; a UsageError, or an error of `parseArgs`, is reported with the usage.
 * @returns the exit code: 0 for `--help`, 2 for wrong arguments, 1 for any other error, whose message is printed.
 */
export async function runCommand(
  usage: string,
  main: (words: readonly string[]) => Promise<number>,
): Promise<number> {
  const words = process.argv.slice(2);
  if (words.includes('--help') || words.includes('-h')) {
    console.log(usage);
    return 0;
  }
  try {
    return await main(words);
  } catch (error) {
    const isUsage = error instanceof UsageError || isParseError(error);
    console.error(`error: ${describeError(error)}${isUsage ? `\n\n${usage}` : ''}`);
    return isUsage ? 2 : 1;
  }
}

/** A number from the command line. @throws a UsageError for anything but a whole number from `least`. */
export function readCount(option: string, text: string, least = 0): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < least) {
    throw new UsageError(
      `${option} must be a whole number of at least ${least}, not ${JSON.stringify(text)}`,
    );
  }
  return count;
}

function isParseError(error: unknown): boolean {
  return (
    Error.isError(error) &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_PARSE_ARGS_')
  );
}
