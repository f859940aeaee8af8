import { expect, test } from '@jest/globals';
import { parseTolerations } from '../../../src/inputs/values/tolerations.ts';
import { problemsOf } from '../../support/problems.ts';

const example = 'Write key=a,operator=Exists,effect=NoSchedule;…, or a YAML list.';

test.each([
  {
    name: 'the notation of buildx',
    text: 'key=a,operator=Exists,effect=NoSchedule;key=b,value=c',
    expected: [
      { key: 'a', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'b', value: 'c' },
    ],
  },
  {
    name: 'one on each line',
    text: '# builders\nkey=a,operator=Exists\nkey=b,value=c,tolerationSeconds=60;\n',
    expected: [
      { key: 'a', operator: 'Exists' },
      { key: 'b', value: 'c', tolerationSeconds: 60 },
    ],
  },
  {
    name: 'YAML',
    text: '- key: a\n  operator: Equal\n  value: true\n- operator: Exists',
    expected: [{ key: 'a', operator: 'Equal', value: 'true' }, { operator: 'Exists' }],
  },
  { name: 'JSON', text: '[{"key": "a", "value": "1"}]', expected: [{ key: 'a', value: '1' }] },
])('reads $name', ({ text, expected }) => {
  expect(parseTolerations(text)).toEqual(expected);
});

test.each([
  {
    name: 'an unknown field',
    text: 'key=a\nkey=b,efect=NoSchedule',
    problems: [{ line: 2, text: '"efect" is not a field of a toleration', hint: 'Use effect.' }],
  },
  {
    name: 'an unknown effect in YAML',
    text: '- key: a\n- key: b\n  effect: Noschedul',
    problems: [
      { text: 'element 2: "Noschedul" is not a value of effect', hint: 'Use NoSchedule.' },
    ],
  },
  {
    name: 'Exists with a value',
    text: 'key=a,operator=Exists,value=x',
    problems: [
      {
        line: 1,
        text: 'the operator "Exists" does not accept a value',
        hint: 'Remove the value, or use the operator Equal.',
      },
    ],
  },
  {
    name: 'no key',
    text: 'effect=NoSchedule',
    problems: [
      {
        line: 1,
        text: 'the toleration has no key',
        hint: 'Add the key of the taint, or use the operator Exists.',
      },
    ],
  },
  {
    name: 'seconds that are not a number',
    text: 'key=a,tolerationSeconds=long',
    problems: [
      {
        line: 1,
        text: 'tolerationSeconds is not a whole number',
        hint: 'Write seconds, for example 300.',
      },
    ],
  },
  { name: 'a word', text: 'NoSchedule', problems: [{ text: 'it is not a list', hint: example }] },
  {
    name: 'an element that is not a mapping',
    text: '- a',
    problems: [{ text: 'element 1: it is not a mapping', hint: example }],
  },
  {
    name: 'broken YAML',
    text: '- key: a\n- }\n',
    problems: [{ text: expect.stringContaining('it is not YAML: '), line: 2, hint: example }],
  },
])('refuses $name', ({ text, problems }) => {
  expect(problemsOf(() => parseTolerations(text))).toEqual(problems);
});
