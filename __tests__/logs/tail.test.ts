import { expect, test } from '@jest/globals';
import type { LogLine } from '../../src/logs/lines.ts';
import { Tail } from '../../src/logs/tail.ts';

function linesOf(texts: readonly (string | Buffer)[]): LogLine[] {
  return texts.map((text) => ({
    at: 1n,
    text: Buffer.concat([Buffer.from(text), Buffer.from('\n')]),
    continues: false,
  }));
}

function tailOf(texts: readonly (string | Buffer)[]): readonly string[] {
  const tail = new Tail();
  for (const line of linesOf(texts)) tail.push([line]);
  return tail.lines();
}

function numbered(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `line ${String(first + index)}`);
}

test.each([
  { name: 'nothing', count: 0, first: 1 },
  { name: 'all', count: 400, first: 1 },
  { name: 'the last 400', count: 401, first: 2 },
  { name: 'the last 400 at twice the bound', count: 800, first: 401 },
  { name: 'the last 400 just above it', count: 801, first: 402 },
  { name: 'the last 400 of very many', count: 10_000, first: 9_601 },
])('keeps $name of $count lines', ({ count, first }) => {
  expect(tailOf(numbered(1, count))).toEqual(numbered(first, count));
});

test('keeps the last 400 lines of large batches', () => {
  const tail = new Tail();
  tail.push(linesOf(numbered(1, 300)));
  tail.push(linesOf(numbered(301, 5_000)));
  tail.push(linesOf(numbered(5_001, 5_010)));
  expect(tail.lines()).toEqual(numbered(4_611, 5_010));
});

const piece = (text: string | Buffer, continues: boolean): LogLine => ({
  at: 1n,
  text: Buffer.from(text),
  continues,
});

test('joins the pieces of a line', () => {
  const tail = new Tail();
  tail.push([piece('before\n', false), piece('x'.repeat(3_000), false)]);
  tail.push([piece('y'.repeat(1_000), true)]);
  tail.push([piece('z\n', true), piece('after', false)]);
  const long = `${'x'.repeat(3_000)}${'y'.repeat(1_000)}z`;
  expect(tail.lines()).toEqual(['before', long, 'after']);
});

test.each([
  { name: 'one piece', pieces: [5_000] },
  { name: 'pieces', pieces: [10, 3_000, 1_990] },
  { name: 'many small pieces', pieces: Array<number>(5_000).fill(1) },
  { name: 'large pieces', pieces: [70_000, 70_000] },
])('keeps the beginning and the end of a line that is too long, in $name', ({ pieces }) => {
  const tail = new Tail();
  const all = Array.from({ length: pieces.reduce((a, b) => a + b) }, (_, i) => i % 10).join('');
  let at = 0;
  for (const length of pieces) {
    tail.push([piece(all.slice(at, at + length), at > 0)]);
    at += length;
  }
  tail.push([piece('\n', true)]);
  expect(tail.lines()).toEqual([`${all.slice(0, 2_048)}…${all.slice(-2_048)}`]);
});

test('replaces bytes that are not UTF-8', () => {
  expect(tailOf([Buffer.from([0x61, 0xff])])).toEqual(['a\uFFFD']);
});
