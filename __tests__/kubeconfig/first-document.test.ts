import { expect, test } from '@jest/globals';
import { firstDocument } from '../../src/kubeconfig/first-document.ts';

test.each([
  { name: 'one document', text: 'a: 1\n', expected: 'a: 1\n' },
  { name: 'a start', text: '---\na: 1\n', expected: '---\na: 1\n' },
  { name: 'two documents', text: 'a: 1\n---\nb: 2\n', expected: 'a: 1\n' },
  { name: 'an end', text: 'a: 1\n...\nb: 2\n', expected: 'a: 1\n' },
  {
    name: 'comments and directives ahead',
    text: '# a\n\n%YAML 1.1\n--- # b\na: 1\r\n---\r\nb: 2',
    expected: '# a\n\n%YAML 1.1\n--- # b\na: 1\r\n',
  },
  { name: 'an empty document', text: '---\n---\na: 1\n', expected: '---\n' },
  {
    name: 'indented and longer dashes',
    text: 'a: |\n  ---\nb: ----\n----: 1\n',
    expected: 'a: |\n  ---\nb: ----\n----: 1\n',
  },
  { name: 'nothing', text: '', expected: '' },
])('keeps of $name the first document', ({ text, expected }) => {
  expect(firstDocument(text)).toBe(expected);
});
