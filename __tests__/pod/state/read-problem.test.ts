import { expect, test } from '@jest/globals';
import { BuildError } from '../../../src/errors.ts';
import { StateReadProblem } from '../../../src/pod/state/read-problem.ts';
import { VirtualClock } from '../../support/clock.ts';

const problem = new BuildError('cluster', 'watching the pod failed: ECONNREFUSED');
const running = { kind: 'running', node: 'lab' } as const;

test('describes the last state together with the problem', () => {
  const readProblem = new StateReadProblem(new VirtualClock(), () => Promise.resolve());
  expect(readProblem.describe(running)).toBe('running on node lab');
  readProblem.changed(problem);
  expect(readProblem.problem).toBe(problem);
  expect(readProblem.describe(running)).toBe(
    'running on node lab, but watching the pod failed: ECONNREFUSED',
  );
  readProblem.changed(undefined);
  expect(readProblem.problem).toBeUndefined();
  expect(readProblem.describe(running)).toBe('running on node lab');
});

test('reports a problem that lasts, and its end', async () => {
  const clock = new VirtualClock();
  const notes: string[] = [];
  const readProblem = new StateReadProblem(clock, (text) => {
    notes.push(text);
    return Promise.resolve();
  });
  readProblem.changed(problem);
  await clock.advance(15_000);
  readProblem.changed(problem);
  readProblem.changed(undefined);
  expect(notes).toEqual([
    'the pod status cannot be read at present: watching the pod failed: ECONNREFUSED',
    'the pod status can be read again',
  ]);
});

test('ignores a log that cannot be written', async () => {
  const clock = new VirtualClock();
  const readProblem = new StateReadProblem(clock, () => Promise.reject(new Error('EPIPE')));
  readProblem.changed(problem);
  await clock.advance(15_000);
  readProblem.changed(problem);
  await clock.advance(0);
  expect(readProblem.problem).toBe(problem);
});
