import { expect, test } from '@jest/globals';
import type { LogLine } from '../../src/logs/lines.ts';
import { Seen, type Gap } from '../../src/logs/seen.ts';

const second = 1_000_000_000n;
const start = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n;

function line(at: bigint, text: string, continues = false): LogLine {
  return { at: start + at, text: Buffer.from(text), continues };
}

function seen(): { seen: Seen; gaps: Gap[]; pauses: Gap[]; texts: (lines: LogLine[]) => string[] } {
  const gaps: Gap[] = [];
  const pauses: Gap[] = [];
  const record = new Seen(
    (gap) => gaps.push(gap),
    (pause) => pauses.push(pause),
  );
  return {
    seen: record,
    gaps,
    pauses,
    texts: (lines) => lines.flatMap((one) => record.accept(one)?.text.toString() ?? []),
  };
}

test('asks from the whole second of the newest line on', () => {
  const { seen: record, texts } = seen();
  expect(record.since()).toEqual({});
  texts([line(3n * second + 5n, 'a\n'), line(2n * second, 'b\n')]);
  expect(record.since()).toEqual({ sinceTime: '2026-01-01T00:00:03Z' });
});

test('drops as many lines of that second as were delivered', () => {
  const { seen: record, gaps, texts } = seen();
  const lines = [line(1n, 'a\n'), line(1n, 'a\n'), line(3n, 'b\n'), line(2n, 'c\n')];
  expect(texts(lines.slice(0, 3))).toEqual(['a\n', 'a\n', 'b\n']);
  record.since();
  expect(texts(lines)).toEqual(['c\n']);
  expect(gaps).toEqual([]);
});

test('goes on in a line where it was left, also twice', () => {
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
  record.finish();
  expect(gaps).toEqual([]);
});

test('tells what does not come again', () => {
  const { seen: record, gaps, texts } = seen();
  texts([line(1n, 'a\n')]);
  record.since();
  expect(texts([line(5n * second, 'b\n')])).toEqual(['b\n']);
  expect(gaps).toEqual([{ after: start + 1n, before: start + 5n * second }]);
  record.since();
  record.finish();
  expect(gaps[1]).toEqual({ after: start + 5n * second });
});

test('tells pauses of a second or more', () => {
  const { pauses, texts } = seen();
  texts([
    line(0n, 'a\n'),
    line(second - 1n, 'b\n'),
    line(2n * second - 1n, 'c\n'),
    line(0n, 'd\n'),
  ]);
  expect(pauses).toEqual([{ after: start + second - 1n, before: start + 2n * second - 1n }]);
});
