import { expect, test } from '@jest/globals';
import { toPod } from '../../../src/io/kube/pod-json.ts';

test('shortens messages of Kubernetes, but not the termination message of a container', () => {
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

test('does not add a status', () => {
  expect(toPod({ kind: 'Pod' })).toEqual({ kind: 'Pod' });
});

test('refuses anything but a pod', () => {
  expect(() => toPod({ kind: 'Status' })).toThrow(
    'unexpected response (kind Status instead of Pod)',
  );
  expect(() => toPod(null)).toThrow('unexpected response (not a Pod)');
});
