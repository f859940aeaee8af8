import { expect, test } from '@jest/globals';
import { parseTemplate } from '../../../src/inputs/values/template.ts';
import { problemsOf } from '../../support/problems.ts';

const spec = { hostUsers: false };

test.each([
  { name: 'a Pod', text: 'kind: Pod\nspec: { hostUsers: false }', expected: { kind: 'Pod', spec } },
  { name: 'a document without a kind', text: '{"spec": {"hostUsers": false}}', expected: { spec } },
  {
    name: 'the template of a PodTemplate',
    text: 'kind: PodTemplate\ntemplate: { spec: { hostUsers: false } }',
    expected: { spec },
  },
])('reads $name', ({ text, expected }) => {
  expect(parseTemplate(text)).toEqual(expected);
});

const hint = 'Use the manifest of a Pod, a mapping with metadata and spec.';

test.each([
  { name: 'a list', text: '- spec', problem: { text: 'it is not a mapping', hint } },
  {
    name: 'a PodTemplate without a template',
    text: 'kind: PodTemplate\nspec: {}',
    problem: { text: 'the PodTemplate has no template', hint },
  },
  {
    name: 'another kind',
    text: 'kind: Deployment',
    problem: {
      text: 'the kind "Deployment" is not supported',
      hint: 'Use kind: Pod, or remove the field.',
    },
  },
  {
    name: 'a kind that is a number',
    text: 'kind: 7',
    problem: { text: 'its kind is not a string', hint: 'Use kind: Pod, or remove the field.' },
  },
])('refuses $name', ({ text, problem }) => {
  expect(problemsOf(() => parseTemplate(text))).toEqual([problem]);
});
