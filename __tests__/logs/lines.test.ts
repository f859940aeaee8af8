import { describe, expect, test } from '@jest/globals';
import { LineFramer, parseTimestamp, type LogLine } from '../../src/logs/lines.ts';

const stamp = '2026-01-01T00:00:00.000000001Z';
const at = 1_767_225_600_000_000_001n;

/** Lines of these chunks, what is left at the end included. */
function linesOf(chunks: readonly Buffer[]): LogLine[] {
  const framer = new LineFramer();
  const lines = chunks.flatMap((chunk) => framer.push(chunk));
  const last = framer.flush();
  return last === undefined ? lines : [...lines, last];
}

/** A whole in two pieces, cut at every place. */
function cuts(whole: Buffer): Buffer[][] {
  return Array.from({ length: whole.length + 1 }, (_, place) => [
    whole.subarray(0, place),
    whole.subarray(place),
  ]);
}

describe('lines', () => {
  test.each<{ name: string; bytes: string | Buffer; expected: readonly (string | Buffer)[] }>([
    { name: 'nothing', bytes: '', expected: [] },
    { name: 'several', bytes: `${stamp} a\n${stamp} b\n`, expected: ['a', 'b'] },
    { name: 'empty ones', bytes: `${stamp} \n${stamp} \n`, expected: ['', ''] },
    { name: 'a timestamp alone', bytes: `${stamp}\n`, expected: [''] },
    { name: 'characters of two to four bytes', bytes: `${stamp} é€😀\n`, expected: ['é€😀'] },
    {
      name: 'carriage returns stay',
      bytes: `${stamp} a\r\n${stamp} 1%\r2%\n`,
      expected: ['a\r', '1%\r2%'],
    },
    { name: 'leading and double spaces stay', bytes: `${stamp}   a  b \n`, expected: ['  a  b '] },
    { name: 'a last line without newline', bytes: `${stamp} a\n${stamp} b`, expected: ['a', 'b'] },
    {
      name: 'bytes that are no text',
      bytes: Buffer.concat([Buffer.from(`${stamp} `), Buffer.from([0xff, 0x00, 0xc3, 0x0a])]),
      expected: [Buffer.from([0xff, 0x00, 0xc3])],
    },
  ])('$name, wherever the chunks are cut', ({ bytes, expected }) => {
    const lines = expected.map((text) => ({ at, text: Buffer.from(text) }));
    for (const chunks of cuts(Buffer.from(bytes))) expect(linesOf(chunks)).toEqual(lines);
  });

  test('chunks of one byte', () => {
    const bytes = Buffer.from(`${stamp} é\r\n${stamp} €`);
    expect(linesOf(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual([
      { at, text: Buffer.from('é\r') },
      { at, text: Buffer.from('€') },
    ]);
  });

  test('a long line over many chunks', () => {
    const part = Buffer.alloc(16_384, 'x');
    const chunks = [Buffer.from(`${stamp} `), ...Array<Buffer>(64).fill(part), Buffer.from('\n')];
    const [line, ...rest] = linesOf(chunks);
    expect(line?.text.length).toBe(1_048_576);
    expect(rest).toEqual([]);
  });

  test('a line is there as soon as its newline is, not before', () => {
    const framer = new LineFramer();
    expect(framer.push(Buffer.from(`${stamp} a`))).toEqual([]);
    expect(framer.push(Buffer.from('b\nnext'))).toEqual([{ at, text: Buffer.from('ab') }]);
  });

  test('what was flushed is not given again', () => {
    const framer = new LineFramer();
    framer.push(Buffer.from(`${stamp} a`));
    expect(framer.flush()).toEqual({ at, text: Buffer.from('a') });
    expect(framer.flush()).toBeUndefined();
  });

  test.each(['failed to watch file', '2026-01-01 a', 'word'])(
    'a line without a timestamp is kept whole: %s',
    (text) => {
      expect(linesOf([Buffer.from(`${text}\n`)])).toEqual([{ at: 0n, text: Buffer.from(text) }]);
    },
  );
});

test.each([
  { text: '1970-01-01T00:00:00Z', expected: 0n },
  { text: '2026-01-01T00:00:00Z', expected: 1_767_225_600_000_000_000n },
  { text: '2026-01-01T00:00:00.5Z', expected: 1_767_225_600_500_000_000n },
  { text: '2026-01-01T00:00:00.000000001Z', expected: at },
  { text: '2026-01-01T00:00:00.123456789Z', expected: 1_767_225_600_123_456_789n },
  { text: '2026-01-01T02:00:00.1+02:00', expected: 1_767_225_600_100_000_000n },
  { text: '2025-12-31T18:30:00-05:30', expected: 1_767_225_600_000_000_000n },
  { text: '2026-13-01T00:00:00Z', expected: undefined },
  { text: '2026-01-01T00:00:00', expected: undefined },
  { text: '2026-01-01T00:00:00.1234567890Z', expected: undefined },
  { text: '', expected: undefined },
])('reads the timestamp "$text"', ({ text, expected }) => {
  expect(parseTimestamp(text)).toBe(expected);
});
