import { describe, expect, test } from '@jest/globals';
import { Problems } from '../../src/inputs/problems.ts';
import { InputReader } from '../../src/inputs/reader.ts';
import { invalid } from '../../src/text/problem.ts';
import { rawInputs, type Given } from '../support/inputs.ts';
import { problemsOf } from '../support/problems.ts';

/** A reader of these inputs, and a function that throws the problems that it found. */
function read(given: Given): { reader: InputReader; check: () => void } {
  const problems = new Problems();
  const check = (): void => {
    problems.throwIfAny();
  };
  return { reader: new InputReader(rawInputs(given), problems), check };
}

function parseNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw invalid(`"${text}" is not a number`);
  return Number(text);
}

test('text trims, verbatim does not', () => {
  const { reader } = read({ target: ' a \n', stdin: ' a \n', file: ' \n' });
  expect(reader.text('target')).toBe('a');
  expect(reader.text('file')).toBeUndefined();
  expect(reader.verbatim('stdin')).toBe(' a \n');
});

test.each([
  { name: 'another value than the default', given: { push: 'true' }, expected: true },
  { name: 'the default', given: { push: ' false ' }, expected: false },
  { name: 'an empty value', given: { push: '' }, expected: false },
])('isSet is $expected for $name', ({ given, expected }) => {
  expect(read(given).reader.isSet('push')).toBe(expected);
});

test('isSet is true for any value of an input without a default', () => {
  expect(read({ constructor: 'a' }).reader.isSet('constructor')).toBe(true);
});

describe('value', () => {
  test('parses the input', () => {
    expect(read({ 'push-retry': '5' }).reader.value('push-retry', parseNumber)).toBe(5);
  });

  test('parses the default of an empty input', () => {
    expect(read({ 'push-retry': ' ' }).reader.value('push-retry', parseNumber)).toBe(3);
  });

  test('returns the default in place of an invalid value', () => {
    const { reader, check } = read({ 'push-retry': 'x' });
    expect(reader.value('push-retry', parseNumber)).toBe(3);
    expect(check).toThrow('input \'push-retry\': "x" is not a number');
  });
});

describe('optional', () => {
  test.each([
    { name: 'a value', given: { retries: '2' }, expected: 2 },
    { name: 'an empty value', given: { retries: ' ' }, expected: undefined },
  ])('reads $name', ({ given, expected }) => {
    const { reader, check } = read(given);
    expect(reader.optional('retries', parseNumber)).toBe(expected);
    expect(check).not.toThrow();
  });

  test('returns undefined in place of an invalid value', () => {
    const { reader, check } = read({ retries: 'x' });
    expect(reader.optional('retries', parseNumber)).toBeUndefined();
    expect(check).toThrow('input \'retries\': "x" is not a number');
  });
});

describe('list', () => {
  test('parses every element', () => {
    expect(read({ numbers: '1, 2\n3' }).reader.list('numbers', 'csv', parseNumber)).toEqual([
      1, 2, 3,
    ]);
  });

  test.each([
    { name: 'an invalid element', numbers: '1\nx', problem: 'line 2: "x" is not a number' },
    {
      name: 'a double quote that is not closed',
      numbers: '1\n"2',
      problem: 'line 2: a double quote is not closed',
    },
  ])('is empty in place of a list with $name', ({ numbers, problem }) => {
    const { reader, check } = read({ numbers });
    expect(reader.list('numbers', 'csv', parseNumber)).toEqual([]);
    expect(check).toThrow(`input 'numbers' ${problem}`);
  });
});

describe('file', () => {
  const hint = 'Use the path of a readable file, relative to the working directory.';

  test('returns the text', () => {
    expect(read({}).reader.file('ca.pem')).toContain('-----BEGIN CERTIFICATE-----');
  });

  test.each([
    { path: 'nope.yaml', text: 'the file "nope.yaml" does not exist' },
    {
      path: 'locked.yaml',
      text: 'reading the file "locked.yaml" failed: EACCES: permission denied',
    },
  ])('refuses $path', ({ path, text }) => {
    expect(problemsOf(() => read({}).reader.file(path))).toEqual([{ text, hint }]);
  });
});
