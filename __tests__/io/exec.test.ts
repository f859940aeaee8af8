import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
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

const { PATH = '' } = process.env;

test('gives input, arguments and environment, and takes what comes back', async () => {
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
    env: { ADDED: 'new' },
  });
  expect(answer).toEqual({
    exitCode: 3,
    stdout: 'stdin\n[a b]["c"][$d] old new none',
    stderr: 'trouble\n',
  });
});

test('stdin ends at once when there is no input', async () => {
  const run = commandRunner({ PATH });
  expect(await run(script('cat', 'echo end'), [], {})).toEqual({
    exitCode: 0,
    stdout: 'end\n',
    stderr: '',
  });
});

test('finds a program in the PATH', async () => {
  const run = commandRunner({ PATH });
  // One that reads its stdin to the end: see io/crash.ts for those that do not.
  expect(await run('wc', ['-c'], { input: 'four' })).toMatchObject({ exitCode: 0 });
});

test('a program that is not there is named', async () => {
  const run = commandRunner({ PATH });
  await expect(run('docker-credential-missing', [], {})).rejects.toThrow(
    'docker-credential-missing',
  );
});

test('a program that does not answer is left behind', async () => {
  const fifo = join(directory, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const run = commandRunner({ PATH }, 20);
  await expect(run(script(`cat '${fifo}'`), [], {})).rejects.toThrow(
    'it did not answer within 0.02 s',
  );
  // Lets the program end. It may not even have begun: waiting for it must not keep the event loop from starting it.
  await writeFile(fifo, '');
});
