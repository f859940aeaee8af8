import { describe, expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { dockerHub } from '../../src/inputs/values/reference.ts';
import { collectLogins } from '../../src/logins/collect.ts';
import { configJson } from '../../src/logins/config-json.ts';
import { parseDockerConfig } from '../../src/logins/docker-config.ts';
import type { Logins } from '../../src/logins/logins.ts';
import type { CommandResult, RunCommand } from '../../src/ports.ts';

const auth = btoa('user:password');
const file = '/home/runner/.docker/config.json';

/** The helper `lab`, which has credentials for these servers; every other program does not exist. */
function helper(secrets: Readonly<Record<string, string>>): RunCommand {
  return (command, _args, { input = '' }) => {
    if (command !== 'docker-credential-lab') return Promise.reject(new Error('it was not found'));
    const secret = secrets[input];
    const result: CommandResult =
      secret === undefined
        ? { exitCode: 1, stdout: 'credentials not found in native keychain', stderr: '' }
        : { exitCode: 0, stdout: JSON.stringify({ Username: 'user', Secret: secret }), stderr: '' };
    return Promise.resolve(result);
  };
}

/** Collects the credentials for these registries from a config.json. */
function collect(
  config: object,
  hosts: readonly string[],
  { run = helper({}), required = true, signal = new AbortController().signal } = {},
): Promise<Logins> {
  const wanted = hosts.map((host) => ({ host, required }));
  return collectLogins(parseDockerConfig(JSON.stringify(config), file), wanted, run, signal);
}

function sent(logins: Logins): unknown {
  return JSON.parse(configJson(logins) ?? '{}');
}

describe('the entries of the file', () => {
  test.each([
    { key: 'registry.example', host: 'registry.example', sentAs: 'registry.example' },
    { key: 'https://registry.example/v1/', host: 'registry.example', sentAs: 'registry.example' },
    { key: 'http://registry.example/v2', host: 'registry.example', sentAs: 'registry.example' },
    {
      key: 'registry.example/group',
      host: 'registry.example',
      sentAs: 'registry.example/group',
    },
    { key: 'docker.io', host: dockerHub, sentAs: 'https://index.docker.io/v1/' },
    { key: 'https://index.docker.io/v1/', host: dockerHub, sentAs: 'https://index.docker.io/v1/' },
  ])('$key is sent as $sentAs', async ({ key, host, sentAs }) => {
    const logins = await collect({ auths: { [key]: { auth } } }, [host]);
    expect(sent(logins)).toEqual({ auths: { [sentAs]: { auth } } });
    expect([...logins.byHost.keys()]).toEqual([host]);
  });

  test('are sent for the wanted registries only', async () => {
    const auths = { 'registry.example': { auth }, 'other.example': { auth } };
    const logins = await collect({ auths }, ['registry.example', 'third.example']);
    expect(sent(logins)).toEqual({ auths: { 'registry.example': { auth } } });
  });

  test.each([
    { name: 'auth with line breaks', entry: { auth: `${auth.slice(0, 8)}\n${auth.slice(8)}` } },
    {
      name: 'auth that is not valid, with a token',
      entry: { auth: btoa('00000000'), identitytoken: 'token' },
    },
  ])('are sent unchanged: $name', async ({ entry }) => {
    const logins = await collect({ auths: { 'registry.example': entry } }, ['registry.example']);
    expect(sent(logins)).toEqual({ auths: { 'registry.example': entry } });
  });

  test.each([
    { name: 'not base64', value: 'user:password' },
    { name: 'cut base64', value: auth.slice(0, -1) },
    { name: 'a user without a password', value: btoa('user') },
    { name: 'a password without a user', value: btoa(':password') },
  ])('are refused if auth is $name', async ({ value }) => {
    const config = { auths: { 'https://registry.example/v1/': { auth: value } } };
    const message = `invalid credentials for "https://registry.example/v1/" in the Docker configuration "${file}": auth is not the base64 text of user:password`;
    await expect(collect(config, ['registry.example'])).rejects.toMatchObject({
      kind: 'input',
      message,
    });
    expect(await collect(config, ['registry.example'], { required: false })).toEqual({
      byHost: new Map(),
      secrets: [],
      warnings: [`${message}; registry.example is pulled from without credentials`],
    });
  });
});

describe('a credential helper', () => {
  const run = helper({ 'registry.example': 'from-the-helper' });
  const fromHelper = {
    auths: { 'registry.example': { auth: btoa('user:from-the-helper') } },
  };
  const fromFile = { auths: { 'registry.example': { auth } } };

  test.each([
    { name: 'of the registry', config: { credHelpers: { 'registry.example': 'lab' } } },
    { name: 'for all registries', config: { credsStore: 'lab' } },
    { name: 'and an entry of the file', config: { ...fromFile, credsStore: 'lab' } },
    {
      name: 'of the registry, and a store that does not exist',
      config: { credHelpers: { 'https://registry.example': 'lab' }, credsStore: 'missing' },
    },
  ])('$name gives the credentials', async ({ config }) => {
    const logins = await collect(config, ['registry.example'], { run });
    expect(sent(logins)).toEqual(fromHelper);
    expect(logins.secrets).toContain('from-the-helper');
  });

  test('without credentials leaves the entry of the file', async () => {
    const logins = await collect({ ...fromFile, credsStore: 'lab' }, ['registry.example']);
    expect(sent(logins)).toEqual(fromFile);
  });

  test('that fails is an error for a required registry, else a warning', async () => {
    const config = { credsStore: 'missing' };
    const message =
      'getting the credentials for "registry.example" from "docker-credential-missing" failed: it was not found';
    await expect(collect(config, ['registry.example'])).rejects.toMatchObject({
      kind: 'input',
      message,
    });
    expect(await collect(config, ['registry.example'], { required: false })).toMatchObject({
      warnings: [`${message}; registry.example is pulled from without credentials`],
    });
  });

  test('that is stopped by the timeout is an error for every registry', async () => {
    const stop = new AbortController();
    const hangs: RunCommand = () => {
      const reason = new BuildError('timeout', 'the step timed out');
      stop.abort(reason);
      return Promise.reject(reason);
    };
    const collected = collect({ credsStore: 'lab' }, ['registry.example'], {
      run: hangs,
      required: false,
      signal: stop.signal,
    });
    await expect(collected).rejects.toMatchObject({ kind: 'timeout' });
  });
});
