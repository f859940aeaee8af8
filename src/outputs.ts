import { describeError, stackOf, toBuildError, type BuildError } from './errors.ts';
import type { Inputs } from './inputs/inputs.ts';
import type { JobLog } from './logs/fence.ts';
import { placeOf } from './logs/place.ts';
import type { Job } from './ports.ts';
import type { RunReport } from './result/report.ts';
import { renderMetadata, renderSummary } from './result/summary.ts';

/**
 * Sets the outputs and writes the job summary, after a failure too.
 * @returns the failure of the step: the given one, else that of the outputs if they cannot be written.
 */
export async function publish(
  inputs: Inputs,
  report: RunReport,
  failure: BuildError | undefined,
  { job, log }: { readonly job: Job; readonly log: JobLog },
): Promise<BuildError | undefined> {
  let problem: BuildError | undefined;
  try {
    setOutputs(inputs, report, job);
  } catch (error) {
    problem = toBuildError(error, 'writing the outputs');
    if (failure !== undefined) await log.warning(problem.message);
  }
  try {
    if (inputs.summary) {
      const scrub = (text: string): string => log.scrub(text);
      await job.writeSummary(renderSummary(inputs, report, failure ?? problem, scrub));
    }
  } catch (error) {
    await log.warning(`the job summary could not be written: ${describeError(error)}`);
  }
  return failure ?? problem;
}

function setOutputs(inputs: Inputs, { image, exitCode, ...rest }: RunReport, job: Job): void {
  const [first] = inputs.image.tags;
  if (exitCode !== undefined) job.setOutput('exit-code', String(exitCode));
  if (image !== undefined && first !== undefined) {
    job.setOutput('digest', image.digest);
    job.setOutput('image', `${first.text}@${image.digest}`);
    job.setOutput('image-name', first.text.slice(0, -`:${first.tag}`.length));
  }
  job.setOutput('metadata', renderMetadata(inputs, { image, exitCode, ...rest }));
}

export interface FailureContext {
  readonly log: JobLog;
  /** Path of the Dockerfile in the workspace, for the annotation; undefined if it is not a file there. */
  readonly dockerfile?: string | undefined;
  /** True if debug logging is on (`RUNNER_DEBUG`): the stacks of unexpected errors and of causes are logged too. */
  readonly isDebug: boolean;
}

/** Reports the failure of a step as an annotation: the message and the hint. */
export async function reportFailure(
  failure: BuildError,
  { log, dockerfile, isDebug }: FailureContext,
): Promise<void> {
  if (isDebug && failure.cause !== undefined) {
    for (const line of stackOf(failure).split('\n')) await log.info(log.scrub(line));
  }
  // Messages of other programs can end with a period.
  const message = failure.message.replace(/[.\s]+$/, '');
  const text = failure.hint === undefined ? failure.message : `${message}. ${failure.hint}`;
  await log.error(text, placeOf(dockerfile, failure.line));
}
