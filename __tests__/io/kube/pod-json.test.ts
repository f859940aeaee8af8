import { expect, test } from '@jest/globals';
import { toPod } from '../../../src/io/kube/pod-json.ts';

test('cuts what the cluster says about a pod, and nothing that a container has left behind', () => {
  const long = 'x'.repeat(4_000);
  const cut = `${'x'.repeat(2_000)}…`;
  const status = (message: string): object => ({
    phase: 'Pending',
    message,
    conditions: [{ type: 'PodScheduled', message }],
    containerStatuses: [
      { name: 'builder', state: { waiting: { reason: 'ErrImagePull', message } } },
      { name: 'other', state: { terminated: { exitCode: 0, message: long } } },
    ],
  });
  const pod = { kind: 'Pod', metadata: { name: 'kbp-x' }, spec: { containers: [] } };
  expect(toPod({ ...pod, status: status(long) })).toEqual({ ...pod, status: status(cut) });
});

test('a pod without a status stays without one', () => {
  expect(toPod({ kind: 'Pod' })).toEqual({ kind: 'Pod' });
});

test('anything else is no pod', () => {
  expect(() => toPod({ kind: 'Status' })).toThrow(
    'the server answered with Status instead of a pod',
  );
  expect(() => toPod(null)).toThrow('the server answered with something else instead of a pod');
});
