import { describe, expect, test } from '@jest/globals';
import { checkContext, parseKubeconfig, referencedFiles } from '../../src/kubeconfig/document.ts';
import { problemsOf } from '../support/problems.ts';

const good = `apiVersion: v1
kind: Config
clusters:
  - name: lab
    cluster: { server: https://10.0.0.1:6443 }
users:
  - name: me
    user: { token: s3cr3t-t0ken }
contexts:
  - name: one
    context: { cluster: lab, user: me }
  - name: two
    context: { cluster: gone, user: me }
current-context: one`;

const print = 'Store the output of: kubectl config view --raw --flatten --minify';

describe('parseKubeconfig', () => {
  const base64 = Buffer.from(good).toString('base64');
  test.each([
    { name: 'YAML', value: good },
    { name: 'YAML with blank lines around', value: `\n${good}\n\n` },
    { name: 'base64', value: base64 },
    { name: 'base64 in lines', value: base64.replace(/.{76}/g, '$&\n') },
    { name: 'base64 with Windows line ends', value: base64.replace(/.{64}/g, '$&\r\n') },
    { name: 'base64 for URLs', value: Buffer.from(good).toString('base64url') },
  ])('reads $name', ({ value }) => {
    expect(parseKubeconfig(value)).toEqual({
      text: good,
      contexts: ['one', 'two'],
      currentContext: 'one',
    });
  });

  test('reads JSON', () => {
    const json = '{"clusters":[],"contexts":[{"name":"a"}]}';
    expect(parseKubeconfig(json)).toEqual({
      text: json,
      contexts: ['a'],
      currentContext: undefined,
    });
  });

  test.each([
    {
      name: 'YAML that is broken, without quoting it',
      value: 'token: s3cr3t\n\tkey: "s3cr3t',
      problem: {
        text: expect.stringMatching(/^it is not YAML: [^3]+$/),
        line: 2,
        hint: `${print}.`,
      },
    },
    {
      name: 'YAML whose password looks like an alias, without quoting it',
      value: 'users:\n  password: *s3cr3t',
      problem: { text: 'it is not YAML: unidentified alias …', line: 2, hint: `${print}.` },
    },
    {
      name: 'another document',
      value: 'apiVersion: v1\nkind: Secret\ndata: {}',
      problem: {
        text: 'the document of kind "Secret" has no list clusters and no list contexts',
        hint: `${print}.`,
      },
    },
    {
      name: 'a list',
      value: '- a: 1',
      problem: { text: 'it is not a mapping', hint: `${print}.` },
    },
    {
      name: 'no context',
      value: 'clusters: []\ncontexts: []',
      problem: { text: 'it has no context', hint: `${print}.` },
    },
    {
      name: 'what kubectl leaves out',
      value: good.replace('s3cr3t-t0ken', 'REDACTED'),
      problem: {
        text: 'its certificates or tokens are left out (DATA+OMITTED, REDACTED)',
        hint: `${print}.`,
      },
    },
    {
      name: 'base64 of something else',
      value: Buffer.from('just some words').toString('base64'),
      problem: {
        text: 'it is the base64 of something that is not a kubeconfig',
        hint: `${print}, or its base64 once.`,
      },
    },
    {
      name: 'base64 of base64',
      value: Buffer.from(base64).toString('base64'),
      problem: {
        text: 'it is the base64 of something that is not a kubeconfig',
        hint: `${print}, or its base64 once.`,
      },
    },
    ...[
      { name: 'UTF-16', bytes: Buffer.from(good, 'utf16le') },
      { name: 'UTF-16 with a byte order mark', bytes: Buffer.from(`\uFEFF${good}`, 'utf16le') },
    ].map(({ name, bytes }) => ({
      name: `base64 of ${name}`,
      value: bytes.toString('base64'),
      problem: {
        text: 'it is the base64 of UTF-16, which PowerShell writes',
        hint: 'Encode UTF-8: [Text.Encoding]::UTF8 in place of Unicode, Out-File -Encoding utf8 in place of >.',
      },
    })),
    {
      name: 'a path',
      value: '/home/me/kubeconfig',
      problem: {
        text: 'it looks like a path, but it takes the content of a kubeconfig',
        hint: 'Use auto and set the environment variable KUBECONFIG to the path.',
      },
    },
    {
      name: 'any other text',
      value: 'hello, world',
      problem: { text: 'it is neither YAML nor base64', hint: `${print}, or its base64.` },
    },
  ])('refuses $name', ({ value, problem }) => {
    expect(problemsOf(() => parseKubeconfig(value))).toEqual([problem]);
  });
});

describe('checkContext', () => {
  test.each([
    { name: 'the current one', wanted: undefined },
    { name: 'one that is asked for', wanted: 'one' },
  ])('passes $name', ({ wanted }) => {
    expect(checkContext(parseKubeconfig(good), wanted)).toBe('one');
  });

  test.each([
    {
      name: 'an unknown name',
      text: good,
      wanted: 'on',
      problem: {
        input: 'kube-context',
        text: '"on" is not a context of the kubeconfig',
        hint: 'Use one.',
      },
    },
    {
      name: 'an unknown name that is near nothing',
      text: good,
      wanted: 'production',
      problem: {
        input: 'kube-context',
        text: '"production" is not a context of the kubeconfig',
        hint: 'Use one of: one, two.',
      },
    },
    {
      name: 'a missing current-context',
      text: good.replace('current-context: one', ''),
      wanted: undefined,
      problem: {
        text: 'it has no current-context',
        hint: "Set the input 'kube-context' to one of: one, two.",
      },
    },
    {
      name: 'a current-context that is none',
      text: good.replace('current-context: one', 'current-context: three'),
      wanted: undefined,
      problem: {
        text: 'its current-context "three" is not one of its contexts',
        hint: 'Use one of: one, two.',
      },
    },
    {
      name: 'a context without its cluster',
      text: good,
      wanted: 'two',
      problem: {
        text: 'its context "two" names the cluster "gone", which it does not have',
        hint: `${print}.`,
      },
    },
    ...[
      {
        server: 'http://me:s3cr3t@api.example:6443/s3cr3t?t=s3cr3t',
        text: 'its server "http://api.example:6443" is plain HTTP, where anybody on the way could read the token',
        hint: 'Write https://api.example:6443.',
      },
      {
        server: 'ftp://me:s3cr3t@api.example',
        text: 'its server "ftp://api.example" is no URL',
        hint: 'Write https://api.example.',
      },
      {
        server: 'https://me:s3/cr3t@api.example',
        text: 'its server "api.example" is no URL',
        hint: 'Write https://api.example.',
      },
      {
        server: 'me:s3cr3t@api.example',
        text: 'its server "api.example" is no URL',
        hint: 'Write https://api.example.',
      },
      {
        server: 'api.example:6443',
        text: 'its server "api.example:6443" is no URL',
        hint: 'Write https://api.example:6443.',
      },
    ].map(({ server, ...problem }) => ({
      name: `the server ${server}`,
      text: good.replace('https://10.0.0.1:6443', JSON.stringify(server)),
      wanted: undefined,
      problem,
    })),
  ])('refuses $name', ({ text, wanted, problem }) => {
    expect(problemsOf(() => checkContext(parseKubeconfig(text), wanted))).toEqual([problem]);
  });
});

test.each([
  {
    user: 'client-key: k.pem, client-key-data: AAAA, tokenFile: /t',
    expected: [{ key: 'tokenFile', path: '/t' }],
  },
  { user: 'tokenFile: /t, token: s3cr3t-t0ken', expected: [] },
])('the files of a user with $user that have no data beside them', ({ user, expected }) => {
  const text = good
    .replace('server: https', 'certificate-authority: /ca.crt, server: https')
    .replace('token: s3cr3t-t0ken', user);
  expect(referencedFiles(parseKubeconfig(text), 'one')).toEqual([
    { key: 'certificate-authority', path: '/ca.crt' },
    ...expected,
  ]);
});
