import type { Diagnosis } from '../engines/engine.ts';
import { isUpgradeDropped } from '../attach/dropped-upgrade.ts';
import { BuildError } from '../errors.ts';
import { killedAtStart, raiseMemory } from '../pod/state/reasons.ts';
import { signalOf, type EndedState } from '../pod/state/state.ts';
import { lossOf, tryAgain } from './losses.ts';
import type { Outcome } from './outcome.ts';

/** Facts that the messages mention besides the outcome. */
export interface MessageContext {
  /** `limits.memory` of the builder container, if it is set. */
  readonly memoryLimit: string | undefined;
  readonly timeoutMs: number;
  readonly diagnosis: Diagnosis | undefined;
  /** True if the container log is known to be empty. */
  readonly isSilent: boolean;
}

const look = 'Look at the output of the builder in the group "Build"';
const printMore = 'Make the command log its steps, for example with set -x in a shell.';

/** The error for an outcome without success, with its message and hint. */
export function outcomeError(
  outcome: Exclude<Outcome, { kind: 'succeeded' }>,
  context: MessageContext,
): BuildError {
  switch (outcome.kind) {
    case 'failed':
      return failedError(outcome, context);
    case 'unconfirmed':
      return unconfirmedError(outcome.cause);
    case 'upload-lost':
      if (isRefusal(outcome.cause)) return outcome.cause;
      return new BuildError('lost', outcome.cause.message, {
        hint: tryAgain,
        cause: outcome.cause,
      });
    case 'pod-lost':
      return lossError(outcome.reason, outcome.message, context);
    case 'pod-gone':
      return new BuildError(
        'build',
        'the pod no longer exists: another client deleted it before the builder ended',
        { hint: 'Check which user or controller deletes pods in this namespace.' },
      );
  }
}

/** True for a refusal that a new pod would get as well. */
function isRefusal(cause: BuildError): boolean {
  return cause.code === 401 || cause.code === 403 || isUpgradeDropped(cause);
}

function failedError(
  { ended, contextComplete, bytesSent, cut }: Outcome & { kind: 'failed' },
  context: MessageContext,
): BuildError {
  const { exitCode, reason, message } = ended;
  const { isSilent } = context;
  // A RUN step can print what a builder prints about an incomplete stream. If the upload is complete, that is not the cause.
  const isRefuted = contextComplete && context.diagnosis?.transport === true;
  const diagnosis = isRefuted ? undefined : context.diagnosis;
  if (reason === 'OOMKilled')
    return memoryError(exitCode, ended.memoryLimit ?? context.memoryLimit);
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    return new BuildError(
      'build',
      `the builder could not be started (exit code ${exitCode}): ${message}`,
      {
        hint: killedAtStart.test(message)
          ? raiseMemory
          : "Correct 'builder-command' or 'builder-image'.",
      },
    );
  }
  if (diagnosis?.transport === true || diagnosis?.beforeBuild === true) {
    return new BuildError(
      'lost',
      `the builder ended with exit code ${exitCode}: ${diagnosis.message}`,
      { hint: diagnosis.hint ?? tryAgain },
    );
  }
  if (reason === 'seccomp killed') {
    return new BuildError(
      'build',
      `the builder was killed with exit code ${exitCode}: its seccomp profile forbids a system call`,
      { hint: "Set another seccompProfile in 'pod-template'." },
    );
  }
  const signal = signalOf(exitCode);
  const killed = signal === undefined ? '' : ` (killed by signal ${signal})`;
  // A diagnosis is the cause, whatever the builder has left of its stdin.
  const isEarly = !contextComplete && diagnosis === undefined;
  const early = isEarly ? `, after ${bytesSent} bytes of its stdin` : '';
  const silent = isSilent ? `${early === '' ? '' : ','} and printed nothing` : '';
  const how = `the builder ended with exit code ${exitCode}${killed}${early}${silent}`;
  // Without a diagnosis, the builder may have failed because it did not receive the rest of its stdin.
  if (cut !== undefined && diagnosis === undefined) {
    return new BuildError('lost', `${how}: ${cut.message}`, {
      // A server can close the connection of a container that has ended as abruptly as a server that fails.
      hint: isSilent
        ? `Run the step again. ${printMore}`
        : `${look}; if it gives no reason, run the step again.`,
      cause: cut,
    });
  }
  const why = diagnosis === undefined ? '' : `: ${diagnosis.message}`;
  return new BuildError('build', `${how}${why}`, {
    hint: diagnosis?.hint ?? (isSilent ? printMore : `${look}.`),
    ...(diagnosis?.line !== undefined && { line: diagnosis.line }),
  });
}

function memoryError(exitCode: number, limit: string | undefined): BuildError {
  const { cause, hint } = memoryCause(limit);
  return new BuildError('build', `the builder was killed with exit code ${exitCode}: ${cause}`, {
    hint,
  });
}

/** The warning about a builder that succeeded although one of its processes was killed for its memory; undefined if none was. */
export function memoryWarning({ reason, memoryLimit }: EndedState): string | undefined {
  if (reason !== 'OOMKilled') return undefined;
  const { cause, hint } = memoryCause(memoryLimit);
  return `the builder ended with exit code 0, but one of its processes was killed: ${cause}. ${hint}`;
}

function memoryCause(limit: string | undefined): { readonly cause: string; readonly hint: string } {
  if (limit !== undefined) {
    return { cause: `it exceeded its memory limit of ${limit}`, hint: raiseMemory };
  }
  return {
    cause: 'its node ran out of memory',
    hint: "Set 'requests.memory' in 'resources', so that the pod gets a node with enough memory.",
  };
}

function unconfirmedError(cause: BuildError | undefined): BuildError {
  if (cause === undefined) {
    return new BuildError(
      'build',
      'the builder ended with exit code 0 before it read all of its stdin, so success cannot be confirmed',
      { hint: 'Make the command read all of stdin.' },
    );
  }
  return new BuildError(
    'lost',
    `the builder ended with exit code 0, but its stdin was not delivered completely: ${cause.message}`,
    {
      hint: 'Run the step again. If it fails every time, make the command read all of stdin.',
      cause,
    },
  );
}

function lossError(reason: string, message: string, { timeoutMs }: MessageContext): BuildError {
  const detail = message === '' ? '' : `: ${message.trim()}`;
  if (reason === 'DeadlineExceeded') {
    return new BuildError('timeout', `the pod exceeded its activeDeadlineSeconds${detail}`, {
      hint: `Raise 'timeout' (now ${timeoutMs / 1_000} s).`,
    });
  }
  const { cause, hint, isRetried, neverRan = false } = lossOf(reason, message);
  const when = neverRan ? ', so the builder never ran' : ' before the builder ended';
  // The message of this reason is not from the cluster and adds nothing.
  const why = reason === 'Deleted' ? '' : ` (${reason}${detail})`;
  return new BuildError(isRetried ? 'lost' : 'build', `${cause}${when}${why}`, { hint });
}
