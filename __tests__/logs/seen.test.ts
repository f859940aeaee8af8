import { expect, test } from '@jest/globals';
import type { LogLine } from '../../src/logs/lines.ts';
import { Seen, type Gap, type Pause } from '../../src/logs/seen.ts';

const second = 1_000_000_000n;
const start = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n;

function line(at: bigint, text: string, continues = false): LogLine {
  return { at: start + at, text: Buffer.from(text), continues };
}

interface Reading {
  readonly seen: Seen;
  readonly gaps: Gap[];
  readonly pauses: Pause[];
  /** Texts of the new lines. */
  readonly texts: (lines: readonly LogLine[]) => readonly string[];
}

function seen(): Reading {
  const record = new Seen();
  const gaps: Gap[] = [];
  const pauses: Pause[] = [];
  const texts = (lines: readonly LogLine[]): readonly string[] =>
    lines.flatMap((one) => {
      const { fresh, gap, pause } = record.accept(one);
      if (gap !== undefined) gaps.push(gap);
      if (pause !== undefined) pauses.push(pause);
      return fresh?.text.toString() ?? [];
    });
  return { seen: record, gaps, pauses, texts };
}

test('requests the log from the whole second of the newest line', () => {
  const { seen: record, texts } = seen();
  expect(record.since()).toEqual({});
  texts([line(3n * second + 5n, 'a\n'), line(2n * second, 'b\n')]);
  expect(record.since()).toEqual({ sinceTime: '2026-01-01T00:00:03Z' });
});

test('drops as many lines of that second as it delivered', () => {
  const { seen: record, gaps, texts } = seen();
  const lines = [line(1n, 'a\n'), line(1n, 'a\n'), line(3n, 'b\n'), line(2n, 'c\n')];
  expect(texts(lines.slice(0, 3))).toEqual(['a\n', 'a\n', 'b\n']);
  record.since();
  expect(texts(lines)).toEqual(['c\n']);
  expect(gaps).toEqual([]);
});

test('continues in the middle of a line, also after several requests', () => {
  const { seen: record, gaps, texts } = seen();
  expect(texts([line(1n, 'a\n'), line(2n, '0123')])).toEqual(['a\n', '0123']);
  record.since();
  expect(texts([line(1n, 'a\n'), line(2n, '01')])).toEqual([]);
  record.since();
  expect(texts([line(1n, 'a\n'), line(2n, '012'), line(2n, '345', true)])).toEqual(['45']);
  record.since();
  expect(texts([line(1n, 'a\n'), line(2n, '01234567\n'), line(3n, 'b\n')])).toEqual([
    '67\n',
    'b\n',
  ]);
  expect(record.finish()).toBeUndefined();
  expect(gaps).toEqual([]);
});

test('reports lines that are not repeated as a gap', () => {
  const { seen: record, gaps, texts } = seen();
  texts([line(1n, 'a\n')]);
  record.since();
  expect(texts([line(5n * second, 'b\n')])).toEqual(['b\n']);
  expect(gaps).toEqual([{ after: start + 1n, before: start + 5n * second }]);
  record.since();
  expect(record.finish()).toEqual({ after: start + 5n * second });
});

test('reports pauses of one second or more', () => {
  const { pauses, texts } = seen();
  texts([
    line(0n, 'a\n'),
    line(second - 1n, 'b\n'),
    line(2n * second - 1n, 'c\n'),
    line(0n, 'd\n'),
  ]);
  expect(pauses).toEqual([{ after: start + second - 1n, before: start + 2n * second - 1n }]);
});
