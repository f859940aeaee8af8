import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { Sight } from '../../src/pod/sight.ts';
import { VirtualClock } from '../support/clock.ts';

const problem = new BuildError('cluster', 'watching the pod failed: ECONNREFUSED');
const running = { kind: 'running', node: 'lab' } as const;

test('what is known of the pod is said with what keeps it from being read', () => {
  const sight = new Sight(new VirtualClock(), () => Promise.resolve());
  expect(sight.describe(running)).toBe('running on node lab');
  sight.told(problem);
  expect(sight.problem).toBe(problem);
  expect(sight.describe(running)).toBe(
    'running on node lab, but watching the pod failed: ECONNREFUSED',
  );
  sight.told(undefined);
  expect(sight.problem).toBeUndefined();
  expect(sight.describe(running)).toBe('running on node lab');
});

test('a problem that lasts is noted, and its end too', async () => {
  const clock = new VirtualClock();
  const notes: string[] = [];
  const sight = new Sight(clock, (text) => {
    notes.push(text);
    return Promise.resolve();
  });
  sight.told(problem);
  await clock.advance(15_000);
  sight.told(problem);
  sight.told(undefined);
  expect(notes).toEqual([
    "the pod's state cannot be read at present: watching the pod failed: ECONNREFUSED",
    "the pod's state can be read again",
  ]);
});

test('a log that is gone ends nothing here', async () => {
  const clock = new VirtualClock();
  const sight = new Sight(clock, () => Promise.reject(new Error('EPIPE')));
  sight.told(problem);
  await clock.advance(15_000);
  sight.told(problem);
  await clock.advance(0);
  expect(sight.problem).toBe(problem);
});
