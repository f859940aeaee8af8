import { expect, test } from '@jest/globals';
import { loadYaml } from '../../src/text/yaml.ts';
import { problemsOf } from '../support/problems.ts';

const hint = 'Use YAML.';

test.each([
  { name: 'YAML', text: 'a: [1]', expected: { a: [1] } },
  { name: 'JSON', text: '{"a": [1]}', expected: { a: [1] } },
  { name: 'an empty text', text: '', expected: undefined },
  { name: 'a date as text', text: 'a: 2024-01-01', expected: { a: '2024-01-01' } },
  {
    name: 'a merge key',
    text: 'a: &a {x: 1}\nb: {<<: *a, y: 2}',
    expected: { a: { x: 1 }, b: { x: 1, y: 2 } },
  },
])('reads $name', ({ text, expected }) => {
  expect(loadYaml(text, hint)).toEqual(expected);
});

test.each([
  {
    name: 'a flow collection that is not closed, at the line after the last',
    text: 'a:\n  b: [',
    line: 3,
    problem: 'unexpected end of the stream within a flow collection',
  },
  { name: 'an unknown alias', text: 'a: *s3cret', line: 1, problem: 'unidentified alias …' },
  { name: 'an unknown tag', text: 'a: !<s3cret> b', line: 1, problem: 'unknown tag …' },
  { name: 'binary data', text: 'a: !!binary czNjcmV0', line: 1, problem: 'unknown tag …' },
  { name: 'several documents', text: 'a: 1\n---\nb: 2', problem: 'expected a single document' },
])('reports $name without quoting the text', ({ text, line, problem }) => {
  const problems = problemsOf(() => loadYaml(text, hint));
  expect(problems).toMatchObject([{ hint, ...(line !== undefined && { line }) }]);
  expect(JSON.stringify(problems)).toContain(`it is not YAML: ${problem}`);
  expect(JSON.stringify(problems)).not.toContain('s3cret');
});
