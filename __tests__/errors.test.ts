import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import {
  BuildError,
  describeError,
  errorCode,
  isCertificateError,
  stackOf,
  toBuildError,
} from '../src/errors.ts';
import { closedPort } from '../support/closed-port.ts';

/** What an action throws or rejects with. */
async function errorOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('the action did not fail');
}

async function refusedConnection(): Promise<unknown> {
  const port = await closedPort();
  return errorOf(() => once(connect(port, '127.0.0.1'), 'connect'));
}

/** An HTTPS request to a server with a certificate that no known CA has signed. */
async function untrustedCertificate(): Promise<unknown> {
  const pem = (extension: string): string =>
    readFileSync(new URL(`fixtures/tls/server.${extension}`, import.meta.url), 'utf8');
  const server = createTlsServer({ cert: pem('crt'), key: pem('key') }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await errorOf(() => once(request({ host: '127.0.0.1', port }).end(), 'response'));
  } finally {
    server.close();
  }
}

// Jest runs tests in a realm of its own: an error that Node makes is not an instance of the Error of that realm. The code must
// recognise it all the same, so that tests run the branches that production runs.
describe('errors made by Node', () => {
  test.each([
    ['a refused connection', refusedConnection, 'ECONNREFUSED', /^connect ECONNREFUSED /],
    [
      'a program that does not exist',
      () => errorOf(() => once(spawn('/nonexistent/program'), 'spawn')),
      'ENOENT',
      /^spawn \/nonexistent\/program ENOENT$/,
    ],
    [
      'a file that does not exist, read synchronously',
      () => errorOf(() => readFileSync('/nonexistent/file')),
      'ENOENT',
      /^ENOENT: no such file or directory/,
    ],
    [
      'a file that does not exist, read asynchronously',
      () => errorOf(() => readFile('/nonexistent/file')),
      'ENOENT',
      /^ENOENT: no such file or directory/,
    ],
    [
      'an argument with a NUL byte',
      () => errorOf(() => spawn('true', ['\0'])),
      'ERR_INVALID_ARG_VALUE',
      /null bytes/,
    ],
    [
      'an untrusted certificate',
      untrustedCertificate,
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      /^self-signed certificate/,
    ],
  ])('%s has its code and message', async (_, fail, code, message) => {
    const error = await fail();
    expect(errorCode(error)).toBe(code);
    expect(describeError(error)).toMatch(message);
    expect(describeError(new Error('reading failed', { cause: error }))).toMatch(
      /^reading failed: ./,
    );
  });

  test('a timed-out signal has its message', async () => {
    const signal = AbortSignal.timeout(0);
    await once(signal, 'abort');
    expect(describeError(signal.reason)).toBe('The operation was aborted due to timeout');
  });

  test('an untrusted certificate is recognised as a certificate error', async () => {
    expect(isCertificateError(await untrustedCertificate())).toBe(true);
    expect(isCertificateError(await refusedConnection())).toBe(false);
  });
});

describe('describeError', () => {
  test.each([
    ['a string', 'plain text', 'plain text'],
    ['neither an error nor a string', { message: 'hidden' }, 'unknown error'],
    ['an error without a message', new RangeError(''), 'RangeError'],
    [
      'a cause that adds something',
      new Error('connecting failed', { cause: new Error('ECONNRESET') }),
      'connecting failed: ECONNRESET',
    ],
    [
      'a cause that is already part of the message',
      new Error('connecting failed: ECONNRESET', { cause: new Error('ECONNRESET') }),
      'connecting failed: ECONNRESET',
    ],
    [
      'several errors with the same message',
      new AggregateError([new Error('refused'), new Error('refused'), new Error('timed out')]),
      'refused; timed out',
    ],
    [
      'a BuildError with a cause',
      new BuildError('cluster', 'the request failed', { cause: new Error('ECONNRESET') }),
      'the request failed',
    ],
  ])('describes %s', (_, error, text) => {
    expect(describeError(error)).toBe(text);
  });
});

test('stackOf has the stacks of all causes, and no other field of the errors', () => {
  const inner = Object.assign(new RangeError('one'), { token: 'hunter2' });
  const several = new AggregateError([inner, 'two'], 'all failed');
  const stack = stackOf(new BuildError('build', 'it failed', { cause: several }));
  expect(stack.split('\n').filter((line) => !line.startsWith('    at '))).toEqual([
    'BuildError: it failed',
    'caused by AggregateError: all failed',
    'caused by RangeError: one',
    'caused by two',
  ]);
  expect(stack).toContain('errors.test.ts');
});

test('toBuildError keeps a BuildError and names what failed for anything else', () => {
  const known = new BuildError('input', 'wrong');
  expect(toBuildError(known, 'the step')).toBe(known);
  expect(toBuildError(new TypeError('x is undefined'), 'the step')).toMatchObject({
    kind: 'build',
    message: 'the step failed: x is undefined',
    hint: 'Please report this with the job log.',
  });
});

test('stackOf ends if a cause refers to itself', () => {
  const error = new Error('outer', { cause: new Error('inner') });
  (error.cause as Error).cause = error;
  const stacks = stackOf(error);
  expect(stacks).toContain('Error: outer');
  expect(stacks).toContain('caused by Error: inner');
  expect(stacks.split('caused by')).toHaveLength(3);
});
