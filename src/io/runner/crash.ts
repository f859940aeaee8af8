import { BuildError, describeError } from '../../errors.ts';

/**
 * The last resort: an error that nothing catches ends the process with exit code 1. The post step removes the pod.
 * @param report writes the failure to the job log; the process ends when it has settled.
 */
export function failOnCrash(report: (failure: BuildError) => Promise<void>): void {
  let isEnding = false;
  const end = (error: unknown): void => {
    if (isEnding) return;
    isEnding = true;
    const failure = new BuildError('build', `the step crashed: ${describeError(error)}`, {
      hint: 'Please report this with the job log.',
      cause: error,
    });
    void report(failure).finally(() => process.exit(1));
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
