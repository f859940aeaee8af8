import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readDockerConfig } from '../../src/io/docker-config.ts';
import type { DockerConfig } from '../../src/logins/docker-config.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'docker-config-'));
});

afterEach(() => {
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
    proxies: {},
  });
});

test('reads $DOCKER_CONFIG without the input', () => {
  write('config.json');
  expect(read(undefined, { DOCKER_CONFIG: directory })).toMatchObject({ auths: login.auths });
});

test('none reads nothing, also if there are credentials', () => {
  write('config.json');
  expect(read('none', { DOCKER_CONFIG: directory })).toBeUndefined();
});

test.each([
  { name: 'an empty directory', path: 'empty' },
  { name: 'a directory that does not exist', path: 'missing' },
  { name: 'a path below a file', path: 'config.json' },
])('$name as $DOCKER_CONFIG is no configuration', ({ path }) => {
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
