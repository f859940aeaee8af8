import { describe, expect, test } from '@jest/globals';
import { mergeKubeconfigs, parseKubeconfig } from '../../src/kubeconfig/document.ts';
import type { Fields } from '../../src/text/json.ts';
import { problemsOf } from '../support/problems.ts';

const hint = 'Store the output of: kubectl config view --raw --flatten --minify.';

describe('parseKubeconfig', () => {
  test.each([
    { name: 'YAML', content: 'current-context: a', document: { 'current-context': 'a' } },
    {
      name: 'JSON',
      content: '{"contexts":[{"name":"a"}]}',
      document: { contexts: [{ name: 'a' }] },
    },
    { name: 'an empty file', content: '', document: {} },
    { name: 'a file of comments', content: '# nothing: yet', document: {} },
  ])('reads $name', ({ content, document }) => {
    expect(parseKubeconfig(content, 'a file')).toEqual({ source: 'a file', document });
  });

  test('is the input unless a source is given', () => {
    expect(parseKubeconfig('{}').source).toBe("input 'kubeconfig'");
  });

  test.each([
    {
      name: 'invalid YAML, without quoting it',
      content: 'token: s3cr3t\n\tkey: "s3cr3t',
      problem: { text: expect.stringMatching(/^it is not YAML: [^3]+$/), line: 2, hint },
    },
    {
      name: 'YAML whose password looks like an alias, without quoting it',
      content: 'users:\n  password: *s3cr3t',
      problem: { text: 'it is not YAML: unidentified alias …', line: 2, hint },
    },
    { name: 'a list', content: '- a: 1', problem: { text: 'it is not a mapping', hint } },
    { name: 'a text', content: 'hello', problem: { text: 'it is not a mapping', hint } },
  ])('refuses $name', ({ content, problem }) => {
    expect(problemsOf(() => parseKubeconfig(content))).toEqual([problem]);
  });
});

describe('mergeKubeconfigs', () => {
  const merge = (...documents: readonly Fields[]): Fields =>
    mergeKubeconfigs(
      documents.map((document) => ({ source: 'a file', document })),
      '$KUBECONFIG',
    ).document;
  const entry = (name: string, token: string): Fields => ({ name, user: { token } });

  test.each([
    {
      name: 'joins the lists, so that the first entry of a name wins',
      documents: [
        { users: [entry('a', 'first'), null] },
        { users: [entry('a', 'second'), entry('b', 'second')] },
      ],
      expected: {
        users: [entry('a', 'first'), null, entry('a', 'second'), entry('b', 'second')],
      },
    },
    {
      name: 'takes the first current-context that is not empty',
      documents: [{}, { 'current-context': '' }, { 'current-context': 'b' }],
      expected: { 'current-context': 'b' },
    },
    {
      name: 'has no list that no file has',
      documents: [{ kind: 'Config' }, { contexts: [] }],
      expected: { kind: 'Config', contexts: [] },
    },
  ])('$name', ({ documents, expected }) => {
    expect(merge(...documents)).toEqual(expected);
  });

  test('has the source of the merged value', () => {
    expect(mergeKubeconfigs([parseKubeconfig('{}', 'a file')], '$KUBECONFIG').source).toBe(
      '$KUBECONFIG',
    );
  });
});
