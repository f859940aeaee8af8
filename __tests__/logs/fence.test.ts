import { describe, expect, test } from '@jest/globals';
import { JobDouble } from '../../runner/job-double.ts';
import { JobLog } from '../../src/logs/fence.ts';
import { turn } from '../support/clock.ts';

/** A log whose tokens are token-1, token-2, … */
function logInto(job: JobDouble): JobLog {
  let tokens = 0;
  return new JobLog(job, () => {
    tokens += 1;
    return `token-${String(tokens)}`;
  });
}

async function written(write: (log: JobLog) => Promise<void>): Promise<string> {
  const job = new JobDouble();
  await write(logInto(job));
  return job.text;
}

describe('the fence', () => {
  test('is opened before mirrored output and closed before messages, each time with a new token', async () => {
    const text = await written(async (log) => {
      await log.info('before');
      await log.mirror(Buffer.from('one\n'));
      await log.mirror(Buffer.from('two\n'));
      await log.info('between');
      await log.mirror(Buffer.from('three\n'));
      await log.close();
    });
    expect(text).toBe(
      [
        'before',
        '::stop-commands::token-1',
        'one',
        'two',
        '::token-1::',
        'between',
        '::stop-commands::token-2',
        'three',
        '::token-2::',
        '',
      ].join('\n'),
    );
  });

  test.each<{ name: string; write: (log: JobLog) => Promise<void>; expected: string }>([
    { name: 'info', write: (log) => log.info('x'), expected: 'x\n' },
    { name: 'debug', write: (log) => log.debug('x'), expected: '::debug::x\n' },
    { name: 'warning', write: (log) => log.warning('x'), expected: '::warning::x\n' },
    { name: 'error', write: (log) => log.error('x'), expected: '::error::x\n' },
    { name: 'group', write: (log) => log.group('x'), expected: '::group::x\n' },
    { name: 'mask', write: (log) => log.mask('x'), expected: '::add-mask::x\n' },
  ])('is closed before $name', async ({ write, expected }) => {
    const text = await written(async (log) => {
      await log.mirror(Buffer.from('line\n'));
      await write(log);
    });
    expect(text).toBe(`::stop-commands::token-1\nline\n::token-1::\n${expected}`);
  });

  test('encloses the output of the builder, byte for byte', async () => {
    const lines = [
      '::set-output name=x::y',
      '::add-mask::a',
      '##[error]no',
      '::token-1',
      '\u001b[31mred\u001b[0m 1%\r2%\r',
      '',
    ];
    const text = await written(async (log) => {
      for (const line of lines) await log.mirror(Buffer.from(`${line}\n`));
      await log.close();
    });
    expect(text).toBe(`::stop-commands::token-1\n${lines.join('\n')}\n::token-1::\n`);
  });

  test('does not change binary output', async () => {
    const job = new JobDouble();
    const chunks: Buffer[] = [];
    job.write = (chunk) => {
      chunks.push(Buffer.from(chunk));
      return Promise.resolve();
    };
    await logInto(job).mirror(Buffer.from([0xff, 0x00, 0xc3, 0x0a]));
    const head = Buffer.from('::stop-commands::token-1\n');
    expect(Buffer.concat(chunks)).toEqual(
      Buffer.concat([head, Buffer.from([0xff, 0x00, 0xc3, 0x0a])]),
    );
  });

  test('prints many lines in one write', async () => {
    const job = new JobDouble();
    const writes: string[] = [];
    job.write = (text) => {
      writes.push(text.toString());
      return Promise.resolve();
    };
    await logInto(job).mirror(Buffer.from('one\ntwo\n\nthree\n'));
    expect(writes).toEqual(['::stop-commands::token-1\n', 'one\ntwo\n\nthree\n']);
  });

  test('is not opened for empty output', async () => {
    expect(await written((log) => log.mirror(Buffer.alloc(0)))).toBe('');
  });

  test('is closed on a new line when the output ends inside a line', async () => {
    const text = await written(async (log) => {
      await log.mirror(Buffer.from('a long '));
      await log.mirror(Buffer.from('line'));
      await log.info('between');
      await log.mirror(Buffer.from(' goes on\n'));
      await log.close();
    });
    expect(text).toBe(
      [
        '::stop-commands::token-1',
        'a long line',
        '::token-1::',
        'between',
        '::stop-commands::token-2',
        ' goes on',
        '::token-2::',
        '',
      ].join('\n'),
    );
  });

  test('is closed with the log, and opened again for later output', async () => {
    const text = await written(async (log) => {
      await log.close();
      await log.mirror(Buffer.from('one\n'));
      await log.close();
      await log.close();
      await log.mirror(Buffer.from('two\n'));
      await log.close();
    });
    expect(text).toBe(
      '::stop-commands::token-1\none\n::token-1::\n::stop-commands::token-2\ntwo\n::token-2::\n',
    );
  });
});

describe('concurrent writers', () => {
  test('do not mix their lines when a write takes long', async () => {
    const job = new JobDouble();
    const take = job.write.bind(job);
    job.write = async (text) => {
      await turn();
      await take(text);
    };
    const log = logInto(job);
    await Promise.all([
      log.mirror(Buffer.from('one\n')),
      log.info('progress'),
      log.mirror(Buffer.from('two\n')),
      log.close(),
    ]);
    expect(job.text).toBe(
      '::stop-commands::token-1\none\n::token-1::\nprogress\n::stop-commands::token-2\ntwo\n::token-2::\n',
    );
  });

  test('wait until the line is written', async () => {
    const job = new JobDouble();
    let taken = (): void => undefined;
    job.write = () =>
      new Promise((resolve) => {
        taken = resolve;
      });
    let done = false;
    const writing = logInto(job)
      .info('x')
      .then(() => {
        done = true;
      });
    await turn();
    expect(done).toBe(false);
    taken();
    await writing;
    expect(done).toBe(true);
  });

  test('get the error of a failed write', async () => {
    const job = new JobDouble();
    job.write = () => Promise.reject(new Error('EPIPE'));
    const log = logInto(job);
    await expect(log.info('x')).rejects.toThrow('EPIPE');
    await expect(log.mirror(Buffer.from('y\n'))).rejects.toThrow('EPIPE');
  });
});

describe('groups', () => {
  test('end with the next group and with the log', async () => {
    const text = await written(async (log) => {
      await log.group('Build');
      await log.mirror(Buffer.from('line\n'));
      await log.group('Push');
      await log.close();
    });
    expect(text).toBe(
      '::group::Build\n::stop-commands::token-1\nline\n::token-1::\n::endgroup::\n::group::Push\n::endgroup::\n',
    );
  });

  test('end once', async () => {
    const text = await written(async (log) => {
      await log.endGroup();
      await log.group('Build');
      await log.endGroup();
      await log.endGroup();
    });
    expect(text).toBe('::group::Build\n::endgroup::\n');
  });
});

describe('workflow commands of the action', () => {
  test.each([
    { name: 'no place', place: {}, expected: '::error::x\n' },
    {
      name: 'file and line',
      place: { file: 'Dockerfile', line: 3 },
      expected: '::error file=Dockerfile,line=3::x\n',
    },
    {
      name: 'a file name with special characters',
      place: { file: 'a,b:c%d\n::e' },
      expected: '::error file=a%2Cb%3Ac%25d%0A%3A%3Ae::x\n',
    },
  ])('point at $name', async ({ place, expected }) => {
    expect(await written((log) => log.error('x', place))).toBe(expected);
  });

  test.each([
    { name: 'percent signs', text: '100%0A', expected: '::warning::100%250A\n' },
    { name: 'line breaks', text: 'a\r\nb', expected: '::warning::a b\n' },
    { name: 'a command at the beginning', text: '::x::y', expected: '::warning::: :x::y\n' },
  ])('are harmless with $name', async ({ text, expected }) => {
    expect(await written((log) => log.warning(text))).toBe(expected);
  });

  test('mask a secret line by line, escaped', async () => {
    expect(await written((log) => log.mask('one%\r\n\ntwo\n'))).toBe(
      '::add-mask::one%25\n::add-mask::two\n',
    );
  });

  test('make a title harmless', async () => {
    expect(await written((log) => log.group('50%\n::x'))).toBe('::group::50%25 ::x\n');
  });
});

test.each([
  { name: 'plain text', text: 'pod kbp-x: 5 °C', expected: 'pod kbp-x: 5 °C' },
  { name: 'a command', text: '::set-env::', expected: ': :set-env::' },
  { name: 'a command after spaces', text: ' \u3000::error::x', expected: ' \u3000: :error::x' },
  { name: 'two colons elsewhere', text: 'a::b', expected: 'a::b' },
  { name: 'one colon at the beginning', text: ':a', expected: ':a' },
  { name: 'many colons', text: '::::', expected: ': :::' },
  {
    name: 'commands of the old form anywhere',
    text: 'a ##[error]b ##[c',
    expected: 'a ## [error]b ## [c',
  },
  { name: 'line breaks', text: 'a\r\n\nb\r::c', expected: 'a b ::c' },
  {
    name: 'control characters',
    text: 'a\u001b[31mb\u0000\u0085',
    expected: 'a\uFFFD[31mb\uFFFD\uFFFD',
  },
])('info makes $name harmless', async ({ text, expected }) => {
  expect(await written((log) => log.info(text))).toBe(`${expected}\n`);
});

test('scrub replaces masked texts, the longest first', async () => {
  const log = new JobLog(new JobDouble(), () => 'token');
  await log.mask('abc\nabcdef');
  expect(log.scrub('x abcdef y abc z')).toBe('x *** y *** z');
});
