import { expect, test } from '@jest/globals';
import {
  parseAnnotation,
  parseAttributes,
  parseKeyValue,
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
  { text: 'org.x=a:b', expected: { key: 'org.x', value: 'a:b' } },
  { text: 'manifest:org.x=a', expected: { key: 'org.x', value: 'a' } },
])('parseAnnotation reads $text', ({ text, expected }) => {
  expect(parseAnnotation(text)).toEqual(expected);
});

test.each([
  { text: 'index:org.x=a', level: 'index' },
  { text: 'manifest,index:org.x=a', level: 'manifest,index' },
  { text: 'manifest-descriptor:org.x=a', level: 'manifest-descriptor' },
  { text: 'manifest[linux/amd64]:org.x=a', level: 'manifest[linux/amd64]' },
])('parseAnnotation refuses $text', ({ text, level }) => {
  expect(problemsOf(() => parseAnnotation(text))).toEqual([
    {
      text: `the annotation "org.x" is for ${level}, but only annotations of the manifest are supported`,
      hint: 'Write manifest:KEY=VALUE or KEY=VALUE.',
    },
  ]);
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
