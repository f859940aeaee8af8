import { expect, test } from '@jest/globals';
import { Tail } from '../../src/logs/tail.ts';

function tailOf(lines: readonly (string | Buffer)[]): readonly string[] {
  const tail = new Tail();
  for (const line of lines) tail.push(Buffer.from(line));
  return tail.lines();
}

function numbered(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `line ${String(first + index)}`);
}

test.each([
  { name: 'nothing', count: 0, first: 1 },
  { name: 'all that there is', count: 400, first: 1 },
  { name: 'the last 400', count: 401, first: 2 },
  { name: 'the last 400 at twice the bound', count: 800, first: 401 },
  { name: 'the last 400 just behind it', count: 801, first: 402 },
  { name: 'the last 400 of very many', count: 10_000, first: 9_601 },
])('keeps $name of $count lines', ({ count, first }) => {
  expect(tailOf(numbered(1, count))).toEqual(numbered(first, count));
});

test('cuts a line that is too long', () => {
  expect(tailOf(['x'.repeat(5_000)])).toEqual(['x'.repeat(4_096)]);
});

test('shows bytes that are no text as such', () => {
  expect(tailOf([Buffer.from([0x61, 0xff])])).toEqual(['a\uFFFD']);
});

test('keeps what is notable wherever it stands, each text once', () => {
  const tail = new Tail(/Pushed \S+/);
  for (const line of ['x Pushed a y', ...numbered(1, 2_000), 'Pushed b', 'Pushed a']) {
    tail.push(Buffer.from(line));
  }
  expect(tail.noted()).toEqual(['Pushed a', 'Pushed b']);
});
