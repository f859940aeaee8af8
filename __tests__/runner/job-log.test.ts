import { describe, expect, test } from '@jest/globals';
import {
  annotationsOf,
  JobLogReader,
  JobLogView,
  readLog,
  splitLog,
  verbatim,
  visibleLog,
} from '../../runner/job-log.ts';

describe('a line that is a command', () => {
  test.each([
    { text: '::endgroup::', name: 'endgroup', message: '' },
    { text: '::group::Build: a::b', name: 'group', message: 'Build: a::b' },
    { text: '  ::error::indented', name: 'error', message: 'indented' },
    { text: '::ERROR::upper case', name: 'error', message: 'upper case' },
    { text: '::error::100%25%0Aof%0D%3A%2C', name: 'error', message: '100%\nof\r%3A%2C' },
    { text: '::error::%250A', name: 'error', message: '%0A' },
    {
      text: '::warning file=a%2Cb%3Ac%25,LINE=7,empty=,none::text',
      name: 'warning',
      message: 'text',
      properties: { file: 'a,b:c%', line: '7' },
    },
  ])('$text', ({ text, name, message, properties = {} }) => {
    const line = new JobLogReader().read(text);
    expect(line).toEqual({
      kind: 'command',
      text,
      command: { name, message, properties: new Map(Object.entries(properties)) },
    });
  });
});

test.each([
  'plain',
  ':: ::x',
  '::::',
  '::error:text',
  'text ::error::x',
  '::unknown::x',
  '::token::',
  '##[error]x',
])('a line that is text: %s', (text) => {
  expect(new JobLogReader().read(text)).toEqual({ kind: 'text', text });
});

describe('stopped commands', () => {
  test('end with their token, in any case and with any text after it', () => {
    const log = ['::stop-commands::Token', '::error::x', '::other::', ' ::tOKEN::y', '::error::z'];
    expect(readLog(log.join('\n')).map(({ kind }) => kind)).toEqual([
      'fence',
      'output',
      'output',
      'fence',
      'command',
    ]);
  });

  test('a token that is the name of a command is not carried out', () => {
    const log = ['::stop-commands::error', '::error::x', '::error::y'];
    expect(annotationsOf(log.join('\n')).map(({ message }) => message)).toEqual(['y']);
  });

  test('a log that ends before their token is refused', () => {
    expect(() => splitLog('::stop-commands::token\nx')).toThrow(
      new Error('the fence around the output is not closed'),
    );
  });
});

const log = [
  '::add-mask::secret%25',
  '::group::Build with secret%',
  '::stop-commands::token',
  '::error::not a command',
  '::add-mask::foo',
  '::token::',
  'plain secret% foo line',
  '::endgroup::',
  '::warning file=a,line=1::two%0Alines',
  'last',
].join('\n');

test('separates the output of the builder from the lines of the action', () => {
  expect(splitLog(log)).toEqual({
    mirrored: ['::error::not a command', '::add-mask::foo'],
    own: [
      '::add-mask::secret%25',
      '::group::Build with secret%',
      'plain secret% foo line',
      '::endgroup::',
      '::warning file=a,line=1::two%0Alines',
      'last',
    ],
  });
});

test('annotations have their place in a file', () => {
  expect(annotationsOf(log)).toEqual([
    { level: 'warning', message: 'two\nlines', file: 'a', line: 1 },
  ]);
});

test('the visible log has no masks, but the output of the builder as it is', () => {
  expect(visibleLog(log)).toBe(log.replace('::add-mask::secret%25\n', ''));
});

const readableLog = [
  '▾ Build with ***',
  '::error::not a command',
  '::add-mask::foo',
  'plain *** foo line',
  'Warning: two',
  'lines',
  'last',
  '',
].join('\n');

const pieces = [
  ['at once', [log]],
  ['in pieces', log.split(/(?<=.)(?=.)/s)],
] as const;

test.each(pieces)('a job log that arrives %s is shown as on the page of the job', (_, parts) => {
  const view = new JobLogView();
  expect(parts.map((part) => view.show(part)).join('') + view.end()).toBe(readableLog);
});

test.each(pieces)('a job log that arrives %s is shown with its commands', (_, parts) => {
  const view = new JobLogView(verbatim);
  expect(parts.map((part) => view.show(part)).join('') + view.end()).toBe(
    `${visibleLog(log).replaceAll('secret%', '***')}\n`,
  );
});

test('a value of several lines masks the whole, each line, and the longer of two values', () => {
  const view = new JobLogView();
  expect(view.show('::add-mask::one%0D%0Aone and two\na one and two b\none\n')).toBe(
    'a *** b\n***\n',
  );
});
