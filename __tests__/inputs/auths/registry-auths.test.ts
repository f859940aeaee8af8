import { describe, expect, test } from '@jest/globals';
import { dump } from 'js-yaml';
import {
  cutPasswords,
  parseRegistryAuths,
  registryAuthSecrets,
} from '../../../src/inputs/auths/registry-auths.ts';
import { problemsOf } from '../../support/problems.ts';

const login = { username: 'me', password: 's3cret!' };
const parsed = { path: '', scope: undefined, ...login };
const hub = 'index.docker.io';

function parse(...elements: readonly object[]): unknown {
  return parseRegistryAuths(JSON.stringify(elements));
}

test('reads a list as docker/login-action has it', () => {
  const text = `- username: hub
  password: "one: two"
- registry: ghcr.io
  username: me
  password: 'it''s'
  scope: acme/app@push
- registry: https://Registry.Example:5000/v2/
  username: 007
  password: true
  ecr: false
`;
  expect(parseRegistryAuths(text)).toEqual([
    { registry: hub, path: '', scope: undefined, username: 'hub', password: 'one: two' },
    {
      registry: 'ghcr.io',
      path: '',
      scope: { registry: 'ghcr.io', path: 'acme/app', actions: ['push'] },
      username: 'me',
      password: "it's",
    },
    {
      registry: 'registry.example:5000',
      path: '',
      scope: undefined,
      username: '007',
      password: 'true',
    },
  ]);
});

test('reads a list of which every line is indented', () => {
  const text = '\n    - registry: ghcr.io\n      username: me\n      password: s3cret!\n';
  expect(parseRegistryAuths(text)).toEqual([{ ...parsed, registry: 'ghcr.io' }]);
});

test.each([
  { registry: '', expected: { registry: hub } },
  { registry: 'docker.io', expected: { registry: hub } },
  { registry: 'registry-1.docker.io', expected: { registry: hub } },
  { registry: 'https://index.docker.io/v1/', expected: { registry: hub } },
  { registry: 'docker.io/acme', expected: { registry: hub, path: 'acme' } },
  { registry: 'GHCR.IO', expected: { registry: 'ghcr.io' } },
  { registry: 'ghcr.io/acme/app/', expected: { registry: 'ghcr.io', path: 'acme/app' } },
])('reads the registry "$registry"', ({ registry, expected }) => {
  expect(parse({ ...login, registry })).toEqual([{ ...parsed, ...expected }]);
});

test.each([
  { scope: '@push', path: '', actions: ['push'] },
  { scope: '@pull,push', path: '', actions: ['pull', 'push'] },
  { scope: 'acme/app', path: 'acme/app', actions: [] },
])('reads the scope $scope', ({ scope, path, actions }) => {
  expect(parse({ ...login, registry: 'ghcr.io', scope })).toEqual([
    { ...parsed, registry: 'ghcr.io', scope: { registry: 'ghcr.io', path, actions } },
  ]);
});

describe('a registry of Amazon ECR', () => {
  const hosts = [
    '123456789012.dkr.ecr.us-east-1.amazonaws.com',
    'https://123456789012.DKR.ecr.us-east-1.amazonaws.com/v2/',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com:443',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com/team',
    '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
    '123456789012.dkr-ecr.us-east-1.on.aws',
    'public.ecr.aws',
  ];

  test.each(
    hosts.flatMap((registry) =>
      ['', 'auto', 'false'].map((ecr) => ({ registry, ecr, username: 'AKIAIOSFODNN7EXAMPLE' })),
    ),
  )('refuses an access key: $registry, ecr "$ecr"', ({ registry, ecr, username }) => {
    expect(problemsOf(() => parse({ registry, ecr, username, password: 's3cret!' }))).toEqual([
      {
        text: 'element 1: its registry is Amazon ECR, where the username must be AWS',
        hint: expect.stringContaining('aws ecr get-login-password') as unknown,
      },
    ]);
  });

  test.each(hosts.map((registry) => ({ registry })))('takes a token: $registry', ({ registry }) => {
    expect(parse({ registry, username: 'AWS', password: 'token' })).toMatchObject([
      { username: 'AWS' },
    ]);
  });

  test.each(['ecr.example', 'dkr.ecr.us-east-1.amazonaws.com.example', 'amazonaws.com'])(
    'is not %s',
    (registry) => {
      expect(parse({ ...login, registry })).toMatchObject([{ registry }]);
    },
  );
});

const oddPasswords = [
  '0123',
  '1e5',
  'true',
  'null',
  '~',
  '2024-01-01',
  ': #',
  '- a',
  '{"type": "service_account", "private_key": "-----BEGIN"}',
  '*alias &anchor !tag %directive @at `tick',
  '\'"\\\t',
  ' leading and trailing ',
  'a,b;c=d|e>f',
  'pässwörd-😀',
  '$(HOME) ${HOME} ::add-mask::x',
];

describe('a password can be anything', () => {
  test.each(oddPasswords.map((password) => ({ password })))('$password', ({ password }) => {
    const element = { ...login, password };
    expect(parse(element)).toMatchObject([{ password }]);
    expect(parseRegistryAuths(dump([element]))).toMatchObject([{ password }]);
  });

  test('of one block, without its last newline, as docker login reads it', () => {
    const text = '- username: me\n  password: |\n    line 1\n    line 2\n';
    expect(parseRegistryAuths(text)).toMatchObject([{ password: 'line 1\nline 2' }]);
  });
});

test.each([
  { name: 'no list', text: 'username: me', problem: 'it is not a list' },
  { name: 'a text', text: 'host=ghcr.io,username=me', problem: 'it is not a list' },
  {
    name: 'an element that is a text',
    text: '[s3cret!]',
    problem: 'element 1: it is not a mapping',
  },
  {
    name: 'an unknown field',
    text: '[{username: me, s3cret!: x}]',
    problem: 'element 1: it has an unknown field',
  },
  {
    name: 'ecr',
    text: '[{username: me, password: s3cret!, ecr: true}]',
    problem: 'element 1: ecr: true is not supported',
  },
  { name: 'no user', text: '[{password: s3cret!}]', problem: 'element 1: its username is empty' },
  {
    name: 'a colon in the user',
    text: '[{username: "me:s3cret!", password: x}]',
    problem: 'element 1: its username has a colon',
  },
  {
    name: 'no password in the second element',
    text: '[{username: me, password: s3cret!}, {registry: a.b, username: me, password: }]',
    problem:
      "element 2: its password is empty: the secret is empty or not passed to this event (a fork's pull request, for example)",
  },
  {
    name: 'a password in JSON without quotes',
    text: '[{username: me, password: {"key": "s3cret!"}}]',
    problem: 'element 1: its password is not a text',
  },
  {
    name: 'a scope',
    text: '[{username: me, password: x, scope: "s3cret!"}]',
    problem: 'element 1: its scope is not valid',
  },
  {
    name: 'an action that no build has',
    text: '[{username: me, password: x, scope: "@write"}]',
    problem: 'element 1: its scope is not valid',
  },
  {
    name: 'the registry in the scope',
    text: '[{username: me, password: x, registry: ghcr.io, scope: ghcr.io/acme/app}]',
    problem: 'element 1: its scope begins with the registry',
  },
  {
    name: 'upper-case letters in the path of the registry',
    text: '[{username: me, password: x, registry: ghcr.io/Acme}]',
    problem: 'element 1: its registry has upper-case letters in its path',
  },
  ...['&s3cret! x', '*s3cret!', '!s3cret! x', '#s3cret!'].map((value) => ({
    name: `a password ${value} without quotes`,
    text: `- username: me\n  password: ${value}`,
    problem: 'the value begins with &, *, ! or #, which YAML does not take as a part of it',
  })),
  {
    name: 'a registry',
    text: '[{username: me, password: x, registry: "s3cret!"}]',
    problem: 'element 1: its registry is not a registry host',
  },
  {
    name: 'a path and a scope',
    text: '[{username: me, password: x, registry: a.b/c, scope: c}]',
    problem: 'element 1: its registry has a path, and it has a scope',
  },
  {
    name: 'a registry twice',
    text: '[{username: me, password: s3cret!}, {registry: docker.io, username: you, password: x}]',
    problem: 'element 2: its registry and scope are those of another element',
  },
  {
    name: 'something that is not YAML',
    text: '- username: me\n  password: @s3cret!',
    problem: 'it is not YAML: end of the stream or a document separator is expected',
  },
])('refuses $name, and quotes no value', ({ text, problem }) => {
  const problems = problemsOf(() => parseRegistryAuths(text));
  if (!problem.includes('not YAML')) expect(problems).toMatchObject([{ text: problem }]);
  else expect(problems).toMatchObject([{ text: expect.stringContaining('not YAML') as unknown }]);
  expect(JSON.stringify(problems)).not.toContain('s3cret');
});

describe('the secrets', () => {
  /** What the job log masks must cover: the runner replaces every mask in a line. */
  function visible(line: string, secrets: readonly string[]): string {
    return secrets
      .toSorted((one, other) => other.length - one.length)
      .reduce((text, secret) => text.replaceAll(secret, '***'), line);
  }

  const forms = (password: string): readonly string[] => [
    password,
    Buffer.from(password).toString('base64'),
    Buffer.from(`me:${password}`).toString('base64'),
    encodeURIComponent(password),
  ];

  test.each([...oddPasswords, 's3cret!x', 'line one\nline two'].map((password) => ({ password })))(
    'of $password are masked in every form',
    ({ password }) => {
      for (const text of [
        JSON.stringify([{ ...login, password }]),
        dump([{ ...login, password }]),
      ]) {
        const secrets = registryAuthSecrets(text);
        const lines = forms(password)
          .flatMap((form) => form.split('\n'))
          .filter((line) => line.trim().length >= 6);
        for (const line of lines) expect(visible(line.trim(), secrets)).toBe('***');
      }
    },
  );

  test.each([
    { name: 'a password that is not YAML', text: '- username: me\n  password: @s3cret!: x' },
    {
      name: 'a password that a comment cuts',
      text: '- username: me\n  password: abcdefg #s3cret!',
    },
    { name: 'JSON without quotes', text: '- username: me\n  password: {"a": "s3cret!-1"}' },
    { name: 'a quote that is not closed', text: '- username: me\n  password: "s3cret!' },
    {
      name: 'lines that are not indented',
      text: '- username: me\n  password: |\ns3cret!-1\ns3cret!-2',
    },
    { name: 'an element that is a text', text: '- s3cret!' },
    { name: 'no list', text: 'password: s3cret!' },
  ])('are masked in $name', ({ text }) => {
    const secrets = registryAuthSecrets(text);
    for (const line of text.split('\n').filter((line) => line.includes('s3cret'))) {
      const value = line.replace(/^[\s-]*(?:password: )?/, '');
      expect(visible(value, secrets)).not.toContain('s3cret');
    }
  });

  test('are not the registry, the user and the scope', () => {
    const text =
      '- registry: registry.example\n  username: username\n  scope: acme/app@push\n  password: s3cret!x';
    for (const word of ['registry.example', 'username', 'acme/app@push']) {
      expect(visible(word, registryAuthSecrets(text))).toBe(word);
    }
  });

  test('of no value are none', () => {
    expect(registryAuthSecrets('')).toEqual([]);
  });
});

test('finds passwords that a comment may have cut', () => {
  const text = `- password: abc #def
  password: 'abc #def'
  password: abc#def
- password: # nothing
  username: abc #def
`;
  expect(cutPasswords(text)).toEqual([1]);
});
