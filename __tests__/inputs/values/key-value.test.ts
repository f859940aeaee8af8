import { expect, test } from '@jest/globals';
import {
  parseAttributes,
  parseKeyValue,
  parseLabel,
  parseVariable,
} from '../../../src/inputs/values/key-value.ts';
import { problemsOf } from '../../support/problems.ts';

test.each([
  { text: 'A=1', expected: { key: 'A', value: '1' } },
  { text: 'A=b=c', expected: { key: 'A', value: 'b=c' } },
  { text: 'A=', expected: { key: 'A', value: '' } },
  { text: 'A = 1', expected: { key: 'A', value: '1' } },
])('parseKeyValue reads $text', ({ text, expected }) => {
  expect(parseKeyValue(text)).toEqual(expected);
});

test.each([
  {
    text: 'secret line',
    problem: {
      text: 'the element has no "="',
      hint: 'Write KEY=VALUE; enclose the whole element in double quotes if it has several lines.',
    },
  },
  { text: '=x', problem: { text: 'the element has no key before "="', hint: 'Write KEY=VALUE.' } },
])('parseKeyValue refuses $text without quoting it', ({ text, problem }) => {
  expect(problemsOf(() => parseKeyValue(text))).toEqual([problem]);
});

test.each([
  { name: 'a pair', text: 'A=1', expected: { key: 'A', value: '1' } },
  {
    name: 'a name that the environment has',
    text: 'HOME',
    expected: { key: 'HOME', value: '/root' },
  },
  { name: 'a name that it has empty', text: 'EMPTY', expected: { key: 'EMPTY', value: '' } },
  { name: 'a name that it does not have', text: 'NOPE', expected: undefined },
])('parseVariable reads $name', ({ text, expected }) => {
  const environment: Record<string, string> = { HOME: '/root', EMPTY: '' };
  expect(parseVariable(text, (name) => environment[name])).toEqual(expected);
});

test('parseVariable refuses a line of a broken element', () => {
  expect(problemsOf(() => parseVariable('two words', () => ''))).toEqual([
    {
      text: 'the element has no "=" and is not the name of an environment variable',
      hint: 'Write KEY=VALUE or KEY; enclose the whole element in double quotes if it has several lines.',
    },
  ]);
});

test.each([
  { text: 'A=1', expected: { key: 'A', value: '1' } },
  { text: 'A', expected: { key: 'A', value: '' } },
])('parseLabel reads $text', ({ text, expected }) => {
  expect(parseLabel(text)).toEqual(expected);
});

test('an attribute has one value', () => {
  expect([...parseAttributes('type=registry, ref=a/b,ref=a/b')]).toEqual([
    ['type', 'registry'],
    ['ref', 'a/b'],
  ]);
  expect(problemsOf(() => parseAttributes('ref=a/b,ref=a/c'))).toEqual([
    { text: '"ref" is set twice, with different values', hint: 'Remove one of them.' },
  ]);
});
