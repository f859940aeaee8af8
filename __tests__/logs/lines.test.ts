import { describe, expect, test } from '@jest/globals';
import { LineFramer, type LogLine } from '../../src/logs/lines.ts';

const stamp = '2026-01-01T00:00:00.000000001Z';
const at = 1_767_225_600_000_000_001n;

function lineOf(text: string | Buffer): LogLine {
  return { at, text: Buffer.from(text), continues: false };
}

/** Lines of these chunks, with the rest after the last newline. */
function linesOf(chunks: readonly Buffer[]): LogLine[] {
  const framer = new LineFramer();
  const lines = chunks.flatMap((chunk) => framer.push(chunk));
  const last = framer.flush();
  return last === undefined ? lines : [...lines, last];
}

/** The result for a line that consists of this timestamp. */
function timestampOf(text: string): bigint | undefined {
  return linesOf([Buffer.from(`${text} x\n`)])[0]?.at;
}

/** The bytes in two chunks, cut at every place. */
function cuts(whole: Buffer): Buffer[][] {
  return Array.from({ length: whole.length + 1 }, (_, place) => [
    whole.subarray(0, place),
    whole.subarray(place),
  ]);
}

describe('lines', () => {
  test.each<{ name: string; bytes: string | Buffer; expected: readonly (string | Buffer)[] }>([
    { name: 'nothing', bytes: '', expected: [] },
    { name: 'several', bytes: `${stamp} a\n${stamp} b\n`, expected: ['a\n', 'b\n'] },
    { name: 'empty ones', bytes: `${stamp} \n${stamp} \n`, expected: ['\n', '\n'] },
    { name: 'a timestamp alone', bytes: `${stamp}\n`, expected: ['\n'] },
    { name: 'characters of two to four bytes', bytes: `${stamp} é€😀\n`, expected: ['é€😀\n'] },
    {
      name: 'carriage returns',
      bytes: `${stamp} a\r\n${stamp} 1%\r2%\n`,
      expected: ['a\r\n', '1%\r2%\n'],
    },
    {
      name: 'leading and double spaces',
      bytes: `${stamp}   a  b \n`,
      expected: ['  a  b \n'],
    },
    {
      name: 'a last line without newline',
      bytes: `${stamp} a\n${stamp} b`,
      expected: ['a\n', 'b'],
    },
    {
      name: 'binary output',
      bytes: Buffer.concat([Buffer.from(`${stamp} `), Buffer.from([0xff, 0x00, 0xc3, 0x0a])]),
      expected: [Buffer.from([0xff, 0x00, 0xc3, 0x0a])],
    },
  ])('of $name, wherever the chunks are cut', ({ bytes, expected }) => {
    const lines = expected.map(lineOf);
    for (const chunks of cuts(Buffer.from(bytes))) expect(linesOf(chunks)).toEqual(lines);
  });

  test('of chunks of one byte', () => {
    const bytes = Buffer.from(`${stamp} é\r\n${stamp} €`);
    expect(linesOf(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual([
      lineOf('é\r\n'),
      lineOf('€'),
    ]);
  });

  test('of 64 KiB are returned whole', () => {
    const part = Buffer.alloc(16_000, 'x');
    const chunks = [Buffer.from(`${stamp} `), part, part, part, part, Buffer.from('\n')];
    expect(linesOf(chunks).map(({ text }) => text.length)).toEqual([64_001]);
  });

  test('of more than 64 KiB are returned in pieces, with the timestamp of the beginning', () => {
    const framer = new LineFramer();
    const part = Buffer.alloc(40_000, 'x');
    expect(framer.push(Buffer.concat([Buffer.from(`${stamp} `), part]))).toEqual([]);
    expect(framer.push(part).map(({ text, ...rest }) => ({ ...rest, text: text.length }))).toEqual([
      { at, continues: false, text: 80_000 },
    ]);
    expect(framer.push(Buffer.from('y'))).toEqual([
      { at, text: Buffer.from('y'), continues: true },
    ]);
    expect(framer.push(Buffer.from(`z\n${stamp} a\n${stamp} b`))).toEqual([
      { at, text: Buffer.from('z\n'), continues: true },
      lineOf('a\n'),
    ]);
    expect(framer.flush()).toEqual(lineOf('b'));
  });

  test('of any length are not buffered further once pieces were returned', () => {
    const framer = new LineFramer();
    const part = Buffer.alloc(100_000, 'x');
    framer.push(Buffer.from(`${stamp} `));
    framer.push(part);
    const [piece] = framer.push(part);
    expect({ at: piece?.at, bytes: piece?.text.length }).toEqual({ at, bytes: part.length });
    expect(framer.flush()).toBeUndefined();
  });

  test('are returned as soon as their newline arrives', () => {
    const framer = new LineFramer();
    expect(framer.push(Buffer.from(`${stamp} a`))).toEqual([]);
    expect(framer.push(Buffer.from('b\nnext'))).toEqual([lineOf('ab\n')]);
  });

  test('are not returned again after flush', () => {
    const framer = new LineFramer();
    framer.push(Buffer.from(`${stamp} a`));
    expect(framer.flush()).toEqual(lineOf('a'));
    expect(framer.flush()).toBeUndefined();
  });

  test.each(['failed to watch file', '2026-01-01 a', 'word'])(
    'without a timestamp are returned whole: %s',
    (text) => {
      expect(linesOf([Buffer.from(`${text}\n`)])).toEqual([
        { at: undefined, text: Buffer.from(`${text}\n`), continues: false },
      ]);
    },
  );
});

// A timestamp in the second of the last line takes a shortcut that must give the same result.
test('reads the same timestamps from consecutive lines as from single lines', () => {
  const stamps = [
    '2026-01-01T00:00:00.1Z',
    '2026-01-01T00:00:00.123456789Z',
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:01.000000001Z',
    '2026-01-01T00:00:01.5+02:00',
    '2026-01-01T00:00:01.25+02:00',
    '2026-01-01T00:00:01.25+01:00',
    '2026-01-01T00:00:01.25Z',
    '2026-01-01T00:00:01.1234567890Z',
    '2026-01-01T00:00:01.Z',
    '2026-01-01T00:00:01',
  ];
  const lines = linesOf([Buffer.from(stamps.map((text) => `${text} x\n`).join(''))]);
  expect(lines.map((line) => line.at)).toEqual(stamps.map(timestampOf));
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
  expect(timestampOf(text)).toBe(expected);
});
