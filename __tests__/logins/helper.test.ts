import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BuildError, ProgramTimeout } from '../../src/errors.ts';
import { dockerHub } from '../../src/inputs/values/reference.ts';
import { commandRunner } from '../../src/io/exec.ts';
import type { Credentials } from '../../src/logins/credentials.ts';
import { askHelper, endFailedPrograms } from '../../src/logins/helper.ts';
import type { CommandResult, RunCommand } from '../../src/ports.ts';

const never = new AbortController().signal;

/** A helper with credentials for one server only, and the servers that were requested. */
function answering(
  server: string,
  result: Partial<CommandResult>,
): { readonly run: RunCommand; readonly asked: string[] } {
  const asked: string[] = [];
  const none = { exitCode: 1, stdout: '', stderr: 'credentials not found' };
  return {
    asked,
    run: (_command, _args, { input = '' }) => {
      asked.push(input);
      const found = { exitCode: 0, stdout: '', stderr: '', ...result };
      return Promise.resolve(input === server ? found : none);
    },
  };
}

function ask(result: Partial<CommandResult>): Promise<Credentials | undefined> {
  return askHelper('lab', 'registry.example', answering('registry.example', result).run, never);
}

test.each([
  {
    name: 'a user and a password',
    answer: { ServerURL: 'x', Username: 'user', Secret: 'pass"word' },
    expected: { auth: btoa('user:pass"word') },
  },
  {
    name: 'an identity token',
    answer: { Username: '<token>', Secret: 'abc' },
    expected: { identitytoken: 'abc' },
  },
  { name: 'an empty secret', answer: { Username: 'user', Secret: '' }, expected: undefined },
])('reads $name', async ({ answer, expected }) => {
  expect(await ask({ stdout: JSON.stringify(answer) })).toEqual(expected);
});

test.each([
  { host: dockerHub, servers: ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io'] },
  { host: 'registry.example', servers: ['registry.example', 'https://registry.example'] },
])('asks for every name of $host until one is known', async ({ host, servers }) => {
  const last = servers.at(-1) ?? '';
  const stdout = JSON.stringify({ Username: 'user', Secret: 'password' });
  const { run, asked } = answering(last, { stdout });
  expect(await askHelper('lab', host, run, never)).toEqual({ auth: btoa('user:password') });
  expect(asked).toEqual(servers);
});

const login = JSON.stringify({ Username: 'user', Secret: 'first-secret' });

test.each([
  {
    name: 'prints nothing',
    result: {},
    expected: ' failed: it returned no credentials',
  },
  {
    name: 'fails without a message',
    result: { exitCode: 2 },
    expected: ' failed with exit code 2',
  },
  {
    name: 'fails and prints the credentials on stdout',
    result: { exitCode: 1, stdout: login },
    expected: ' failed with exit code 1',
  },
  {
    name: 'fails with the credentials in its message',
    result: { exitCode: 1, stdout: login, stderr: 'x\nthe store refused first-secret\n' },
    expected: ' failed with exit code 1: x the store refused ***',
  },
])('a helper that $name is an input error', async ({ result, expected }) => {
  await expect(ask(result)).rejects.toMatchObject({
    kind: 'input',
    message: `getting the credentials for "registry.example" from "docker-credential-lab"${expected}`,
    hint: "Correct the credential helper or the credentials that it uses, or set 'docker-config' to a directory without it.",
  });
});

test.each([
  { name: 'on stdout', result: { stdout: 'the store is locked\n' } },
  { name: 'on stderr', result: { stderr: 'the store\nis locked\n' } },
])('a helper that fails is quoted with its whole message $name', async ({ result }) => {
  await expect(ask({ exitCode: 1, ...result })).rejects.toThrow(
    / failed with exit code 1: the store is locked$/,
  );
});

test.each([
  'Secret: first-secret',
  '{"Username":"user","Secret":"first-sec',
  'the password is "first-secret"',
])('does not quote stdout that can have credentials: %s', async (stdout) => {
  await expect(ask({ exitCode: 1, stdout })).rejects.toThrow(/ failed with exit code 1$/);
});

test('quotes what a helper that does not answer has printed', async () => {
  const output = { stdout: '', stderr: 'Open the page and enter\nthe code.\n' };
  const run: RunCommand = () => Promise.reject(new ProgramTimeout(60_000, output));
  await expect(askHelper('lab', 'registry.example', run, never)).rejects.toMatchObject({
    message:
      'getting the credentials for "registry.example" from "docker-credential-lab" failed: it did not answer within 60 s: Open the page and enter the code.',
    hint: "Correct the credential helper or the credentials that it uses, or set 'docker-config' to a directory without it.",
  });
});

test('a helper that hangs is named by a step that runs out of time', async () => {
  const stop = new AbortController();
  const run: RunCommand = (_command, _args, { signal }) => {
    stop.abort(new BuildError('timeout', 'the step did not end within its timeout of 5 s'));
    return Promise.reject(signal.reason as Error);
  };
  await expect(askHelper('lab', 'registry.example', run, stop.signal)).rejects.toMatchObject({
    kind: 'timeout',
    message:
      'the step did not end within its timeout of 5 s, while getting the credentials for "registry.example" from "docker-credential-lab"',
    hint: "Correct the credential helper or the credentials that it uses, or set 'docker-config' to a directory without it.",
  });
});

// Programs are looked up in the PATH of the process itself.
const searchPath = process.env['PATH'] ?? '';
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'credential-helper-'));
  process.env['PATH'] = `${directory}:${searchPath}`;
});

afterEach(() => {
  process.env['PATH'] = searchPath;
  rmSync(directory, { recursive: true });
});

test('a real program on the PATH gets the server on stdin', async () => {
  const program = join(directory, 'docker-credential-lab');
  const script = [
    '#!/bin/sh',
    'read server',
    `echo '{"Username":"'"$1"'","Secret":"'"$server"'"}'`,
    '',
  ].join('\n');
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  const run = commandRunner(process.env);
  expect(await askHelper('lab', 'registry.example', run, never)).toEqual({
    auth: btoa('get:registry.example'),
  });
});

test('a program that is not on the PATH is an input error', async () => {
  const run = commandRunner(process.env);
  await expect(askHelper('missing', 'registry.example', run, never)).rejects.toMatchObject({
    kind: 'input',
    message: expect.stringContaining('from "docker-credential-missing" failed: ') as unknown,
    hint: "Install the credential helper on the runner, or set 'docker-config' to a directory without it.",
  });
});

test('a real store that hangs is started once, and reported for every registry', async () => {
  const calls = join(directory, 'calls');
  const program = join(directory, 'docker-credential-locked');
  writeFileSync(program, `#!/bin/sh\necho call >>'${calls}'\nexec sleep 1000\n`);
  chmodSync(program, 0o755);
  const run = endFailedPrograms(commandRunner(process.env, 500));
  for (const host of ['a.example', 'b.example', dockerHub]) {
    await expect(askHelper('locked', host, run, never)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^getting the credentials for "[^"]+" from "docker-credential-locked" failed: it did not answer within 0\.5 s$/,
      ) as unknown,
    });
  }
  expect(readFileSync(calls, 'utf8')).toBe('call\n');
});
