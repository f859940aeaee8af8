import { expect, test } from '@jest/globals';
import { JobDouble } from '../../runner/job-double.ts';
import { SavedPods } from '../../src/pod/saved-pods.ts';

test('saves the list of pods after every change', () => {
  const job = new JobDouble();
  const memory = new SavedPods(job);
  const first = { namespace: 'builds', name: 'kbp-one' };
  const second = { namespace: 'builds', name: 'kbp-two' };
  memory.add(first);
  memory.add(second);
  memory.forget(first);
  memory.forget(second);
  expect(job.remembered).toEqual([[first], [first, second], [second], []]);
});
