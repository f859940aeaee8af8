import { expect, test } from '@jest/globals';
import { parseFileCommands } from '../../runner/file-commands.ts';

test.each([
  { name: 'an empty file', text: '', values: {} },
  { name: 'a value with an equals sign', text: 'a=b=c\n', values: { a: 'b=c' } },
  { name: 'the last value of a name', text: 'a=1\na=2\n', values: { a: '2' } },
  {
    name: 'a value of several lines',
    text: 'a<<END\nb=1\n\nc<<D\nEND\nd=2\n',
    values: { a: 'b=1\n\nc<<D', d: '2' },
  },
])('reads $name', ({ text, values }) => {
  expect(parseFileCommands(text)).toEqual(values);
});

test('refuses a value without its delimiter', () => {
  expect(() => parseFileCommands('a<<END\nb\n')).toThrow(
    new Error('the value of a is not ended by END'),
  );
});
