import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { createPod, isRefusal } from '../../src/pod/create.ts';
import { turn, VirtualClock } from '../support/clock.ts';
import { ClusterDouble } from '../support/cluster.ts';
import { recordedPod } from '../support/pods.ts';

const pod = recordedPod('container-creating');

test.each([
  { name: 'a wrong pod', code: 400, isRefused: true },
  { name: 'a wrong login', code: 401, isRefused: true },
  { name: 'a missing right', code: 403, isRefused: true },
  { name: 'a missing namespace', code: 404, isRefused: true },
  { name: 'a forbidden value', code: 422, isRefused: true },
  { name: 'a name that is taken', code: 409, isRefused: false },
  { name: 'a server that has failed', code: 500, isRefused: false },
  { name: 'a lost answer', code: undefined, isRefused: false },
])('$name ($code) leaves nothing behind for sure: $isRefused', async ({ code, isRefused }) => {
  const failure = new BuildError('cluster', 'creating failed', code === undefined ? {} : { code });
  const cluster = new ClusterDouble({ createPod: () => Promise.reject(failure) });
  const created = createPod(cluster, pod, new VirtualClock(), new AbortController().signal);
  await expect(created).rejects.toBe(failure);
  expect(isRefusal(failure)).toBe(isRefused);
});

test('a create that goes well in the three seconds after a cancel ends with the reason of the cancel', async () => {
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

test('an aborted signal creates nothing', async () => {
  const reason = new BuildError('cancelled', 'the job was cancelled');
  const cluster = new ClusterDouble();
  const created = createPod(cluster, pod, new VirtualClock(), AbortSignal.abort(reason));
  await expect(created).rejects.toBe(reason);
  expect(cluster.calls).toEqual([]);
});
