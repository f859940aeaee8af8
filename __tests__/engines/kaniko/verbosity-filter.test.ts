import { describe, expect, test } from '@jest/globals';
import { verbosityFilter } from '../../../src/engines/kaniko/verbosity-filter.ts';
import { Random } from '../../../support/random.ts';

function line(level: string, message = 'text'): string {
  return `time="2026-11-23T09:29:40Z" level=${level} msg="${message}"\n`;
}

function filtered(verbosity: string, output: string, size: () => number): string {
  const filter = verbosityFilter(verbosity);
  if (filter === undefined) return output;
  const kept: Buffer[] = [];
  const bytes = Buffer.from(output);
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + size());
    kept.push(filter.push(bytes.subarray(at, end)));
    at = end;
  }
  return Buffer.concat([...kept, filter.end()]).toString();
}

const all = ['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'panic'];
const every = all.map((level) => line(level)).join('');

const cases: readonly {
  readonly name: string;
  readonly verbosity: string;
  readonly output: string;
  readonly expected: string;
}[] = [
  ...[
    { verbosity: 'info', from: 0 },
    { verbosity: 'debug', from: 0 },
    { verbosity: 'warn', from: 3 },
    { verbosity: 'error', from: 4 },
    { verbosity: 'fatal', from: 5 },
    { verbosity: 'panic', from: 6 },
  ].map(({ verbosity, from }) => ({
    name: `the lines of ${verbosity}`,
    verbosity,
    output: every,
    expected: all
      .slice(from)
      .map((level) => line(level))
      .join(''),
  })),
  {
    name: 'output of RUN with and without a newline',
    verbosity: 'warn',
    output: `one\n${line('info')}two${line('info', `RUN ${'x'.repeat(70_000)}`)} three\n${line('info')}time="four`,
    expected: 'one\ntwo three\ntime="four',
  },
  {
    name: 'output that looks like the beginning of a line',
    verbosity: 'error',
    output: 'time="time="2026 level=info\ntime="2026-11-23T09:29:40Z" level=infos msg=\nt',
    expected: 'time="time="2026 level=info\ntime="2026-11-23T09:29:40Z" level=infos msg=\nt',
  },
  {
    name: 'the error that ends the builder',
    verbosity: 'panic',
    output: `x\n${line('info')}error building image: x\n`,
    expected: 'x\nerror building image: x\n',
  },
  {
    name: 'bytes that are not text, and a last line without a newline',
    verbosity: 'warn',
    output: `\u0000é\r\n${line('info')}é${line('info').slice(0, -1)}`,
    expected: '\u0000é\r\né',
  },
];

describe('verbosityFilter', () => {
  test.each(cases)('keeps $name', ({ verbosity, output, expected }) => {
    expect(filtered(verbosity, output, () => Infinity)).toBe(expected);
  });

  test.each(cases)('keeps $name in any pieces', ({ verbosity, output, expected }) => {
    const random = new Random(2);
    for (const most of [1, 5, 80, 9_000]) {
      expect(filtered(verbosity, output, () => random.whole(1, most))).toBe(expected);
    }
  });

  test.each([{ text: 'time="' }, { text: 't' }, { text: line('info').slice(0, -1) }])(
    'reads 10 MB of $text in pieces, without a newline',
    ({ text }) => {
      const filter = verbosityFilter('warn');
      const piece = Buffer.from(text.repeat(Math.floor(4_000 / text.length)));
      for (let bytes = 0; bytes < 10e6; bytes += piece.length) filter?.push(piece);
      expect(filter?.push(Buffer.from(`\n${line('info')}x`)).toString()).toMatch(/x$/);
    },
  );

  test('prints a line without a newline at once', () => {
    expect(verbosityFilter('warn')?.push(Buffer.from('progress 10 %')).toString()).toBe(
      'progress 10 %',
    );
  });
});
