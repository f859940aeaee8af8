import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { collectLogins, hostsWithoutLogin, type DockerConfig } from '../../src/logins/collect.ts';
import { BuildError } from '../../src/errors.ts';
import type { Inputs } from '../../src/inputs/inputs.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { dockerHub } from '../../src/inputs/values/reference.ts';
import { readDockerConfig } from '../../src/io/docker-config.ts';
import { commandRunner } from '../../src/io/exec.ts';
import type { RunCommand } from '../../src/ports.ts';

let directory = '';
const searchPath = process.env['PATH'] ?? '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'docker-config-'));
});

afterEach(() => {
  process.env['PATH'] = searchPath;
  rmSync(directory, { recursive: true });
});

const login = { auths: { 'registry.example': { auth: btoa('user:password') } } };

function write(path: string, content: string | object = login): string {
  const file = join(directory, path);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function read(
  input: string | undefined,
  environment: NodeJS.ProcessEnv = {},
): DockerConfig | undefined {
  return readDockerConfig(input, environment, (path) => join(directory, path));
}

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

test.each([
  { name: 'a directory', input: '.' },
  { name: 'a file', input: 'config.json' },
])('reads $name that the input names', ({ input }) => {
  write('config.json');
  expect(read(input)).toEqual({
    source: join(directory, 'config.json'),
    auths: login.auths,
    credHelpers: {},
    credsStore: undefined,
  });
});

test('reads $DOCKER_CONFIG without the input', () => {
  write('config.json');
  expect(read(undefined, { DOCKER_CONFIG: directory })).toMatchObject({ auths: login.auths });
});

test('none reads nothing, also where there are logins', () => {
  write('config.json');
  expect(read('none', { DOCKER_CONFIG: directory })).toBeUndefined();
});

test.each([
  { name: 'an empty directory', path: 'empty' },
  { name: 'a directory that does not exist', path: 'missing' },
  { name: 'a path below a file', path: 'config.json' },
])('$name as $DOCKER_CONFIG has no logins', ({ path }) => {
  write('config.json', login);
  mkdirSync(join(directory, 'empty'));
  expect(read(undefined, { DOCKER_CONFIG: join(directory, path) })).toBeUndefined();
});

test('a file that the input names must exist', () => {
  expect(() => read('missing')).toThrow(
    `reading the Docker configuration ${JSON.stringify(join(directory, 'missing'))} failed`,
  );
});

test('a directory that the input names must have a config.json', () => {
  mkdirSync(join(directory, 'empty'));
  expect(() => read('empty')).toThrow(
    `reading the Docker configuration ${JSON.stringify(join(directory, 'empty', 'config.json'))} failed`,
  );
});

test('a broken file is an input error that quotes none of it', () => {
  write('config.json', '{"auths": {"x": {"auth": "c2VjcmV0"');
  const message = String(thrown(() => read(undefined, { DOCKER_CONFIG: directory })));
  expect(message).toContain(join(directory, 'config.json'));
  expect(message).not.toContain('c2VjcmV0');
});

test.each([
  { name: 'JSON', input: JSON.stringify(login), what: 'a path, not the content' },
  {
    name: 'JSON in lines',
    input: '\n {\n"auths": {"x": {"auth": "c2VjcmV0"}}}',
    what: 'not the content',
  },
  { name: 'a secret of several lines', input: 'dXNlcjpw\nc2VjcmV0', what: 'a path of one line' },
  { name: 'a long secret', input: 'c2VjcmV0'.repeat(30), what: 'up to 200 characters' },
])('$name in place of a path is refused, and none of it quoted', ({ input, what }) => {
  const error = thrown(() => read(input));
  expect(error).toMatchObject({ kind: 'input', message: expect.stringContaining(what) as unknown });
  expect(String(error)).not.toMatch(/c2VjcmV0|auths|registry/);
});

/** A credential helper that logs what it was asked to the file `asked`. */
function helper(name: string, ...lines: readonly string[]): void {
  const file = write(
    `docker-credential-${name}`,
    [
      '#!/bin/sh',
      'read server',
      `echo "$1 $server" >> '${join(directory, 'asked')}'`,
      ...lines,
      '',
    ].join('\n'),
  );
  chmodSync(file, 0o755);
}

const { signal } = new AbortController();

/** The logins of these hosts, resolved by helpers of the temporary directory. */
function resolve(config: object, ...hosts: readonly string[]): ReturnType<typeof collectLogins> {
  write('config.json', config);
  // Programs are looked up in the PATH of the process itself.
  process.env['PATH'] = `${directory}:${searchPath}`;
  const run = commandRunner(process.env);
  const wanted = hosts.map((host) => ({ host, required: true }));
  return collectLogins(read('config.json'), wanted, run, signal);
}

test('a helper that is a program on the PATH gives the login', async () => {
  helper('lab', `echo '{"ServerURL":"x","Username":"user","Secret":"pass\\u0022word"}'`);
  const { config, hosts, secrets } = await resolve(
    { credHelpers: { 'registry.example': 'lab' } },
    'registry.example',
  );
  expect(JSON.parse(String(config))).toEqual({
    auths: { 'registry.example': { auth: btoa('user:pass"word') } },
  });
  expect(hosts).toEqual(['registry.example']);
  expect(secrets).toContain('pass"word');
});

test('a helper without a login leaves the entry of the file', async () => {
  helper('lab', 'echo "credentials not found in native keychain"', 'exit 1');
  const { config } = await resolve({ ...login, credsStore: 'lab' }, 'registry.example');
  expect(JSON.parse(String(config))).toEqual(login);
});

test.each([
  { name: 'fails', lines: ['echo "the keychain is locked"', 'exit 1'] },
  { name: 'says nothing', lines: [] },
])('a helper that $name is an input error', async ({ lines }) => {
  helper('lab', ...lines);
  const logins = resolve({ credsStore: 'lab' }, 'registry.example');
  await expect(logins).rejects.toMatchObject({
    kind: 'input',
    message: expect.stringContaining('docker-credential-lab') as unknown,
  });
});

test('a helper that fails is quoted by the end of stderr, without the login it printed', async () => {
  helper(
    'lab',
    `echo '{"Username":"user","Secret":"first-secret"}'`,
    `echo "the store refused first-secret $(printf '%0300d' 0)" >&2`,
    'exit 1',
  );
  const logins = resolve({ credsStore: 'lab' }, 'registry.example');
  await expect(logins).rejects.toMatchObject({
    message: expect.stringMatching(
      / with exit code 1: the store refused \*{3} 0{100,180}…$/,
    ) as unknown,
  });
});

test('a helper that fails is not quoted by what it printed', async () => {
  helper('lab', `echo '{"Username":"user","Secret":"first-secret"}'`, 'exit 1');
  const logins = resolve({ credsStore: 'lab' }, 'registry.example');
  await expect(logins).rejects.toMatchObject({
    message: expect.stringMatching(/ failed with exit code 1$/) as unknown,
  });
});

test('a helper that is not installed is an input error', async () => {
  const logins = resolve({ credsStore: 'missing' }, 'registry.example');
  await expect(logins).rejects.toMatchObject({
    kind: 'input',
    message: expect.stringContaining('docker-credential-missing') as unknown,
  });
});

test.each([{ required: true }, { required: false }])(
  'a helper that hangs is named by a step that runs out of time (required: $required)',
  async ({ required }) => {
    write('config.json', { credsStore: 'lab' });
    const stop = new AbortController();
    const run: RunCommand = (_command, _args, options) => {
      stop.abort(new BuildError('timeout', 'the step did not end within its timeout of 5 s'));
      return Promise.reject(options.signal.reason as Error);
    };
    const wanted = [{ host: 'registry.example', required }];
    await expect(
      collectLogins(read('config.json'), wanted, run, stop.signal),
    ).rejects.toMatchObject({
      kind: 'timeout',
      message:
        'the step did not end within its timeout of 5 s, while asking "docker-credential-lab" for the login to "registry.example"',
      hint: "Install or correct the helper, or give 'docker-config' a directory without it.",
    });
  },
);

test.each([
  { name: 'no base64', auth: 'user:password' },
  { name: 'cut base64', auth: btoa('user:password').slice(0, -1) },
  { name: 'a name without a password', auth: btoa('user') },
  { name: 'a password without a name', auth: btoa(':password') },
])('an entry that is no login is said: $name', async ({ auth }) => {
  const file = write('config.json', { auths: { 'https://registry.example/v1/': { auth } } });
  const collect = (required: boolean): ReturnType<typeof collectLogins> =>
    collectLogins(
      read('.'),
      [{ host: 'registry.example', required }],
      commandRunner(process.env),
      signal,
    );
  const message = `the login for "https://registry.example/v1/" in the Docker configuration ${JSON.stringify(file)} is none: its auth is not the base64 text of user:password`;
  await expect(collect(true)).rejects.toMatchObject({ kind: 'input', message });
  expect(await collect(false)).toEqual({
    config: undefined,
    hosts: [],
    secrets: [],
    warnings: [`${message}; pulling from registry.example goes on without a login`],
  });
});

test.each([
  {
    name: 'one with line breaks',
    entry: { auth: `${btoa('user:password').slice(0, 8)}\n${btoa('user:password').slice(8)}` },
  },
  { name: 'one beside a token', entry: { auth: btoa('00000000'), identitytoken: 'token' } },
])('an entry is sent as it is: $name', async ({ entry }) => {
  write('config.json', { auths: { 'registry.example': entry } });
  const hosts = [{ host: 'registry.example', required: true }];
  const { config } = await collectLogins(read('.'), hosts, commandRunner(process.env), signal);
  expect(JSON.parse(String(config))).toEqual({ auths: { 'registry.example': entry } });
});

test('registries without a login are those to which none is sent', () => {
  const inputs = (given: Readonly<Record<string, string>>): Inputs =>
    parseInputs({
      read: (name) => given[name] ?? '',
      env: () => undefined,
      readText: () => undefined,
    });
  const tags = 'me/app\nghcr.io/me/app\nghcr.io/me/app:2';
  const given = { kubeconfig: 'auto', tags, push: 'true' };
  const config = Buffer.from(JSON.stringify({ auths: { 'https://index.docker.io/v1/': {} } }));
  expect(hostsWithoutLogin(inputs(given), config)).toEqual(['ghcr.io']);
  expect(hostsWithoutLogin(inputs(given), undefined)).toEqual([dockerHub, 'ghcr.io']);
  expect(hostsWithoutLogin(inputs({ ...given, push: 'false' }), undefined)).toEqual([]);
  expect(hostsWithoutLogin(inputs({ ...given, 'registry-secret': 'x' }), undefined)).toEqual([]);
});
