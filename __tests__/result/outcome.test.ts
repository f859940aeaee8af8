import { expect, test } from '@jest/globals';
import type { AttachEnd } from '../../src/attach/pump.ts';
import { BuildError } from '../../src/errors.ts';
import type { PodState } from '../../src/pod/state/state.ts';
import { decideOutcome, type Outcome } from '../../src/result/outcome.ts';

function ended(exitCode: number): PodState & { kind: 'ended' } {
  return { kind: 'ended', exitCode, reason: '', message: 'sha256:1', node: 'lab' };
}

const cause = new BuildError('lost', 'the connection was lost');
const refusal = new BuildError('attach', 'the cluster ended the connection');
const refused: AttachEnd = {
  bytesSent: 100,
  acknowledged: false,
  isSent: false,
  unreached: false,
  failure: refusal,
};
const complete: AttachEnd = { bytesSent: 300, isSent: true, acknowledged: true, unreached: false };
const broken: AttachEnd = {
  bytesSent: 100,
  isSent: false,
  acknowledged: false,
  unreached: false,
  failure: cause,
};
const unfinished: AttachEnd = {
  bytesSent: 100,
  isSent: false,
  acknowledged: false,
  unreached: false,
};

test.each<{
  name: string;
  state: PodState;
  upload: AttachEnd | undefined;
  expected: Outcome;
}>([
  {
    name: 'exit code 0 and an acknowledged upload: success',
    state: ended(0),
    upload: complete,
    expected: { kind: 'succeeded', ended: ended(0) },
  },
  {
    name: 'an end is final although its reason can still change',
    state: { kind: 'ending', end: ended(0) },
    upload: complete,
    expected: { kind: 'succeeded', ended: ended(0) },
  },
  {
    name: 'exit code 0 after a lost upload is unconfirmed',
    state: ended(0),
    upload: broken,
    expected: { kind: 'unconfirmed', ended: ended(0), cause },
  },
  {
    name: 'exit code 0 before all of stdin was read is unconfirmed',
    state: ended(0),
    upload: unfinished,
    expected: { kind: 'unconfirmed', ended: ended(0), cause: undefined },
  },
  {
    name: 'exit code 0 before the upload began is unconfirmed',
    state: ended(0),
    upload: undefined,
    expected: { kind: 'unconfirmed', ended: ended(0), cause: undefined },
  },
  {
    name: 'another exit code is a failure after a complete upload',
    state: ended(7),
    upload: complete,
    expected: {
      kind: 'failed',
      ended: ended(7),
      bytesSent: 300,
      contextComplete: true,
      cut: undefined,
    },
  },
  {
    name: 'another exit code after a lost connection has the connection error',
    state: ended(1),
    upload: broken,
    expected: {
      kind: 'failed',
      ended: ended(1),
      bytesSent: 100,
      contextComplete: false,
      cut: cause,
    },
  },
  {
    name: 'another exit code after a connection that the cluster closed has no connection error',
    state: ended(1),
    upload: refused,
    expected: {
      kind: 'failed',
      ended: ended(1),
      bytesSent: 100,
      contextComplete: false,
      cut: undefined,
    },
  },
  {
    name: 'another exit code before the upload began',
    state: ended(128),
    upload: undefined,
    expected: {
      kind: 'failed',
      ended: ended(128),
      bytesSent: 0,
      contextComplete: false,
      cut: undefined,
    },
  },
  {
    name: 'a lost pod after a complete upload',
    state: { kind: 'lost', reason: 'Evicted', message: 'low on memory' },
    upload: complete,
    expected: { kind: 'pod-lost', reason: 'Evicted', message: 'low on memory' },
  },
  {
    name: 'a pod that no longer exists, after a complete upload',
    state: { kind: 'gone' },
    upload: complete,
    expected: { kind: 'pod-gone' },
  },
  {
    name: 'an upload that is lost while the container runs',
    state: { kind: 'running', node: 'lab' },
    upload: broken,
    expected: { kind: 'upload-lost', cause },
  },
  {
    name: 'a container that still runs after a complete upload is not a success',
    state: { kind: 'running', node: 'lab' },
    upload: complete,
    expected: { kind: 'pod-lost', reason: 'Unknown', message: 'the container has not ended' },
  },
  {
    name: 'a container that never ran is not a success',
    state: { kind: 'starting', reason: 'Pending', message: '' },
    upload: undefined,
    expected: { kind: 'pod-lost', reason: 'Unknown', message: 'the container has not ended' },
  },
])('$name', ({ state, upload, expected }) => {
  expect(decideOutcome(state, upload)).toStrictEqual(expected);
});
