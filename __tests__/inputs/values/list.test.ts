import { expect, test } from '@jest/globals';
import { parseItems, parseList, type ListKind } from '../../../src/inputs/values/list.ts';
import { invalid } from '../../../src/text/problem.ts';
import { problemsOf } from '../../support/problems.ts';

test.each<{ name: string; kind: ListKind; text: string; items: [string, number][] }>([
  { name: 'nothing', kind: 'csv', text: '', items: [] },
  { name: 'blanks only', kind: 'lines', text: ' \n\n  \n', items: [] },
  {
    name: 'commas and newlines',
    kind: 'csv',
    text: 'a:1, b:2\n\n  c:3  ,',
    items: [
      ['a:1', 1],
      ['b:2', 1],
      ['c:3', 3],
    ],
  },
  {
    name: 'Windows line ends',
    kind: 'csv',
    text: 'a:1\r\nb:2\r\n',
    items: [
      ['a:1', 1],
      ['b:2', 2],
    ],
  },
  {
    name: 'elements with commas by lines',
    kind: 'lines',
    text: 'k=v,w\nl=a, b,  c',
    items: [
      ['k=v,w', 1],
      ['l=a, b,  c', 2],
    ],
  },
  { name: 'quotes inside a value', kind: 'lines', text: 'k={"a":1}', items: [['k={"a":1}', 1]] },
  {
    name: 'doubled quotes in a quoted element',
    kind: 'lines',
    text: '"k={""a"":1,""b"":2}"',
    items: [['k={"a":1,"b":2}', 1]],
  },
  {
    name: 'a value of several lines',
    kind: 'lines',
    text: '"CERT=line1\n# line2"\nX=1',
    items: [
      ['CERT=line1\n# line2', 1],
      ['X=1', 3],
    ],
  },
  {
    name: 'a quoted comma',
    kind: 'csv',
    text: '"a,b",c',
    items: [
      ['a,b', 1],
      ['c', 1],
    ],
  },
  {
    name: 'an element with text after the closing quote',
    kind: 'lines',
    text: '"a" b',
    items: [['"a" b', 1]],
  },
  {
    name: 'a list with comments, also after white space',
    kind: 'lines',
    text: '# one\n\n  # two, "three"\na=1\nb#x\n"#c"',
    items: [
      ['a=1', 4],
      ['b#x', 5],
      ['#c', 6],
    ],
  },
])('splits $name', ({ kind, text, items }) => {
  expect(parseList(text, kind).map((item) => [item.text, item.line])).toEqual(items);
});

const hint =
  'Close it, or write a literal quote as "" in an element that is enclosed in double quotes.';

test.each<{ name: string; kind: ListKind; text: string; line: number }>([
  { name: 'the first line', kind: 'lines', text: '"K=v', line: 1 },
  { name: 'a line after others', kind: 'lines', text: 'a=1\nb=2\n"c=3\nd=4\n', line: 3 },
  { name: 'a line after blank lines', kind: 'lines', text: '\n\n"b=2', line: 3 },
  { name: 'a line after comments', kind: 'lines', text: 'a=1\n# "q"\n  # "r"\n"b=2', line: 4 },
  { name: 'a line after an element of two lines', kind: 'lines', text: '"a=1\n2"\n"b=2', line: 3 },
  { name: 'a line after a doubled quote', kind: 'csv', text: '"a""b",x\n"c,d', line: 2 },
  { name: 'a line with Windows line ends', kind: 'csv', text: 'a\r\n\r\n"b\r\n', line: 3 },
  { name: 'the third element of a line', kind: 'csv', text: 'a\n"b",c,"d\ne', line: 2 },
])('reports a double quote that is not closed in $name', ({ kind, text, line }) => {
  expect(problemsOf(() => parseList(text, kind))).toEqual([
    { line, text: 'a double quote is not closed', hint },
  ]);
});

test('reports the problems of all elements with their lines', () => {
  const items = [
    { text: 'good', line: 1 },
    { text: 'bad', line: 2 },
    { text: 'worse', line: 5 },
  ];
  const parse = (text: string): string => {
    if (text !== 'good') throw invalid(`${text} is bad`);
    return text;
  };
  expect(problemsOf(() => parseItems(items, parse))).toEqual([
    { line: 2, text: 'bad is bad' },
    { line: 5, text: 'worse is bad' },
  ]);
});

test('throws an error that is not about the input', () => {
  const parse = (): never => {
    throw new TypeError('a bug');
  };
  expect(() => parseItems([{ text: 'a', line: 1 }], parse)).toThrow(TypeError);
});

test('reports the first twenty of many problems', () => {
  const items = Array.from({ length: 50 }, (_, index) => ({ text: 'bad', line: index + 1 }));
  const parse = (text: string): never => {
    throw invalid(`${text} is bad`);
  };
  expect(problemsOf(() => parseItems(items, parse))).toHaveLength(20);
});
