import { expect, test } from '@jest/globals';
import { oneLine } from '../../src/text/one-line.ts';

test.each([
  { text: ' plain ', expected: ' plain ' },
  { text: 'one\r\n\ntwo', expected: 'one two' },
  { text: 'a\u001b[31mb\u0000\u0085', expected: 'a\uFFFD[31mb\uFFFD\uFFFD' },
  { text: '\n::error::x', expected: ' ::error::x' },
  { text: 'x'.repeat(3_000), expected: `${'x'.repeat(2_000)}…` },
])('returns $expected', ({ text, expected }) => {
  expect(oneLine(text)).toBe(expected);
});
