import { BuildError, describeError } from '../../errors.ts';

/**
 * The last resort: an error that nothing catches ends the process. The post step removes the pod.
 * @param report writes the failure to the job log; the process ends when it has settled.
 * @param exitCode of the process.
 */
export function exitOnCrash(
  report: (failure: BuildError) => Promise<void>,
  exitCode: number,
): void {
  let isEnding = false;
  const end = (error: unknown): void => {
    if (isEnding) return;
    isEnding = true;
    const failure = new BuildError('build', `the step crashed: ${describeError(error)}`, {
      hint: 'Please report this with the job log.',
      cause: error,
    });
    void report(failure).finally(() => process.exit(exitCode));
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
