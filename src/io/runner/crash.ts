import { describeError } from '../../errors.ts';

/**
 * The last resort: an error that nothing caught ends the step as a failure, in one line. The post step removes the pod.
 * @param print writes the line; the process ends when it has.
 */
export function failOnCrash(print: (text: string) => Promise<void>): void {
  let isEnding = false;
  const end = (error: unknown): void => {
    if (isEnding) return;
    isEnding = true;
    const text = `the step crashed: ${describeError(error)}. Please report this with the job log.`;
    void print(text).finally(() => process.exit(1));
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
