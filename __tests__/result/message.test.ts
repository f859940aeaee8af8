import { describe, expect, test } from '@jest/globals';
import type { Diagnosis } from '../../src/engines/engine.ts';
import { BuildError } from '../../src/errors.ts';
import type { EndedState } from '../../src/pod/state/state.ts';
import { outcomeError, type MessageContext } from '../../src/result/message.ts';
import type { Outcome } from '../../src/result/outcome.ts';
import { visible } from '../support/failure.ts';

const context: MessageContext = {
  memoryLimit: undefined,
  timeoutMs: 3_600_000,
  diagnosis: undefined,
  isSilent: false,
};
const tryAgain =
  'Run the step again. If it happens often, contact the administrator of the cluster.';
const printMore = 'Make the command log its steps, for example with set -x in a shell.';
const look = 'Look at the output of the builder in the group "Build".';

function messageOf(
  outcome: Exclude<Outcome, { kind: 'succeeded' }>,
  about: Partial<MessageContext> = {},
): unknown {
  return visible(outcomeError(outcome, { ...context, ...about }));
}

function failed(
  ended: Partial<EndedState>,
  bytesSent = 0,
  contextComplete = true,
  cut?: BuildError,
): Exclude<Outcome, { kind: 'succeeded' }> {
  return {
    kind: 'failed',
    ended: { kind: 'ended', exitCode: 1, reason: 'Error', message: '', node: 'lab', ...ended },
    bytesSent,
    contextComplete,
    cut,
  };
}

describe('a builder that failed', () => {
  const diagnosis: Diagnosis = {
    message: 'RUN make ended with exit code 3',
    hint: 'Correct line 4 of the Dockerfile.',
    line: 4,
  };

  test.each<{
    name: string;
    outcome: Exclude<Outcome, { kind: 'succeeded' }>;
    about?: Partial<MessageContext>;
    expected: object;
  }>([
    {
      name: 'has its exit code',
      outcome: failed({ exitCode: 7 }),
      expected: { kind: 'build', message: 'the builder ended with exit code 7', hint: look },
    },
    {
      name: 'without output has no hint to read the output',
      outcome: failed({ exitCode: 7 }),
      about: { isSilent: true },
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 7 and printed nothing',
        hint: printMore,
      },
    },
    {
      name: 'without output has the number of bytes that it received',
      outcome: failed({ exitCode: 7 }, 1_234, false, new BuildError('lost', 'it broke')),
      about: { isSilent: true },
      expected: {
        kind: 'lost',
        message:
          'the builder ended with exit code 7, after 1234 bytes of its stdin, and printed nothing: it broke',
        hint: `Run the step again. ${printMore}`,
      },
    },
    {
      name: 'whose first process exceeds the memory limit',
      outcome: failed({
        exitCode: 128,
        reason: 'StartError',
        message: 'runc: container init was OOM-killed (memory limit too low?)',
      }),
      expected: {
        kind: 'build',
        message:
          'the builder could not be started (exit code 128): runc: container init was OOM-killed (memory limit too low?)',
        hint: "Raise 'limits.memory' in 'resources'.",
      },
    },
    {
      name: 'has the diagnosis of its engine, with the line',
      outcome: failed({}),
      about: { diagnosis },
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 1: RUN make ended with exit code 3',
        hint: 'Correct line 4 of the Dockerfile.',
        line: 4,
      },
    },
    {
      name: 'has a hint if the diagnosis has none',
      outcome: failed({}),
      about: { diagnosis: { message: 'no such file' } },
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 1: no such file',
        hint: look,
      },
    },
    {
      name: 'has the number of bytes of stdin if it ended early',
      outcome: failed({}, 1_234, false),
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 1, after 1234 bytes of its stdin',
        hint: look,
      },
    },
    {
      name: 'has no number of bytes with a diagnosis, which is the cause',
      outcome: failed({}, 1_234, false),
      about: { diagnosis: { message: 'the registry denied the push' } },
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 1: the registry denied the push',
        hint: look,
      },
    },
    {
      name: 'before it built anything is retried',
      outcome: failed({}),
      about: { diagnosis: { message: 'too many requests', hint: 'Wait.', beforeBuild: true } },
      expected: {
        kind: 'lost',
        message: 'the builder ended with exit code 1: too many requests',
        hint: 'Wait.',
      },
    },
    {
      name: 'before it built anything, as it seems, is not retried',
      outcome: failed({}),
      about: { diagnosis: { message: 'too many requests', hint: 'Wait.', beforeBuild: false } },
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 1: too many requests',
        hint: 'Wait.',
      },
    },
    {
      name: 'has the signal that killed it',
      outcome: failed({ exitCode: 143 }),
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 143 (killed by signal 15)',
        hint: look,
      },
    },
    {
      name: 'has no signal for exit code 128',
      outcome: failed({ exitCode: 128 }),
      expected: { kind: 'build', message: 'the builder ended with exit code 128', hint: look },
    },
    {
      name: 'has no signal for exit code 255',
      outcome: failed({ exitCode: 255 }),
      expected: { kind: 'build', message: 'the builder ended with exit code 255', hint: look },
    },
    {
      name: 'that did not receive the whole stream is retried',
      outcome: failed({}, 0, false),
      about: { diagnosis: { message: 'unexpected end of the archive', transport: true } },
      expected: {
        kind: 'lost',
        message: 'the builder ended with exit code 1: unexpected end of the archive',
        hint: tryAgain,
      },
    },
    {
      name: 'that prints about an incomplete stream, but got all of it, is not retried',
      outcome: failed({}),
      about: { diagnosis: { message: 'unexpected end of the archive', transport: true } },
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 1',
        hint: look,
      },
    },
    {
      name: 'has the same message whatever its termination message is: a build can print it',
      outcome: failed({
        message: 'error resolving source context: gzip: invalid header OOMKilled',
      }),
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 1',
        hint: look,
      },
    },
    {
      name: 'without a diagnosis after its connection was lost is retried',
      outcome: failed({}, 100, false, new BuildError('lost', 'the connection was lost')),
      expected: {
        kind: 'lost',
        message:
          'the builder ended with exit code 1, after 100 bytes of its stdin: the connection was lost',
        hint: 'Look at the output of the builder in the group "Build"; if it gives no reason, run the step again.',
      },
    },
    {
      name: 'with a diagnosis after its connection was lost is not retried',
      outcome: failed({}, 100, false, new BuildError('lost', 'the connection was lost')),
      about: { diagnosis },
      expected: {
        kind: 'build',
        message: 'the builder ended with exit code 1: RUN make ended with exit code 3',
        hint: diagnosis.hint,
        line: 4,
      },
    },
    {
      name: 'that ran out of memory has its limit instead of the diagnosis',
      outcome: failed({ exitCode: 137, reason: 'OOMKilled' }),
      about: { memoryLimit: '4Gi', diagnosis },
      expected: {
        kind: 'build',
        message: 'the builder was killed with exit code 137: it exceeded its memory limit of 4Gi',
        hint: "Raise 'limits.memory' in 'resources'.",
      },
    },
    {
      name: 'that ran out of memory without a limit',
      outcome: failed({ exitCode: 137, reason: 'OOMKilled' }),
      expected: {
        kind: 'build',
        message: 'the builder was killed with exit code 137: its node ran out of memory',
        hint: "Set 'requests.memory' in 'resources', so that the pod gets a node with enough memory.",
      },
    },
    {
      name: 'that ran out of memory has the limit that the cluster has set',
      outcome: failed({ exitCode: 137, reason: 'OOMKilled', memoryLimit: '512Mi' }),
      expected: {
        kind: 'build',
        message: 'the builder was killed with exit code 137: it exceeded its memory limit of 512Mi',
        hint: "Raise 'limits.memory' in 'resources'.",
      },
    },
    {
      name: 'that could not be started under CRI-O',
      outcome: failed({ exitCode: 128, reason: 'ContainerCannotRun', message: 'no such file' }),
      expected: {
        kind: 'build',
        message: 'the builder could not be started (exit code 128): no such file',
        hint: "Correct 'builder-command' or 'builder-image'.",
      },
    },
  ])('$name', ({ outcome, about, expected }) => {
    expect(messageOf(outcome, about)).toEqual(expected);
  });
});

describe('a lost pod', () => {
  const lost = (reason: string, message = ''): Exclude<Outcome, { kind: 'succeeded' }> => ({
    kind: 'pod-lost',
    reason,
    message,
  });

  test('with an unknown reason is not retried', () => {
    expect(messageOf(lost('NewInThisVersion'))).toEqual({
      kind: 'build',
      message: 'the pod was terminated before the builder ended (NewInThisVersion)',
      hint: tryAgain,
    });
  });

  test('that no longer exists', () => {
    expect(messageOf({ kind: 'pod-gone' })).toEqual({
      kind: 'build',
      message: 'the pod no longer exists: another client deleted it before the builder ended',
      hint: 'Check which user or controller deletes pods in this namespace.',
    });
  });
});

describe('an upload that was lost', () => {
  const cause = new BuildError('attach', 'the connection was lost after 100 bytes');
  const ended: EndedState = {
    kind: 'ended',
    exitCode: 0,
    reason: 'Completed',
    message: '',
    node: 'lab',
  };

  test.each<{
    name: string;
    outcome: Exclude<Outcome, { kind: 'succeeded' }>;
    message: string;
    hint: string;
  }>([
    {
      name: 'while the builder ran',
      outcome: { kind: 'upload-lost', cause },
      message: 'the connection was lost after 100 bytes',
      hint: tryAgain,
    },
    {
      name: 'before the builder ended with exit code 0',
      outcome: { kind: 'unconfirmed', ended, cause },
      message:
        'the builder ended with exit code 0, but its stdin was not delivered completely: the connection was lost after 100 bytes',
      hint: 'Run the step again. If it fails every time, make the command read all of stdin.',
    },
  ])('$name is retried and keeps its cause', ({ outcome, message, hint }) => {
    expect(messageOf(outcome)).toEqual({ kind: 'lost', message, hint });
    expect(outcomeError(outcome, context).cause).toBe(cause);
  });

  test.each([401, 403])('an attach that is still refused with %d keeps its error', (code) => {
    const refusal = new BuildError('cluster', 'attaching failed', {
      code,
      hint: 'Grant the permission.',
    });
    expect(outcomeError({ kind: 'upload-lost', cause: refusal }, context)).toBe(refusal);
  });

  test('an attach whose upgrade was dropped keeps its error', () => {
    const refusal = new BuildError('cluster', 'attaching failed: Upgrade request required', {
      code: 400,
      hint: 'Let WebSockets pass.',
    });
    expect(outcomeError({ kind: 'upload-lost', cause: refusal }, context)).toBe(refusal);
  });
});
