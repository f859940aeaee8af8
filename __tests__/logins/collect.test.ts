import { describe, expect, test } from '@jest/globals';
import { BuildError } from '../../src/errors.ts';
import { compareScopes, readScope } from '../../src/inputs/auths/scope.ts';
import { dockerHub } from '../../src/inputs/values/reference.ts';
import { collectLogins } from '../../src/logins/collect.ts';
import { configJson } from '../../src/logins/config-json.ts';
import {
  parseDockerConfig,
  unreadConfig,
  type DockerConfig,
} from '../../src/logins/docker-config.ts';
import type { Logins } from '../../src/logins/logins.ts';
import { mostQuestions } from '../../src/logins/search.ts';
import type { WantedLogin } from '../../src/logins/wanted.ts';
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
  const wanted = hosts.map((host) => wantedAt(`${host}/app`, required));
  return collectLogins([parse(config)], wanted, run, signal);
}

function parse(config: object, source = file): DockerConfig {
  return parseDockerConfig(JSON.stringify(config), source);
}

/** A repository that the build pushes to; one that it pulls from if it is not required. */
function wantedAt(name: string, required = true): WantedLogin {
  const [, registry = '', path = ''] = /^([^/]*)\/?(.*)$/.exec(name) ?? [];
  return {
    registry,
    path,
    actions: required ? ['pull', 'push'] : ['pull'],
    hosts: [registry],
    required,
  };
}

function sent(logins: Logins): unknown {
  return JSON.parse(configJson(logins) ?? '{}');
}

describe('the entries of the file', () => {
  test.each([
    { key: 'registry.example', host: 'registry.example', sentAs: 'registry.example' },
    { key: 'https://registry.example/v1/', host: 'registry.example', sentAs: 'registry.example' },
    { key: 'http://registry.example/v2', host: 'registry.example', sentAs: 'registry.example' },
    { key: 'HTTPS://Registry.Example/v2/', host: 'registry.example', sentAs: 'registry.example' },
    { key: 'registry.example/app', host: 'registry.example', sentAs: 'registry.example' },
    { key: 'registry-1.docker.io', host: dockerHub, sentAs: 'https://index.docker.io/v1/' },
    { key: 'docker.io/app', host: dockerHub, sentAs: 'https://index.docker.io/v1/' },
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

  test.each([
    { name: 'a credential store', config: { credsStore: 'missing' } },
    {
      name: 'a helper of the registry',
      config: { credHelpers: { 'registry.example': 'missing' } },
    },
  ])('that is missing leaves the entry of the file: $name', async ({ config }) => {
    const logins = await collect({ ...fromFile, ...config }, ['registry.example']);
    expect(sent(logins)).toEqual(fromFile);
    expect(logins.warnings).toEqual([
      `getting the credentials for "registry.example" from "docker-credential-missing" failed: it was not found; the credentials in "${file}" are used`,
    ]);
  });

  test('with an empty name means the entry of the file, as in Docker', async () => {
    const config = { ...fromFile, credHelpers: { 'registry.example': '' }, credsStore: 'lab' };
    const logins = await collect(config, ['registry.example'], { run });
    expect(sent(logins)).toEqual(fromFile);
    expect(logins.warnings).toEqual([]);
  });

  test('that does not answer is run once, whatever the number of registries', async () => {
    const asked: string[] = [];
    const hangs: RunCommand = (command, _args, { input = '' }) => {
      asked.push(`${command} ${input}`);
      return Promise.reject(new Error('it did not answer within 60 s'));
    };
    const hosts = ['a.example', 'b.example', 'c.example'];
    const logins = await collect({ credsStore: 'locked' }, hosts, { run: hangs, required: false });
    expect(asked).toEqual(['docker-credential-locked a.example']);
    expect(logins.warnings).toEqual(
      hosts.map(
        (host) =>
          `getting the credentials for "${host}" from "docker-credential-locked" failed: it did not answer within 60 s; ${host} is pulled from without credentials`,
      ),
    );
  });

  test('that fails for one registry is asked for the others', async () => {
    const fails: RunCommand = (_command, _args, { input = '' }) =>
      Promise.resolve(
        input === 'b.example'
          ? { exitCode: 0, stdout: '{"Username":"user","Secret":"password"}', stderr: '' }
          : { exitCode: 2, stdout: '', stderr: '' },
      );
    const hosts = ['a.example', 'b.example'];
    const logins = await collect({ credsStore: 'lab' }, hosts, { run: fails, required: false });
    expect([...logins.byHost.keys()]).toEqual(['b.example']);
  });

  test('is asked once for the repositories of a registry', async () => {
    const asked: string[] = [];
    const counts: RunCommand = (command, args, options) => {
      asked.push(options.input ?? '');
      return run(command, args, options);
    };
    const wanted = ['app', 'cache', 'base'].map((path) => wantedAt(`registry.example/${path}`));
    const signal = new AbortController().signal;
    const logins = await collectLogins([parse({ credsStore: 'lab' })], wanted, counts, signal);
    expect(asked).toEqual(['registry.example']);
    expect(sent(logins)).toEqual(fromHelper);
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

describe('the first configuration with credentials wins', () => {
  const first = { 'a.example': { auth: btoa('user:first') } };
  const second = { auth: btoa('user:second') };
  const configs = [
    parse({ auths: first }, 'first.json'),
    parse({ auths: { 'a.example': second, 'b.example': second } }, 'second.json'),
  ];
  const signal = new AbortController().signal;

  test('for each registry by itself', async () => {
    const wanted = [wantedAt('a.example/app'), wantedAt('b.example/app')];
    const logins = await collectLogins(configs, wanted, helper({}), signal);
    expect(sent(logins)).toEqual({ auths: { ...first, 'b.example': second } });
  });

  test('also if one before it cannot be read, with a warning', async () => {
    const broken = parse({ credsStore: 'missing' }, 'broken.json');
    const wanted = [wantedAt('b.example/app')];
    const logins = await collectLogins([broken, ...configs], wanted, helper({}), signal);
    expect(sent(logins)).toEqual({ auths: { 'b.example': second } });
    expect(logins.warnings).toEqual([
      'getting the credentials for "b.example" from "docker-credential-missing" failed: it was not found; the credentials in "second.json" are used',
    ]);
  });
});

describe('the credentials of docker/login-action with a scope', () => {
  const scopes = {
    'a.example/me/app@push': 'app-push',
    'a.example/me/app': 'app',
    'a.example@push': 'push',
    'registry-1.docker.io/me/app': 'hub',
  };
  const scoped = Object.entries(scopes).map(([name, password]) => ({
    ...parse({
      auths: {
        [name.startsWith('registry-1') ? 'https://index.docker.io/v1/' : 'a.example']: {
          auth: btoa(`user:${password}`),
        },
      },
    }),
    scope: readScope(name),
  }));
  const configs = [
    ...scoped.toSorted((one, other) => compareScopes(one.scope, other.scope)),
    parse({ auths: { 'a.example': { auth: btoa('user:all') } } }),
  ];

  test.each([
    { name: 'a push of the repository', use: 'a.example/me/app', push: true, expected: 'app-push' },
    { name: 'a pull of the repository', use: 'a.example/me/app', push: false, expected: 'app' },
    { name: 'a push of another repository', use: 'a.example/me', push: true, expected: 'push' },
    { name: 'a repository below it', use: 'a.example/me/app/x', push: false, expected: 'all' },
    { name: 'a pull of another repository', use: 'a.example/you/x', push: false, expected: 'all' },
    { name: 'Docker Hub', use: `${dockerHub}/me/app`, push: true, expected: 'hub' },
  ])('are those for $name', async ({ use, push, expected }) => {
    const signal = new AbortController().signal;
    const { byHost } = await collectLogins(configs, [wantedAt(use, push)], helper({}), signal);
    const [entries] = byHost.values();
    expect(Object.values(entries ?? {})).toEqual([{ auth: btoa(`user:${expected}`) }]);
  });
});

describe('a configuration in a default place that could not be read', () => {
  const unread = unreadConfig('auth.json', new BuildError('input', 'reading it failed'));
  const warning =
    "reading it failed; its credentials are not used. Make it readable, or set 'docker-config' to the configuration to use";
  const scope = (name: string): DockerConfig => ({ ...unread, scope: readScope(name) });
  const other = parse({ auths: { 'a.example': { auth } } });

  test.each([
    { name: 'is a warning', configs: [unread, other], warnings: [warning] },
    { name: 'is a warning without others', configs: [unread], warnings: [warning] },
    {
      name: 'is a warning for the scope of a registry that is wanted',
      configs: [scope('a.example/you@pull'), other],
      warnings: [warning],
    },
    {
      name: 'is nothing for the scope of another registry',
      configs: [scope('b.example'), other],
      warnings: [],
    },
  ])('$name', async ({ configs, warnings }) => {
    const signal = new AbortController().signal;
    const logins = await collectLogins(configs, [wantedAt('a.example/app')], helper({}), signal);
    expect(logins.warnings).toEqual(warnings);
    expect(logins.byHost.size).toBe(configs.includes(other) ? 1 : 0);
  });
});

describe('a Dockerfile with many registries', () => {
  const hosts = Array.from({ length: 1_000 }, (_, index) => `r${index}.example`);

  test('is read in proportion to them', async () => {
    let reads = 0;
    const counted = hosts.map((registry): WantedLogin => ({
      ...wantedAt(`${registry}/app`, false),
      get registry() {
        reads += 1;
        return registry;
      },
    }));
    const count = <T extends object>(target: T): T =>
      new Proxy(target, {
        ownKeys: (keys) => {
          reads += hosts.length;
          return Reflect.ownKeys(keys);
        },
      });
    const config = parse({ auths: Object.fromEntries(hosts.map((host) => [host, { auth }])) });
    const configs = [
      { ...config, auths: count(config.auths), credHelpers: count({ 'x.example': 'lab' }) },
    ];
    const signal = new AbortController().signal;
    const { byHost } = await collectLogins(configs, counted, helper({}), signal);
    expect(byHost.size).toBe(hosts.length);
    expect(reads).toBeLessThan(hosts.length * 50);
  });

  test('asks the helpers for a part of them, and always for those that are required', async () => {
    const asked = new Set<string>();
    const run: RunCommand = (_command, _args, { input = '' }) => {
      asked.add(input.replace('https://', ''));
      return Promise.resolve({ exitCode: 1, stdout: 'credentials not found', stderr: '' });
    };
    const wanted = [
      ...hosts.map((host) => wantedAt(`${host}/x`, false)),
      wantedAt('own.example/x'),
    ];
    const signal = new AbortController().signal;
    const config = parse({ credsStore: 'lab', auths: { 'r999.example': { auth } } });
    const logins = await collectLogins([config], wanted, run, signal);
    expect([...asked]).toEqual([...hosts.slice(0, mostQuestions), 'own.example']);
    expect(logins.warnings).toEqual([
      "the credential helpers were asked for 100 registries only: 900 others are pulled from without their credentials. Set 'pull-logins' to the registries that need credentials",
    ]);
    expect([...logins.byHost.keys()]).toEqual(['r999.example']);
  });
});

describe('credentials with actions', () => {
  const unscoped = parse({ auths: { 'a.example': { auth: btoa('user:all') } } });
  const scope = (name: string, password = name): DockerConfig => ({
    ...parse({ auths: { 'a.example': { auth: btoa(`user:${password}`) } } }),
    scope: readScope(`a.example${name}`),
  });
  const uses = [
    { name: 'a push', uses: [wantedAt('a.example/app')] },
    {
      name: 'a push and a pull',
      uses: [wantedAt('a.example/base', false), wantedAt('a.example/app')],
    },
  ];
  const configs = [
    { places: [scope('@pull'), scope('@push')], pushed: '@push', pulled: '@pull' },
    { places: [scope('@push'), scope('@pull')], pushed: '@push', pulled: '@pull' },
    { places: [scope('@pull'), scope('@pull,push')], pushed: '@pull,push', pulled: '@pull' },
    { places: [scope('@pull'), unscoped], pushed: 'all', pulled: '@pull' },
    { places: [scope('/app@pull', 'app'), unscoped], pushed: 'all', pulled: 'all' },
    { places: [scope('@pull')], pushed: undefined, pulled: '@pull' },
  ];

  test.each(
    configs.flatMap((given) =>
      uses.map((use) => ({
        ...given,
        ...use,
        shown: given.places.map(({ scope }) => scope?.actions.join('+') ?? 'all').join(', '),
      })),
    ),
  )('to pull with are not those of $name: $shown', async ({ places, uses, pushed, pulled }) => {
    const signal = new AbortController().signal;
    const { byHost } = await collectLogins(places, uses, helper({}), signal);
    const entries = byHost.get('a.example') ?? {};
    const entryOf = (password = ''): object =>
      password === '' ? {} : { auth: btoa(`user:${password}`) };
    // Kaniko pushes with the entry of the registry alone.
    expect(entries['a.example'] ?? {}).toEqual(entryOf(pushed));
    if (uses.length === 1) return;
    expect(entries['a.example/base'] ?? entries['a.example']).toEqual(entryOf(pulled));
  });
});

test.each(['dhi.io', 'registry.scout.docker.com'])(
  '%s accepts the credentials of Docker Hub',
  async (host) => {
    const logins = await collect({ auths: { 'https://index.docker.io/v1/': { auth } } }, [host]);
    expect(sent(logins)).toEqual({ auths: { [host]: { auth } } });
  },
);
