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

const manyAliases = (count: number): string =>
  Array.from(
    { length: count },
    (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`,
  ).join('\n');

test.each([
  { name: 'that double a list', text: `a0: &a0 [x]\n${manyAliases(25)}` },
  { name: 'of a long text', text: `a: &a "${'x'.repeat(1_000)}"\nb: [${'*a, '.repeat(1_000)}]` },
  {
    name: 'of a long text in a key',
    text: `a: &a "${'x'.repeat(1_000)}"\n? [${'*a, '.repeat(1_000)}]\n: b`,
  },
])('refuses aliases $name', ({ text }) => {
  expect(problemsOf(() => loadYaml(text, hint))).toEqual([
    {
      text: 'its aliases repeat too much',
      hint: 'Write the values out instead of using aliases.',
    },
  ]);
});

test.each([{ text: '&a [*a]' }, { text: 'a: &a\n  b:\n    - c: *a' }])(
  'refuses an alias in itself: $text',
  ({ text }) => {
    expect(problemsOf(() => loadYaml(text, hint))).toMatchObject([
      { text: 'an alias in it is a part of itself' },
    ]);
  },
);

test('reads a thousand aliases of a mapping', () => {
  const lines = Array.from({ length: 1_000 }, (_, index) => `k${index}: *a`);
  const document = loadYaml(`a: &a {x: 1, y: 2}\n${lines.join('\n')}`, hint);
  expect(document).toHaveProperty('k999', { x: 1, y: 2 });
});
