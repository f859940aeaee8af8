import { execFileSync, type ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { commandRunner } from '../../src/io/exec.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'exec '));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function script(...lines: readonly string[]): string {
  const file = join(directory, 'program');
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

function fifo(): string {
  const path = join(directory, 'fifo');
  execFileSync('mkfifo', [path]);
  return path;
}

const { PATH = '' } = process.env;
const { signal } = new AbortController();
/** Each of them is as long as it may be; together they are nearly as long as they may be. */
const manyArgs: readonly string[] = Array<string>(15).fill('x'.repeat(131_071));

test('passes input, arguments and environment, and returns the output', async () => {
  const program = script(
    'cat',
    'printf "[%s]" "$@"',
    'printf " %s %s %s" "$KEPT" "$ADDED" "${INPUT_TOKEN-none}"',
    'echo trouble >&2',
    'exit 3',
  );
  const run = commandRunner({ PATH, KEPT: 'old', ADDED: 'old', INPUT_TOKEN: 'secret' });
  const answer = await run(program, ['a b', '"c"', '$d'], {
    input: 'stdin\n',
    signal,
    env: { ADDED: 'new' },
  });
  expect(answer).toEqual({
    exitCode: 3,
    stdout: 'stdin\n[a b]["c"][$d] old new none',
    stderr: 'trouble\n',
  });
});

test('stdin ends at once without an input', async () => {
  const run = commandRunner({ PATH });
  expect(await run(script('cat', 'echo end'), [], { signal })).toEqual({
    exitCode: 0,
    stdout: 'end\n',
    stderr: '',
  });
});

test('finds a program in the PATH', async () => {
  const run = commandRunner({ PATH });
  expect(await run('wc', ['-c'], { input: 'four', signal })).toMatchObject({ exitCode: 0 });
});

test.each([
  { name: 'is not there', arrange: () => 'docker-credential-missing' },
  {
    name: 'may not be executed',
    arrange: () => {
      const program = script('exit 0');
      chmodSync(program, 0o600);
      return program;
    },
  },
])('a program that $name cannot be started', async ({ arrange }) => {
  const run = commandRunner({ PATH });
  await expect(run(arrange(), [], { signal })).rejects.toMatchObject({
    message: 'it was not found or is not executable',
    code: 'ENOENT',
  });
});

test.each([
  { args: ['x'.repeat(131_071)], env: {} },
  { args: [], env: { LONG: 'x'.repeat(131_066) } },
  { args: [...manyArgs, 'x'.repeat(126_814)], env: { A: 'added' } },
])('accepts the largest sizes that the system accepts', async ({ args, env }) => {
  const run = commandRunner({ KEPT: 'old' });
  expect(await run('true', args, { env, signal })).toMatchObject({ exitCode: 0 });
});

test.each([
  {
    name: 'an argument that is too long',
    args: ['x', 'x'.repeat(131_072)],
    message: 'its argument 2 has 131072 bytes, of at most 131071',
  },
  {
    name: 'a variable that is too long',
    env: { LONG: 'x'.repeat(131_067) },
    message: 'its variable "LONG" has 131072 bytes, of at most 131071',
  },
  {
    name: 'arguments and variables that are too long together',
    args: [...manyArgs, 'x'.repeat(126_815)],
    env: { A: 'added' },
    message:
      'its arguments and variables, inherited ones included, take 2093057 bytes, of at most 2093056',
  },
  {
    name: 'an argument with a NUL',
    args: ['secret\0'],
    message: 'its argument 1 has a NUL character',
  },
  {
    name: 'a variable with a NUL',
    env: { NUL: 'secret\0' },
    message: 'its variable "NUL" has a NUL character',
  },
])('a program with $name is not started', async ({ args = [], env = {}, message }) => {
  const run = commandRunner({ KEPT: 'old' });
  await expect(run('true', args, { env, signal })).rejects.toThrow(new RegExp(`^${message}$`));
});

test('a program that ends without reading its stdin is judged by its exit code', async () => {
  const run = commandRunner({ PATH });
  const input = 'x'.repeat(1_000_000);
  expect(await run('false', [], { input, signal })).toMatchObject({ exitCode: 1 });
});

test('a program that a signal has ended did not succeed', async () => {
  const run = commandRunner({ PATH });
  expect(await run(script('kill -9 $$'), [], { signal })).toMatchObject({ exitCode: 137 });
});

test('a program that does not answer is a failure', async () => {
  const run = commandRunner({ PATH }, 20);
  await expect(run('cat', [fifo()], { signal })).rejects.toThrow('it did not answer within 0.02 s');
});

test('a program that does not answer is reported with its output so far', async () => {
  const run = commandRunner({ PATH }, 1_000);
  const program = script('echo code; echo Open the page >&2', `exec cat '${fifo()}'`);
  await expect(run(program, [], { signal })).rejects.toMatchObject({
    name: 'ProgramTimeout',
    stdout: 'code\n',
    stderr: 'Open the page\n',
  });
});

test('a program with endless output is ended', async () => {
  const run = commandRunner({ PATH });
  await expect(run('yes', [], { signal })).rejects.toThrow(
    'its output is larger than 1048576 bytes',
  );
});

test('returns the beginning and the end of a long stderr', async () => {
  const run = commandRunner({ PATH });
  const program = script('echo first >&2', 'yes | head -c 300000 >&2', 'echo last >&2');
  const { stderr } = await run(program, [], { signal });
  expect(stderr).toMatch(/^first\ny\n[^]*\n…\n[^]*y\nlast\n$/);
  expect(stderr.length).toBeLessThan(70_000);
});

test('the signal ends a program', async () => {
  const held = fifo();
  const stop = new AbortController();
  const run = commandRunner({ PATH });
  // The reader gets the end when no process has the fifo open any more.
  const answer = run(script(`exec 3>'${held}'`, 'exec sleep 1000'), [], { signal: stop.signal });
  const reader = await open(held, 'r');
  stop.abort(new Error('cancelled'));
  await expect(answer).rejects.toThrow('cancelled');
  expect(await reader.readFile('utf8')).toBe('');
  await reader.close();
});

test('the signal ends a program that is about to start', async () => {
  const stop = new AbortController();
  const run = commandRunner({ PATH });
  const ended = new Promise<unknown>((resolve) => {
    const watch = (message: unknown): void => {
      unsubscribe('child_process', watch);
      const { process: child } = message as { readonly process: ChildProcess };
      child.once('exit', (_code, killedBy) => {
        resolve(killedBy);
      });
    };
    subscribe('child_process', watch);
  });
  const answer = run(script('exec sleep 1000'), [], { signal: stop.signal });
  stop.abort(new Error('cancelled'));
  await expect(answer).rejects.toThrow('cancelled');
  expect(await ended).toBe('SIGKILL');
});

test('nothing is started for a signal that is aborted already', async () => {
  const run = commandRunner({ PATH });
  const aborted = AbortSignal.abort(new Error('cancelled'));
  await expect(run('missing', [], { signal: aborted })).rejects.toThrow('cancelled');
});
