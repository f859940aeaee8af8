import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { BuildError, describeError } from '../../../src/errors.ts';
import { parseInputs } from '../../../src/inputs/parse.ts';
import { connect } from '../../../src/io/kube/connection.ts';
import { findKubeconfig } from '../../../src/io/kube/kubeconfig.ts';
import type { Kubeconfig } from '../../../src/kubeconfig/document.ts';
import type { Fields } from '../../../src/text/json.ts';

const root = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
let directories = 0;

afterAll(() => {
  rmSync(root, { recursive: true });
});

function directory(): string {
  directories += 1;
  const path = join(root, String(directories));
  mkdirSync(path);
  return path;
}

/** Writes files, and returns their paths. */
function filesOf(...contents: readonly string[]): readonly string[] {
  const path = directory();
  return contents.map((content, index) => {
    const file = join(path, `config-${index + 1}`);
    writeFileSync(file, content);
    return file;
  });
}

const noPlugin = {
  run: () => Promise.reject(new Error('no program may be run')),
  mask: () => undefined,
};

/** The message and the hint of the BuildError that is thrown. */
function refusal(run: () => unknown): { readonly message: string; readonly hint?: string } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    expect(error.kind).toBe('input');
    expect(describeError(error)).not.toContain('s3cr3t');
    return { message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
  throw new Error('nothing was refused');
}

function openAs(kubeconfig: 'auto' | Kubeconfig, context?: string, files: readonly string[] = []) {
  return refusal(() =>
    connect(
      { kubeconfig, context, namespace: undefined },
      { KUBECONFIG: files.join(':'), HOME: root },
      noPlugin,
    ),
  );
}

/** Every way to a kubeconfig with this content, each with the name of its source in messages. */
const sources = [
  {
    source: "input 'kubeconfig'",
    open: (content: string, context?: string) => {
      const values = new Map([
        ['kubeconfig', content],
        ['kube-context', context ?? ''],
        ['tags', 'registry.example/app:1'],
      ]);
      return refusal(() =>
        parseInputs({
          read: (name) => values.get(name) ?? '',
          env: () => undefined,
          readText: () => undefined,
        }),
      );
    },
  },
  {
    source: 'kubeconfig ($KUBECONFIG)',
    open: (content: string, context?: string) => openAs('auto', context, filesOf(content)),
  },
  {
    source: 'kubeconfig ($KUBECONFIG)',
    open: (content: string, context?: string) =>
      openAs('auto', context, filesOf(content, '', 'users: [7]')),
  },
  {
    source: 'kubeconfig (~/.kube/config)',
    open: (content: string, context?: string) => {
      const home = directory();
      const file = join(home, '.kube', 'config');
      mkdirSync(join(home, '.kube'));
      writeFileSync(file, content);
      const { message, ...others } = openAs(findKubeconfig({ HOME: home }), context);
      return { message: message.replace(file, '~/.kube/config'), ...others };
    },
  },
];

const good = `clusters:
  - name: lab
    cluster: { server: https://10.0.0.1:6443 }
users:
  - name: me
    user: { token: s3cr3t-t0ken }
contexts:
  - name: production
    context: { cluster: lab, user: me }
  - name: staging
    context: { cluster: gone, user: me }
  - name: other
    context: { cluster: lab, user: nobody }
  - name: empty
    context: {}
current-context: production`;
const only = `clusters: []\ncontexts: [{ name: prod }]\n`;
const print = 'Store the output of: kubectl config view --raw --flatten --minify.';

const withServer = (server: string): string =>
  good.replace('https://10.0.0.1:6443', JSON.stringify(server));
const withUser = (user: string): string => good.replace('token: s3cr3t-t0ken', user);

const mistakes = [
  {
    name: 'another document',
    content: 'apiVersion: v1\nkind: Secret\ndata: {}',
    text: 'the document of kind "Secret" has no list of clusters and no list of contexts',
    hint: print,
  },
  {
    name: 'no list of clusters',
    content: 'clusters: {}\ncontexts: []',
    text: 'the document has no list of clusters',
    hint: print,
  },
  {
    name: 'no context',
    content: 'clusters: []\ncontexts: []',
    text: 'it has no context',
    hint: print,
  },
  {
    name: 'an unknown context',
    content: good,
    context: 'prodction',
    input: 'kube-context',
    text: '"prodction" is not a context of the kubeconfig (contexts: production, staging, other, empty)',
    hint: 'Use production.',
  },
  {
    name: 'an unknown context that is not similar to one',
    content: good,
    context: 'x',
    input: 'kube-context',
    text: '"x" is not a context of the kubeconfig (contexts: production, staging, other, empty)',
    hint: 'Use one of these.',
  },
  {
    name: 'an unknown context where there is one',
    content: only,
    context: 'x',
    input: 'kube-context',
    text: '"x" is not a context of the kubeconfig (contexts: prod)',
    hint: 'Use prod.',
  },
  {
    name: 'a missing current-context',
    content: good.replace('current-context: production', ''),
    text: 'it has no current-context (contexts: production, staging, other, empty)',
    hint: "Set the input 'kube-context' to one of these.",
  },
  {
    name: 'an unknown current-context',
    content: good.replace('current-context: production', 'current-context: stagin'),
    text: 'its current-context "stagin" is not one of its contexts (contexts: production, staging, other, empty)',
    hint: "Set the input 'kube-context' to staging.",
  },
  {
    name: 'a context with an unknown cluster',
    content: good,
    context: 'staging',
    text: 'its context "staging" refers to the cluster "gone", which it does not have',
    hint: print,
  },
  {
    name: 'a context with an unknown user',
    content: good,
    context: 'other',
    text: 'its context "other" refers to the user "nobody", which it does not have',
    hint: print,
  },
  {
    name: 'a context without a cluster',
    content: good,
    context: 'empty',
    text: 'its context "empty" has no cluster',
    hint: print,
  },
  {
    name: 'the output of kubectl config view without --raw',
    content: withUser('token: REDACTED'),
    text: 'its certificates or tokens are omitted (DATA+OMITTED, REDACTED)',
    hint: print,
  },
  ...[
    { name: 'an exec plugin with an empty command', exec: "{ command: '' }" },
    { name: 'an exec plugin without a command', exec: '{ apiVersion: v1, args: [a] }' },
    { name: 'an exec plugin without any field', exec: '{}' },
  ].map(({ name, exec }) => ({
    name,
    content: withUser(`exec: ${exec}`),
    text: 'its users[].user.exec.command is empty',
    hint: 'Name the exec plugin there, or use a kubeconfig with a token.',
  })),
  {
    name: 'a cluster name that is not a string',
    content: good.replace('cluster: gone', 'cluster: 1'),
    context: 'staging',
    text: 'the name of the cluster in its context "staging" is not a string',
    hint: 'Enclose the name in double quotes.',
  },
  {
    name: 'a CA certificate in a missing file',
    content: good.replace('{ server', '{ certificate-authority: /missing/ca.crt, server'),
    text: 'its certificate-authority is the file "/missing/ca.crt", which cannot be read on the runner',
    hint: print,
  },
  {
    name: 'a token in a missing file',
    content: withUser('tokenFile: /missing/token'),
    text: 'its tokenFile is the file "/missing/token", which cannot be read on the runner',
    hint: 'Name a file that exists there, or use a kubeconfig with a token.',
  },
  ...['proxy.example:3128', 'ftp://me:s3cr3t@proxy.example', 's3cr3t'].map((proxy) => ({
    name: `the proxy-url ${proxy}`,
    content: good.replace('{ server', `{ proxy-url: ${JSON.stringify(proxy)}, server`),
    text: 'its proxy-url is not the URL of an HTTP, HTTPS or SOCKS 5 proxy',
    hint: 'Write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT.',
  })),
  {
    name: 'a cluster without a server',
    content: withServer(''),
    text: 'its cluster has no server',
    hint: 'Set it to https://HOST:PORT.',
  },
  ...[
    {
      server: 'http://me:s3cr3t@api.example:6443/s3cr3t?t=s3cr3t',
      text: 'its server "http://api.example:6443" uses HTTP without TLS; no token is sent to it unless insecure-skip-tls-verify is true',
      hint: 'Write https://api.example:6443.',
    },
    {
      server: 'ftp://me:s3cr3t@api.example',
      text: 'its server "ftp://api.example" has the scheme ftp, which is not supported',
      hint: 'Write https://api.example.',
    },
    {
      server: 'https://me:s3/cr3t@api.example',
      text: 'its server "api.example" is not a URL',
      hint: 'Write https://api.example.',
    },
    {
      server: 'me:s3cr3t@api.example/s3cr3t?t=s3cr3t',
      text: 'its server "api.example" is not a URL',
      hint: 'Write https://api.example.',
    },
    {
      server: 'api.example:6443',
      text: 'its server "api.example:6443" is not a URL',
      hint: 'Write https://api.example:6443.',
    },
    {
      server: 'https://api example/s3cr3t',
      text: 'its server "https://api example" is not a URL',
      hint: 'Write https://HOST:PORT.',
    },
  ].map(({ server, ...problem }) => ({
    name: `the server ${server}`,
    content: withServer(server),
    ...problem,
  })),
];

describe.each(sources)('a kubeconfig from $source', ({ source, open }) => {
  test.each<{
    name: string;
    content: string;
    context?: string;
    input?: string;
    text: string;
    hint: string;
  }>(mistakes)('is refused for $name', ({ content, context, input, text, hint }) => {
    const place = input === undefined ? source : `input '${input}'`;
    expect(open(content, context)).toEqual({ message: `${place}: ${text}`, hint });
  });
});

describe('the in-cluster ServiceAccount', () => {
  function inCluster(files: readonly string[], host = '10.96.0.1'): Kubeconfig {
    const path = directory();
    for (const file of files) writeFileSync(join(path, file), 's3cr3t');
    const environment = {
      HOME: path,
      KUBERNETES_SERVICE_HOST: host,
      KUBERNETES_SERVICE_PORT: '443',
    };
    const { source, document } = findKubeconfig(environment, path);
    const text = JSON.stringify(document).replaceAll(path, '/sa');
    return { source, document: JSON.parse(text) as Fields };
  }

  test.each([
    { host: '10.96.0.1', server: 'https://10.96.0.1:443' },
    { host: 'fd00::1', server: 'https://[fd00::1]:443' },
  ])('is a kubeconfig with the server $server', ({ host, server }) => {
    expect(inCluster(['token'], host)).toEqual({
      source: 'in-cluster ServiceAccount',
      document: {
        clusters: [
          { name: 'in-cluster', cluster: { server, 'certificate-authority': '/sa/ca.crt' } },
        ],
        users: [{ name: 'in-cluster', user: { tokenFile: '/sa/token' } }],
        contexts: [
          {
            name: 'in-cluster',
            context: { cluster: 'in-cluster', user: 'in-cluster', namespace: '' },
          },
        ],
        'current-context': 'in-cluster',
      },
    });
  });

  test('is refused for an unknown context with the same message', () => {
    expect(openAs(inCluster(['token']), 'production')).toEqual({
      message:
        'input \'kube-context\': "production" is not a context of the kubeconfig (contexts: in-cluster)',
      hint: 'Use in-cluster.',
    });
  });

  test('is refused for a missing CA certificate with the same message', () => {
    expect(openAs(inCluster(['token']))).toEqual({
      message:
        'kubeconfig (in-cluster ServiceAccount): its certificate-authority is the file "/sa/ca.crt", which cannot be read on the runner',
      hint: print,
    });
  });
});

describe('findKubeconfig', () => {
  test.each([
    { name: 'without any', environment: {} },
    { name: 'outside a cluster', environment: { KUBERNETES_SERVICE_HOST: '10.96.0.1' } },
    { name: 'with an empty $KUBECONFIG', environment: { KUBECONFIG: ':' } },
  ])('reports that there is no kubeconfig $name', ({ environment }) => {
    const path = directory();
    writeFileSync(join(path, 'token'), 's3cr3t');
    expect(refusal(() => findKubeconfig({ HOME: path, ...environment }, path))).toEqual({
      message:
        "finding a kubeconfig failed: the input 'kubeconfig' is auto, but the runner has no $KUBECONFIG, no ~/.kube/config and no in-cluster ServiceAccount",
      hint: "Set the input 'kubeconfig' to a secret with the content of a kubeconfig.",
    });
  });

  test('skips missing files of $KUBECONFIG', () => {
    const [first = ''] = filesOf(good);
    const file = join(directory(), 'missing');
    const { document } = findKubeconfig({ KUBECONFIG: `${file}:${first}` });
    expect(document).toEqual(findKubeconfig({ KUBECONFIG: first }).document);
  });

  const secretive = `apiVersion: v1\nusers:\n- name: a\n  user:\n    token: s3cr3t-t0ken\n`;
  const token = 'eyJhbGciOiJSUzI1NiIsImtpZCI6Ik1xYzN4In0';

  test.each([
    { name: 'YAML', content: secretive },
    { name: 'YAML with CRLF', content: secretive.replaceAll('\n', '\r\n') },
    { name: 'JSON', content: JSON.stringify({ users: [{ user: { token: 's3cr3t-t0ken' } }] }) },
    { name: 'base64', content: btoa(`${secretive}clusters: []\ncurrent-context: a`) },
    { name: 'one line', content: secretive.replaceAll('\n', ' ') },
    { name: 'a long text', content: 's3cr3t-t0ken '.repeat(1_000) },
  ])('does not quote the content of a kubeconfig in $KUBECONFIG: $name', ({ content }) => {
    expect(refusal(() => findKubeconfig({ KUBECONFIG: content }))).toEqual({
      message:
        'reading $KUBECONFIG failed: it must be a path or a list of paths, but it looks like the content of a kubeconfig',
      hint: "Set the input 'kubeconfig' to the content, and remove the variable KUBECONFIG.",
    });
  });

  test('does not quote a token in the place of a path', () => {
    const { message } = refusal(() => findKubeconfig({ KUBECONFIG: token }));
    expect(message).toBe(
      "reading the kubeconfig (***) failed: ENOENT: no such file or directory, open '***'",
    );
  });

  test('reports a missing file of $KUBECONFIG', () => {
    const file = join(directory(), 'missing');
    expect(refusal(() => findKubeconfig({ KUBECONFIG: file }))).toEqual({
      message: `reading the kubeconfig (${file}) failed: ENOENT: no such file or directory, open '${file}'`,
      hint: "Name a file that the runner can read in KUBECONFIG, or set the input 'kubeconfig' to the content of a kubeconfig.",
    });
  });

  test.each([
    {
      name: 'a field that is indented less than its neighbours',
      user: ['      username: me', '     password: s3cr3t'],
      reason: 'line 6: it is not YAML: bad indentation of a mapping entry',
    },
    {
      name: 'a password that looks like an alias',
      user: ['      password: *s3cr3t'],
      reason: 'line 5: it is not YAML: unidentified alias …',
    },
    {
      name: 'a password that looks like a tag',
      user: ['      password: !s3cr3t x'],
      reason: 'line 5: it is not YAML: unknown tag …',
    },
    {
      name: 'a password that looks like an invalid tag',
      user: ['      password: !s3cr3t^'],
      reason: 'line 5: it is not YAML: tag name cannot contain such characters…',
    },
  ])('names the file with $name, without quoting it', ({ user, reason }) => {
    const content = ['apiVersion: v1', 'users:', '  - name: a', '    user:', ...user].join('\n');
    const [first = '', second = ''] = filesOf(good, content);
    expect(refusal(() => findKubeconfig({ KUBECONFIG: `${first}:${second}` }))).toEqual({
      message: `kubeconfig (${second}) ${reason}`,
      hint: print,
    });
  });
});
