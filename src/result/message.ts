import type { Diagnosis } from '../engines/engine.ts';
import { BuildError, type ErrorKind } from '../errors.ts';
import type { Outcome } from './outcome.ts';

/** What the sentences name beside the outcome. */
export interface MessageContext {
  /** `limits.memory` of the builder, if the user set one. */
  readonly memoryLimit: string | undefined;
  readonly timeoutMs: number;
  readonly diagnosis: Diagnosis | undefined;
}

interface Loss {
  readonly what: string;
  readonly hint: string;
  /** True for what another pod may survive. */
  readonly restart: boolean;
}

const tryAgain = 'Run the step again; if it happens often, ask whoever runs the cluster.';
const raiseStorage =
  "Raise 'limits.ephemeral-storage' in 'resources', or keep files out with .dockerignore.";

/** Ways in which a cluster takes a pod away. Reasons of the kubelet, the scheduler and the pod disruption conditions. */
const losses: Readonly<Record<string, Loss>> = {
  Deleted: {
    what: 'somebody deleted the pod',
    hint: 'Find out who deletes pods in this namespace.',
    restart: false,
  },
  Evicted: { what: 'the node evicted the pod', hint: raiseStorage, restart: false },
  TerminationByKubelet: { what: 'the node evicted the pod', hint: tryAgain, restart: true },
  Preempting: {
    what: 'the pod was preempted by a more important one',
    hint: "Set a priorityClassName by 'pod-template'.",
    restart: true,
  },
  PreemptionByScheduler: {
    what: 'the pod was preempted by a more important one',
    hint: "Set a priorityClassName by 'pod-template'.",
    restart: true,
  },
  EvictionByEvictionAPI: {
    what: 'the pod was evicted, usually because its node is drained',
    hint: tryAgain,
    restart: true,
  },
  DeletionByTaintManager: { what: 'the node became unusable', hint: tryAgain, restart: true },
  DeletionByPodGC: { what: 'the node is gone', hint: tryAgain, restart: true },
  NodeLost: { what: 'the node is gone', hint: tryAgain, restart: true },
  NodeShutdown: { what: 'the node was shut down', hint: tryAgain, restart: true },
  Terminated: { what: 'the node was shut down', hint: tryAgain, restart: true },
  ContainerRestarted: {
    what: 'the container was started a second time',
    hint: "Take restart policies out of 'pod-template'.",
    restart: false,
  },
  ContainerStatusUnknown: { what: 'the node lost the container', hint: tryAgain, restart: true },
  NodeAffinity: {
    what: 'the node does not fit the pod',
    hint: "Correct 'node-selector'.",
    restart: false,
  },
  UnexpectedAdmissionError: { what: 'the node refused the pod', hint: tryAgain, restart: true },
  InitContainerFailed: {
    what: 'an init container failed',
    hint: "Correct the init containers of 'pod-template'.",
    restart: false,
  },
};

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
  { memoryLimit, diagnosis }: MessageContext,
): BuildError {
  const { exitCode, reason, message } = ended;
  if (reason === 'OOMKilled') {
    const limit =
      memoryLimit === undefined ? 'the memory of its node' : `its memory limit of ${memoryLimit}`;
    return new BuildError(
      'build',
      `the builder was killed with exit code ${exitCode}: it needed more than ${limit}`,
      {
        hint: "Raise 'limits.memory' in 'resources'.",
      },
    );
  }
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    return new BuildError(
      'build',
      `the builder could not be started (exit code ${exitCode}): ${message}`,
      {
        hint: "Correct 'builder-command' or 'builder-image'.",
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
  const early = contextComplete ? '' : `, after ${bytesSent} bytes of its stdin`;
  // A builder that does not say why it failed may have missed what was lost.
  if (cut !== undefined && diagnosis === undefined) {
    return new BuildError(
      'lost',
      `the builder ended with exit code ${exitCode}${early}: ${cut.message}`,
      { hint: tryAgain, cause: cut },
    );
  }
  const why = diagnosis === undefined ? '' : `: ${diagnosis.message}`;
  const killed = exitCode > 128 && exitCode < 160 ? ` (killed by signal ${exitCode - 128})` : '';
  return new BuildError(
    'build',
    `the builder ended with exit code ${exitCode}${killed}${early}${why}`,
    {
      hint: diagnosis?.hint ?? "Look at the builder's output above.",
      ...(diagnosis?.line !== undefined && { line: diagnosis.line }),
    },
  );
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
  const words = message === '' ? '' : `: ${message}`;
  if (reason === 'DeadlineExceeded') {
    return new BuildError('timeout', `the cluster ended the pod at its deadline${words}`, {
      hint: `Raise 'timeout' (now ${timeoutMs / 1_000} s).`,
    });
  }
  // OutOfcpu, OutOfmemory, OutOfpods, …: the node was filled between scheduling and start.
  const known = Object.hasOwn(losses, reason) ? losses[reason] : undefined;
  const loss = known ?? {
    what: 'the cluster ended the pod',
    hint: tryAgain,
    restart: reason.startsWith('OutOf'),
  };
  const lowNode = reason === 'Evicted' && message.includes('low on resource');
  const kind: ErrorKind = loss.restart || lowNode ? 'lost' : 'build';
  return new BuildError(kind, `${loss.what} before the builder ended (${reason}${words})`, {
    hint: loss.hint,
  });
}
