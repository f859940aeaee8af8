import { expect, test } from '@jest/globals';
import { describeResult } from '../../runner/describe-result.ts';

test('both steps and the outputs, one a line', () => {
  const outputs = { digest: 'sha256:0123', metadata: '{\n  "a": 1\n}' };
  expect(describeResult({ main: 0, post: 0, outputs }).split('\n')).toEqual([
    'build step succeeded (exit code 0)',
    'post step succeeded (exit code 0)',
    'outputs:',
    '  digest=sha256:0123',
    String.raw`  metadata="{\n  \"a\": 1\n}"`,
  ]);
});

test('a failed step without outputs', () => {
  expect(describeResult({ main: 137, post: 1, outputs: {} }).split('\n')).toEqual([
    'build step failed (exit code 137)',
    'post step failed (exit code 1)',
    'no outputs',
  ]);
});
