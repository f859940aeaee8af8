import type { Diagnosis } from '../engines/engine.ts';
import { BuildError } from '../errors.ts';
import { killedAtStart, raiseMemory } from '../pod/reasons.ts';
import { signalOf, type EndedState } from '../pod/state.ts';
import { lossOf, tryAgain } from './losses.ts';
import type { Outcome } from './outcome.ts';

/** What the sentences name beside the outcome. */
export interface MessageContext {
  /** `limits.memory` of the builder, if the user set one. */
  readonly memoryLimit: string | undefined;
  readonly timeoutMs: number;
  readonly diagnosis: Diagnosis | undefined;
  /** The builder is known to have printed nothing. */
  readonly isSilent: boolean;
}

const lookAbove = "Look at the builder's output above";
const printMore = 'Let its command print what it does, for example by set -x in a shell.';

/** The sentence and the hint for every end but success. */
export function outcomeError(
  outcome: Exclude<Outcome, { kind: 'succeeded' }>,
  context: MessageContext,
): BuildError {
  switch (outcome.kind) {
    case 'failed':
      return failedError(outcome, context);
    case 'unproved':
      return unprovedError(outcome.cause);
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
        'the pod disappeared before the builder ended: somebody deleted it',
        {
          hint: 'Find out who deletes pods in this namespace.',
        },
      );
  }
}

/** Another pod would be refused as well. */
function isRefusal({ code }: BuildError): boolean {
  return code === 401 || code === 403;
}

function failedError(
  { ended, contextComplete, bytesSent, cut }: Outcome & { kind: 'failed' },
  context: MessageContext,
): BuildError {
  const { exitCode, reason, message } = ended;
  const { diagnosis, isSilent } = context;
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
  if (diagnosis?.transport === true) {
    return new BuildError(
      'lost',
      `the builder ended with exit code ${exitCode}: ${diagnosis.message}`,
      { hint: tryAgain },
    );
  }
  if (reason === 'seccomp killed') {
    return new BuildError(
      'build',
      `the builder was killed with exit code ${exitCode}: its seccomp profile forbids a system call that it made`,
      { hint: "Set another seccompProfile by 'pod-template'." },
    );
  }
  const signal = signalOf(exitCode);
  const killed = signal === undefined ? '' : ` (killed by signal ${signal})`;
  const early = contextComplete ? '' : `, after ${bytesSent} bytes of its stdin`;
  const silent = isSilent ? `${early === '' ? '' : ','} and printed nothing` : '';
  const how = `the builder ended with exit code ${exitCode}${killed}${early}${silent}`;
  // A builder that does not say why it failed may have missed what was lost.
  if (cut !== undefined && diagnosis === undefined) {
    return new BuildError('lost', `${how}: ${cut.message}`, {
      // A server that closes the connection of a container that has ended may do it as abruptly as one that fails.
      hint: isSilent
        ? `Run the step again. ${printMore}`
        : `${lookAbove}; if it gives no reason, run the step again.`,
      cause: cut,
    });
  }
  const why = diagnosis === undefined ? '' : `: ${diagnosis.message}`;
  return new BuildError('build', `${how}${why}`, {
    hint: diagnosis?.hint ?? (isSilent ? printMore : `${lookAbove}.`),
    ...(diagnosis?.line !== undefined && { line: diagnosis.line }),
  });
}

function memoryError(exitCode: number, limit: string | undefined): BuildError {
  const { than, hint } = memoryNeed(limit);
  return new BuildError(
    'build',
    `the builder was killed with exit code ${exitCode}: it needed more than ${than}`,
    { hint },
  );
}

/** A builder may outlive its own process that was killed, and then succeed without it: what to say about one that succeeded. */
export function memoryWarning({ reason, memoryLimit }: EndedState): string | undefined {
  if (reason !== 'OOMKilled') return undefined;
  const { than, hint } = memoryNeed(memoryLimit);
  return `the builder ended with exit code 0, but one of its processes was killed: it needed more than ${than}. ${hint}`;
}

function memoryNeed(limit: string | undefined): { readonly than: string; readonly hint: string } {
  if (limit !== undefined) return { than: `its memory limit of ${limit}`, hint: raiseMemory };
  return {
    than: 'the memory of its node',
    hint: "Set 'requests.memory' in 'resources', so that it gets a node with enough of it.",
  };
}

function unprovedError(cause: BuildError | undefined): BuildError {
  if (cause === undefined) {
    return new BuildError(
      'build',
      'the builder ended with exit code 0 without reading its stdin to the end, so nothing is proved',
      {
        hint: 'Let its command read all of stdin.',
      },
    );
  }
  return new BuildError(
    'lost',
    `the builder ended with exit code 0, but it did not get everything: ${cause.message}`,
    {
      hint: 'Run the step again; if it always happens, let its command read all of stdin.',
      cause,
    },
  );
}

function lossError(reason: string, message: string, { timeoutMs }: MessageContext): BuildError {
  const words = message === '' ? '' : `: ${message.trim()}`;
  if (reason === 'DeadlineExceeded') {
    return new BuildError('timeout', `the cluster ended the pod at its deadline${words}`, {
      hint: `Raise 'timeout' (now ${timeoutMs / 1_000} s).`,
    });
  }
  const { what, hint, restart, never = false } = lossOf(reason, message);
  const when = never ? ', so the builder never ran' : ' before the builder ended';
  // Our own words for it say no more.
  const why = reason === 'Deleted' ? '' : ` (${reason}${words})`;
  return new BuildError(restart ? 'lost' : 'build', `${what}${when}${why}`, { hint });
}
