import { expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { Problems } from '../../src/inputs/problems.ts';
import { InvalidInput, invalid, type Problem } from '../../src/text/problem.ts';

function failureOf(problems: Problems): unknown {
  try {
    problems.throwIfAny();
  } catch (error) {
    if (error instanceof BuildError) {
      return { kind: error.kind, message: error.message, hint: error.hint };
    }
    throw error;
  }
  return 'no failure';
}

function refuse(problems: readonly Problem[]): () => never {
  return () => {
    throw new InvalidInput(problems);
  };
}

test('returns the value of a parser that succeeds', () => {
  const problems = new Problems();
  expect(problems.collect('push', () => 1, 0)).toBe(1);
  expect(failureOf(problems)).toBe('no failure');
});

test('returns the fallback for an invalid value, and reports its only problem with the hint apart', () => {
  const problems = new Problems();
  const parse = (): number => {
    throw invalid('"yes" is not a boolean', 'Use true or false.');
  };
  expect(problems.collect('push', parse, 0)).toBe(0);
  expect(failureOf(problems)).toEqual({
    kind: 'input',
    message: 'input \'push\': "yes" is not a boolean',
    hint: 'Use true or false.',
  });
});

test('throws an error that is not about the input', () => {
  const parse = (): never => {
    throw new TypeError('a bug');
  };
  expect(() => new Problems().collect('push', parse, 0)).toThrow(TypeError);
});

test('numbers several problems in the order in which they were found', () => {
  const problems = new Problems();
  const lines = [
    { line: 1, text: 'first', hint: 'Do this.' },
    { line: 3, text: 'second' },
  ];
  problems.collect('tags', refuse(lines), undefined);
  problems.add('push', 'third');
  expect(failureOf(problems)).toEqual({
    kind: 'input',
    message:
      "3 problems in the inputs: (1) input 'tags' line 1: first. Do this. " +
      "(2) input 'tags' line 3: second. (3) input 'push': third.",
    hint: undefined,
  });
});

test('reports a problem for the input that it names', () => {
  const problems = new Problems();
  problems.collect('kubeconfig', refuse([{ input: 'kube-context', text: 'missing' }]), undefined);
  expect(failureOf(problems)).toMatchObject({ message: "input 'kube-context': missing" });
});
