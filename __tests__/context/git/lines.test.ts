import { expect, test } from '@jest/globals';
import { continuedLines } from '../../../src/context/git/lines.ts';

test.each([
  { name: 'no lines', text: '', lines: [] },
  { name: 'lines with their ends', text: 'a\r\nb\nc', lines: ['a\r\n', 'b\n', 'c'] },
  { name: 'a continued line', text: 'a\\\nb\\\r\nc\nd', lines: ['a\\\nb\\\r\nc\n', 'd'] },
  { name: 'an escaped backslash', text: 'a\\\\\nb', lines: ['a\\\\\n', 'b'] },
  { name: 'a comment', text: '# a\\\nb ; c\\\nd', lines: ['# a\\\n', 'b ; c\\\n', 'd'] },
  {
    name: 'a quote that spans lines and hides a comment',
    text: 'a = "b\\\n # c \\\n d" # e\\\nf',
    lines: ['a = "b\\\n # c \\\n d" # e\\\n', 'f'],
  },
  {
    name: 'a quote that ends with its line',
    text: 'a = "b\nc # d\\\ne',
    lines: ['a = "b\n', 'c # d\\\n', 'e'],
  },
  { name: 'a backslash at the end of the file', text: 'a\\', lines: ['a\\'] },
])('splits $name', ({ text, lines }) => {
  expect(continuedLines(text)).toEqual(lines);
});
