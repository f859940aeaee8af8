import { BuildError } from '../../errors.ts';

/**
 * A signal that is aborted when the runner cancels the job: it sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that.
 * The handlers stay until the process ends: a second signal must not end it in the middle of a removal.
 */
export function cancellation(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      controller.abort(new BuildError('cancelled', `the job was cancelled (${name})`));
    });
  }
  return controller.signal;
}
