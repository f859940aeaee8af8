import { expect, test } from '@jest/globals';
import { readLogLine } from '../../../src/engines/kaniko/log-line.ts';

test.each([
  { line: 'time="t" level=info msg="RUN a"', expected: { level: 'info', message: 'RUN a' } },
  {
    line: 'time="t" level=warning msg="a \\"b\\" \\x1b[0m\\n"',
    expected: { level: 'warning', message: 'a "b" \u001b[0m\n' },
  },
  {
    line: 'output of RUN, level=info msg="RUN a" time="t" level=info msg="RUN b"',
    expected: { level: 'info', message: 'RUN b' },
  },
  {
    line: 'time="t" level=info msg="RUN echo level=info msg=\\"RUN c\\""',
    expected: { level: 'info', message: 'RUN echo level=info msg="RUN c"' },
  },
  { line: 'time="t" level=info msg="cut', expected: undefined },
  { line: 'time="t" level=info msg="a" and more', expected: undefined },
  { line: 'a level of msg="x"', expected: undefined },
  { line: '', expected: undefined },
])('reads $line', ({ line, expected }) => {
  expect(readLogLine(line)).toEqual(expected);
});
