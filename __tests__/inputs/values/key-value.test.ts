import { expect, test } from '@jest/globals';
import {
  parseAttributes,
  parseKeyValue,
  parseLabel,
  parseVariable,
} from '../../../src/inputs/values/key-value.ts';
import { parse } from '../../support/inputs.ts';
import { problemsOf } from '../../support/problems.ts';

test.each([
  { text: 'A=1', expected: { key: 'A', value: '1' } },
  { text: 'A=b=c', expected: { key: 'A', value: 'b=c' } },
  { text: 'A=', expected: { key: 'A', value: '' } },
  { text: 'A = 1', expected: { key: 'A', value: ' 1' } },
  { text: 'A= lead', expected: { key: 'A', value: ' lead' } },
  { text: 'A=\ttab ', expected: { key: 'A', value: '\ttab ' } },
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

test('white space around the attributes of an element has no meaning', () => {
  expect([...parseAttributes('type = registry, ref= acme/app')]).toEqual([
    ['type', 'registry'],
    ['ref', 'acme/app'],
  ]);
});

test.each(['build-args', 'labels', 'annotations', 'builder-env', 'pod-annotations'] as const)(
  'a value in %s keeps the space at its beginning',
  (name) => {
    const { image, builder, pod } = parse({ [name]: 'a= lead\n"b=\ttab"' });
    const found = {
      'build-args': image.buildArgs,
      labels: image.labels,
      annotations: image.annotations,
      'builder-env': builder.env,
      'pod-annotations': Object.entries(pod.annotations).map(([key, value]) => ({ key, value })),
    }[name];
    expect(found).toEqual([
      { key: 'a', value: ' lead' },
      { key: 'b', value: '\ttab' },
    ]);
  },
);

test.each(['node-selector', 'pod-labels'] as const)('%s has no spaces', (name) => {
  const { pod } = parse({ [name]: 'a = b' });
  expect({ 'node-selector': pod.nodeSelector, 'pod-labels': pod.labels }[name]).toEqual({ a: 'b' });
});
