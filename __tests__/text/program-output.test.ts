import { expect, test } from '@jest/globals';
import { afterColon, programOutput } from '../../src/text/program-output.ts';

test.each([
  { name: 'is one line', output: 'trace\n  it failed \r\n\n', expected: 'trace it failed' },
  { name: 'has no secrets', output: 'bad secret secret-2', expected: 'bad *** ***' },
  {
    name: 'has no secrets of several lines',
    output: 'a\n-----BEGIN KEY-----\nabc\n-----END KEY-----\nb',
    expected: 'a *** b',
  },
  { name: 'has no colours', output: '\u001b[31mred\u001b[0m\u0007', expected: 'red' },
  { name: 'is whole', output: 'word '.repeat(400), expected: 'word '.repeat(400).trim() },
  {
    name: 'has a beginning and an end',
    output: `${'a'.repeat(5_000)}${'z'.repeat(5_000)}`,
    expected: `${'a'.repeat(600)} … ${'z'.repeat(1_400)}`,
  },
  { name: 'is empty without output', output: '\n', expected: '' },
])('the output of a program $name', ({ output, expected }) => {
  expect(programOutput(output, ['secret', 'secret-2'])).toBe(expected);
});

test('appends an output to a message', () => {
  expect(afterColon('why\n', [])).toBe(': why');
  expect(afterColon('\n', [])).toBe('');
});
