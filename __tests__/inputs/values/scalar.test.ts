import { expect, test } from '@jest/globals';
import { parseBoolean, parseChoice, parseInteger } from '../../../src/inputs/values/scalar.ts';
import { problemsOf } from '../../support/problems.ts';

test.each([
  { text: 'true', expected: true },
  { text: 'True', expected: true },
  { text: 'TRUE', expected: true },
  { text: 'false', expected: false },
  { text: 'False', expected: false },
  { text: 'FALSE', expected: false },
])('parseBoolean reads $text', ({ text, expected }) => {
  expect(parseBoolean(text)).toBe(expected);
});

test.each(['yes', 'on', '1', '', 'tRUE'])('parseBoolean refuses "%s"', (text) => {
  expect(problemsOf(() => parseBoolean(text))).toEqual([
    { text: `"${text}" is not a boolean`, hint: 'Use true or false.' },
  ]);
});

test.each([
  { text: '2', expected: 2 },
  { text: '10', expected: 10 },
  { text: '007', expected: 7 },
])('parseInteger reads $text', ({ text, expected }) => {
  expect(parseInteger(text, 2, 10)).toBe(expected);
});

test.each(['1', '11', '-3', '2.5', '1e1', '0x3', '', 'three'])(
  'parseInteger refuses "%s"',
  (text) => {
    expect(problemsOf(() => parseInteger(text, 2, 10))).toEqual([
      { text: `"${text}" is not a whole number from 2 to 10`, hint: 'Use a number from 2 to 10.' },
    ]);
  },
);

test('parseChoice accepts only the exact value', () => {
  const choices = ['never', 'always'];
  expect(parseChoice('always', choices)).toBe('always');
  expect(problemsOf(() => parseChoice('Always', choices))).toEqual([
    { text: '"Always" is not a supported value', hint: 'Use always.' },
  ]);
});
