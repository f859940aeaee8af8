import { expect, test } from '@jest/globals';
import { InvalidInput, invalid, quote } from '../../src/text/problem.ts';

test('the message of InvalidInput has all problems with their lines', () => {
  const problems = [{ line: 2, text: 'first', hint: 'Do this.' }, { text: 'second' }];
  expect(new InvalidInput(problems)).toMatchObject({ message: 'line 2: first; second', problems });
});

test('invalid has a hint only if it is given', () => {
  expect(invalid('first', 'Do this.').problems).toStrictEqual([
    { text: 'first', hint: 'Do this.' },
  ]);
  expect(invalid('first').problems).toStrictEqual([{ text: 'first' }]);
});

test.each([
  { name: 'a word', value: 'a', expected: '"a"' },
  { name: 'tabs and double quotes', value: 'a\t"b"', expected: '"a\\t\\"b\\""' },
  { name: 'only 100 characters', value: 'x'.repeat(101), expected: `"${'x'.repeat(100)}…"` },
])('quotes $name', ({ value, expected }) => {
  expect(quote(value)).toBe(expected);
});
