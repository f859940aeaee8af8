import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { createPod, isRefusal } from '../../src/pod/create.ts';
import { orAborted } from '../../src/time/abort.ts';
import { turn, VirtualClock } from '../support/clock.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { recordedPod } from '../support/pods.ts';

const pod = recordedPod('container-creating');

test.each([
  { name: 'an invalid pod', code: 400, isRefused: true },
  { name: 'invalid credentials', code: 401, isRefused: true },
  { name: 'a missing RBAC permission', code: 403, isRefused: true },
  { name: 'a missing namespace', code: 404, isRefused: true },
  { name: 'a field with an invalid value', code: 422, isRefused: true },
  { name: 'a name that exists', code: 409, isRefused: false },
  { name: 'a server error', code: 500, isRefused: false },
  { name: 'a lost response', code: undefined, isRefused: false },
])(
  'a create that fails with $name ($code) is a refusal: $isRefused',
  async ({ code, isRefused }) => {
    const failure = new BuildError(
      'cluster',
      'creating failed',
      code === undefined ? {} : { code },
    );
    const cluster = new ClusterDouble({ createPod: () => Promise.reject(failure) });
    const created = createPod(cluster, pod, new VirtualClock(), new AbortController().signal);
    await expect(created).rejects.toBe(failure);
    expect(isRefusal(failure)).toBe(isRefused);
  },
);

test('throws the reason of a cancellation although the create succeeds within three seconds after it', async () => {
  const clock = new VirtualClock();
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const answer = Promise.withResolvers<typeof pod>();
  let request: AbortSignal | undefined;
  const cluster = new ClusterDouble({
    createPod: (_pod, signal) => {
      request = signal;
      return answer.promise;
    },
  });
  const created = createPod(cluster, pod, clock, cancel.signal);
  created.catch(() => undefined);
  cancel.abort(reason);
  await clock.advance(2_999);
  expect(request?.aborted).toBe(false);
  answer.resolve(pod);
  await expect(created).rejects.toBe(reason);
  await turn();
  expect(clock.sleeping).toBe(0);
  expect(getEventListeners(cancel.signal, 'abort')).toEqual([]);
});

test('aborts a create without a response three seconds after a cancellation', async () => {
  const clock = new VirtualClock();
  const cancel = new AbortController();
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const cluster = new ClusterDouble({
    createPod: (_pod, signal) => orAborted(new Promise<never>(() => undefined), signal),
  });
  const created = createPod(cluster, pod, clock, cancel.signal);
  created.catch(() => undefined);
  await clock.advance(60_000);
  cancel.abort(reason);
  await clock.advance(3_000);
  await expect(created).rejects.toBe(reason);
  expect(clock.sleeping).toBe(0);
});

test('creates no pod if the signal is already aborted', async () => {
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const cluster = new ClusterDouble();
  const created = createPod(cluster, pod, new VirtualClock(), AbortSignal.abort(reason));
  await expect(created).rejects.toBe(reason);
  expect(cluster.calls).toEqual([]);
});
