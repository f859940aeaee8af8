import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readDockerConfigs } from '../../src/io/docker-config.ts';
import type { DockerConfig } from '../../src/logins/docker-config.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'docker-config-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** A configuration with this user for one registry. */
function login(user = 'user'): object {
  return { auths: { 'registry.example': { auth: btoa(`${user}:password`) } } };
}

function write(path: string, content: string | object = login()): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** Reads with an environment in which no default place exists. */
function read(
  input: string | undefined,
  environment: NodeJS.ProcessEnv = {},
): readonly DockerConfig[] {
  const nowhere = join(directory, 'nowhere');
  const places = { DOCKER_CONFIG: nowhere, XDG_RUNTIME_DIR: nowhere, XDG_CONFIG_HOME: nowhere };
  return readDockerConfigs(input, { ...places, ...environment }, (path) => join(directory, path));
}

/** The users of the configurations, each with the scope it is for. */
function usersOf(configs: readonly DockerConfig[]): readonly string[] {
  return configs.map(({ auths, scope }) => {
    const { auth } = auths['registry.example'] as { readonly auth: string };
    const user = atob(auth).replace(/:.*$/, '');
    return scope === undefined ? user : `${user} ${JSON.stringify(scope)}`;
  });
}

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the input', () => {
  test.each([
    { name: 'a directory', input: '.' },
    { name: 'a file', input: 'config.json' },
  ])('reads $name that it names', ({ input }) => {
    write('config.json');
    expect(read(input)).toEqual([
      {
        source: join(directory, 'config.json'),
        ...login(),
        credHelpers: {},
        credsStore: undefined,
        proxies: {},
      },
    ]);
  });

  test('replaces every other place', () => {
    write('docker/config.json', login('input'));
    const environment = {
      DOCKER_AUTH_CONFIG: JSON.stringify(login('variable')),
      DOCKER_CONFIG: dirname(write('other/config.json')),
      REGISTRY_AUTH_FILE: write('podman.json'),
    };
    expect(usersOf(read('docker', environment))).toEqual(['input']);
  });

  test('has the scopes in its directory', () => {
    write('docker/config.json', login('all'));
    write('docker/buildx/config/ghcr.io/me/app/config.json', login('scoped'));
    expect(usersOf(read('docker'))).toHaveLength(2);
    expect(usersOf(read('docker/config.json'))).toEqual(['all']);
  });

  test('none reads nothing, also if there are credentials', () => {
    write('config.json');
    expect(read('none', { DOCKER_CONFIG: directory })).toEqual([]);
  });

  test('must name a file that exists', () => {
    expect(() => read('missing')).toThrow(
      `reading the Docker configuration ${JSON.stringify(join(directory, 'missing'))} failed`,
    );
  });

  test('must name a directory with a config.json', () => {
    mkdirSync(join(directory, 'empty'));
    expect(() => read('empty')).toThrow(
      `reading the Docker configuration ${JSON.stringify(join(directory, 'empty', 'config.json'))} failed`,
    );
  });

  test('may name a directory with scopes alone, which docker/login-action leaves', () => {
    write('docker/buildx/config/ghcr.io/me/app/config.json', login('scoped'));
    expect(usersOf(read('docker'))).toEqual([
      'scoped {"registry":"ghcr.io","path":"me/app","actions":[]}',
    ]);
    expect(() => read('docker', { DOCKER_LOGIN_SCOPE_DISABLED: 'true' })).toThrow('config.json');
  });

  test('must have a config.json that can be read, also with scopes', () => {
    write('docker/buildx/config/ghcr.io/me/app/config.json');
    mkdirSync(join(directory, 'docker/config.json'));
    expect(() => read('docker')).toThrow('config.json" failed: EISDIR');
  });

  test.each([
    { name: 'a loop of links', input: 'loop' },
    { name: 'a file below it', input: 'loop/config.json' },
  ])('that cannot be looked up is an error with a hint: $name', ({ input }) => {
    symlinkSync('loop', join(directory, 'loop'));
    expect(thrown(() => read(input))).toMatchObject({
      kind: 'input',
      message: `reading the Docker configuration "${join(directory, input)}" failed: ELOOP: too many symbolic links encountered`,
      hint: expect.stringContaining("Set 'docker-config'") as unknown,
    });
  });

  test.each([
    { name: 'JSON', input: JSON.stringify(login()), what: 'a path, not the content' },
    {
      name: 'JSON in lines',
      input: '\n {\n"auths": {"x": {"auth": "c2VjcmV0"}}}',
      what: 'not the content',
    },
    { name: 'a secret of several lines', input: 'dXNlcjpw\nc2VjcmV0', what: 'a path of one line' },
    { name: 'a long secret', input: 'c2VjcmV0'.repeat(30), what: 'up to 200 characters' },
  ])('refuses $name in place of a path, and quotes none of it', ({ input, what }) => {
    const error = thrown(() => read(input));
    expect(error).toMatchObject({
      kind: 'input',
      message: expect.stringContaining(what) as unknown,
    });
    expect(String(error)).not.toMatch(/c2VjcmV0|auths|registry/);
  });
});

describe('the places of Docker and Podman', () => {
  /** Every place, with the name of the place as the user. */
  function everyPlace(): NodeJS.ProcessEnv {
    write('docker/config.json', login('docker'));
    write('docker/buildx/config/ghcr.io@push/config.json', login('scope'));
    write('runtime/containers/auth.json', login('runtime'));
    write('home/containers/auth.json', login('home'));
    return {
      DOCKER_AUTH_CONFIG: JSON.stringify(login('variable')),
      DOCKER_CONFIG: join(directory, 'docker'),
      XDG_RUNTIME_DIR: join(directory, 'runtime'),
      XDG_CONFIG_HOME: join(directory, 'home'),
    };
  }

  const scope = 'scope {"registry":"ghcr.io","path":"","actions":["push"]}';

  test.each([
    {
      name: 'all of them, in this order',
      change: {},
      expected: ['variable', scope, 'docker', 'runtime', 'home'],
    },
    {
      name: 'not the variables that are empty',
      change: { DOCKER_AUTH_CONFIG: '', REGISTRY_AUTH_FILE: '', BUILDX_CONFIG: '' },
      expected: [scope, 'docker', 'runtime', 'home'],
    },
    {
      name: 'no scopes if they are disabled',
      change: { DOCKER_LOGIN_SCOPE_DISABLED: 'true' },
      expected: ['variable', 'docker', 'runtime', 'home'],
    },
    {
      name: 'scopes if they are not disabled',
      change: { DOCKER_LOGIN_SCOPE_DISABLED: '0' },
      expected: ['variable', scope, 'docker', 'runtime', 'home'],
    },
  ])('are $name', ({ change, expected }) => {
    expect(usersOf(read(undefined, { ...everyPlace(), ...change }))).toEqual(expected);
  });

  test('REGISTRY_AUTH_FILE replaces the other files of Podman', () => {
    const environment = {
      ...everyPlace(),
      REGISTRY_AUTH_FILE: write('named.json', login('named')),
    };
    expect(usersOf(read(undefined, environment))).toEqual(['variable', scope, 'docker', 'named']);
  });

  test('BUILDX_CONFIG has the scopes in place of the Docker configuration', () => {
    write('buildx/config/registry-1.docker.io/me/app@pull,push/config.json', login('buildx'));
    const environment = { ...everyPlace(), BUILDX_CONFIG: join(directory, 'buildx') };
    expect(usersOf(read(undefined, environment))[1]).toBe(
      'buildx {"registry":"index.docker.io","path":"me/app","actions":["pull","push"]}',
    );
  });

  test('scopes of a repository come first, then those with more actions', () => {
    const names = ['a.example', 'a.example@push', 'b.example/x/y', 'b.example/x/y@pull,push'];
    for (const name of names) write(`docker/buildx/config/${name}/config.json`, login(name));
    const users = read(undefined, { DOCKER_CONFIG: join(directory, 'docker') }).map(
      ({ auths }) => atob((auths['registry.example'] as { auth: string }).auth).split(':')[0],
    );
    expect(users).toEqual([
      'b.example/x/y@pull,push',
      'b.example/x/y',
      'a.example@push',
      'a.example',
    ]);
  });

  test.each([
    { name: 'an empty directory', path: 'empty' },
    { name: 'a directory that does not exist', path: 'missing' },
    { name: 'a path below a file', path: 'config.json' },
  ])('$name has no configuration', ({ path }) => {
    write('config.json');
    mkdirSync(join(directory, 'empty'));
    const place = join(directory, path);
    const environment = {
      DOCKER_CONFIG: place,
      BUILDX_CONFIG: place,
      XDG_RUNTIME_DIR: place,
      REGISTRY_AUTH_FILE: join(place, 'auth.json'),
    };
    expect(read(undefined, environment)).toEqual([]);
  });

  test.each([
    { name: 'DOCKER_AUTH_CONFIG', source: '$DOCKER_AUTH_CONFIG' },
    { name: 'REGISTRY_AUTH_FILE', source: 'broken.json' },
    { name: 'DOCKER_CONFIG', source: 'config.json' },
  ])('a broken configuration in $name is an error that quotes none of it', ({ name, source }) => {
    const broken = '{"auths": {"x": {"auth": "c2VjcmV0"';
    write('config.json', name === 'DOCKER_CONFIG' ? broken : '{}');
    const values: Readonly<Record<string, string>> = {
      DOCKER_AUTH_CONFIG: broken,
      REGISTRY_AUTH_FILE: write('broken.json', broken),
      DOCKER_CONFIG: directory,
    };
    const message = String(thrown(() => read(undefined, { [name]: values[name] })));
    expect(message).toContain(`${source}" failed: it is not JSON`);
    expect(message).not.toContain('c2VjcmV0');
  });

  test.each([
    { name: 'the file of Podman in XDG_RUNTIME_DIR', file: 'runtime/containers/auth.json' },
    { name: 'the file of Podman in XDG_CONFIG_HOME', file: 'home/containers/auth.json' },
    {
      name: 'the file of a scope',
      file: 'docker/buildx/config/other.example@pull/config.json',
      scope: { registry: 'other.example', path: '', actions: ['pull'] },
    },
  ])('$name does not end the build if it cannot be read', ({ file, scope }) => {
    const environment = everyPlace();
    const path = write(file, '{"auths": {"x": {"auth": "c2VjcmV0"');
    const configs = read(undefined, environment);
    const failed = configs.filter(({ failure }) => failure !== undefined);
    expect(failed).toMatchObject([{ source: path, auths: {}, failure: { kind: 'input' } }]);
    expect(failed[0]?.failure?.message).toMatch(/ failed: it is not JSON \(position \d+\)$/);
    expect(failed[0]?.scope).toEqual(scope);
    expect(usersOf(configs.filter(({ failure }) => failure === undefined))).toContain('docker');
  });

  test('a file that cannot be opened does not end the build', () => {
    const environment = everyPlace();
    rmSync(join(directory, 'runtime/containers'), { recursive: true });
    symlinkSync('containers', join(directory, 'runtime/containers'));
    expect(read(undefined, environment).map(({ failure }) => failure?.message)).toContain(
      `reading the Docker configuration "${join(directory, 'runtime/containers/auth.json')}" failed: ELOOP: too many symbolic links encountered`,
    );
  });
});
