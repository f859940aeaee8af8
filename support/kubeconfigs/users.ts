// Users: the credentials that are sent.
import type { KubeconfigCase } from './case.ts';
import { bearer, defaultPath, kubeconfig } from './text.ts';

const pair = { 'client-certificate-data': 'CERT', 'client-key-data': 'KEY' };
const plugin = {
  apiVersion: 'client.authentication.k8s.io/v1',
  interactiveMode: 'Never',
  command: 'DIR/plugin',
};

/** A kubeconfig whose user has these fields. */
function user(fields: object): { readonly config: string } {
  return { config: kubeconfig({ user: fields }) };
}

/** A plugin that keeps what it gets and returns the status. */
function program(status: object, version = 'v1'): string {
  const answer = {
    apiVersion: `client.authentication.k8s.io/${version}`,
    kind: 'ExecCredential',
    status,
  };
  return `#!/bin/sh\nprintf %s "$KUBERNETES_EXEC_INFO" > DIR/exec-info.json\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`;
}

const info = {
  kind: 'ExecCredential',
  apiVersion: 'client.authentication.k8s.io/v1',
  spec: { interactive: false },
};

export const userCases: readonly KubeconfigCase[] = [
  { name: 'a token', files: user({ token: 'one' }), expected: bearer('one') },
  {
    name: 'a token that is a number',
    files: user({ token: 123 }),
    expected: bearer('123'),
    kubectl: { expected: { error: /cannot unmarshal number/ }, because: 'the meaning is clear' },
  },
  {
    name: 'tokenFile, relative to the kubeconfig',
    files: { 'sub/config': user({ tokenFile: 'token' }).config, 'sub/token': 'file\n' },
    list: 'DIR/sub/config',
    expected: bearer('file'),
  },
  {
    name: 'tokenFile and token: the file',
    files: { ...user({ tokenFile: 'token', token: 'one' }), token: 'file' },
    expected: bearer('file'),
  },
  {
    name: 'a missing tokenFile, and a token',
    files: user({ tokenFile: 'missing', token: 'one' }),
    expected: bearer('one'),
  },
  {
    name: 'a missing tokenFile',
    files: user({ tokenFile: 'missing' }),
    expected: { error: /./ },
  },
  {
    name: 'user and password',
    files: user({ username: 'me', password: 'pass' }),
    expected: { path: defaultPath, authorization: 'Basic bWU6cGFzcw==' },
  },
  {
    name: 'a token, and user and password',
    files: user({ token: 'one', username: 'me', password: 'pass' }),
    expected: bearer('one'),
    kubectl: {
      expected: { error: /but not both|only one is allowed/ },
      because: 'the token is the safer one',
    },
  },
  {
    name: 'a client certificate',
    files: user(pair),
    expected: { path: defaultPath, certificate: 'client' },
  },
  {
    name: 'a client certificate and a token',
    files: user({ ...pair, token: 'one' }),
    expected: { ...bearer('one'), certificate: 'client' },
  },
  {
    name: 'a key of another certificate',
    files: user({ ...pair, 'client-certificate-data': 'CA', 'client-key-data': 'Tm90IGEga2V5' }),
    expected: { error: /./ },
  },
  {
    name: 'a certificate without a key',
    files: user({ 'client-certificate-data': 'CERT' }),
    expected: { error: /./ },
  },
  {
    name: 'impersonation',
    files: user({
      token: 'one',
      as: 'other',
      'as-uid': '7',
      'as-groups': ['a', 'b'],
      'as-user-extra': { 'Scope/x': ['y', 'z'] },
    }),
    expected: {
      ...bearer('one'),
      impersonation: [
        'impersonate-extra-scope%2fx: y, z',
        'impersonate-group: a, b',
        'impersonate-uid: 7',
        'impersonate-user: other',
      ],
    },
  },
  {
    name: 'no user',
    files: { config: kubeconfig({ user: { token: 'one' }, context: { user: '' } }) },
    expected: { path: defaultPath },
    kubectl: {
      expected: { error: /EOF/ },
      because: 'kubectl asks for a user name at the terminal',
    },
  },
  {
    name: 'a user that is missing',
    files: { config: kubeconfig({ context: { user: 'missing' } }) },
    expected: { error: /./ },
  },
  {
    name: 'an exec plugin with a token',
    files: { ...user({ exec: plugin }), plugin: program({ token: 'plugin' }) },
    expected: { ...bearer('plugin'), execInfo: info },
  },
  {
    name: 'an exec plugin of v1beta1',
    files: {
      ...user({ exec: { ...plugin, apiVersion: 'client.authentication.k8s.io/v1beta1' } }),
      plugin: program({ token: 'plugin' }, 'v1beta1'),
    },
    expected: {
      ...bearer('plugin'),
      execInfo: { ...info, apiVersion: 'client.authentication.k8s.io/v1beta1' },
    },
  },
  {
    name: 'an exec plugin with a certificate',
    files: {
      ...user({ exec: plugin }),
      plugin: `#!/bin/sh
certificate=$(echo CERT | base64 -d | sed 's/$/\\\\n/' | tr -d '\\n')
key=$(echo KEY | base64 -d | sed 's/$/\\\\n/' | tr -d '\\n')
cat <<END
{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientCertificateData":"$certificate","clientKeyData":"$key"}}
END
`,
    },
    expected: { path: defaultPath, certificate: 'client' },
  },
  {
    name: 'an exec plugin and a token: the plugin does not run',
    files: { ...user({ exec: plugin, token: 'one' }), plugin: program({ token: 'plugin' }) },
    expected: bearer('one'),
  },
  ...[
    {
      name: 'a client certificate',
      fields: pair,
      expected: { path: defaultPath, certificate: 'client' },
    },
    {
      name: 'user and password',
      fields: { username: 'me', password: 'pass' },
      expected: { path: defaultPath, authorization: 'Basic bWU6cGFzcw==' },
    },
  ].map(({ name, fields, expected }) => ({
    name: `an exec plugin and ${name}: the plugin does not run`,
    files: { ...user({ exec: plugin, ...fields }), plugin: program({ token: 'plugin' }) },
    expected,
  })),
  {
    name: 'an exec plugin, relative to the kubeconfig',
    files: {
      'sub/config': user({ exec: { ...plugin, command: './plugin' } }).config,
      'sub/plugin': program({ token: 'plugin' }),
    },
    list: 'DIR/sub/config',
    expected: { ...bearer('plugin'), execInfo: info },
  },
  {
    name: 'an exec plugin of the PATH, although a file of its name is next to the kubeconfig',
    files: {
      ...user({ exec: { ...plugin, command: 'sh', args: ['-c', 'exit 7'] } }),
      sh: program({ token: 'x' }),
    },
    expected: { error: /exit code 7/ },
  },
  {
    name: 'variables and arguments of an exec plugin',
    files: {
      ...user({
        exec: { ...plugin, args: ['a b'], env: [{ name: 'ADDED', value: 'c' }] },
      }),
      plugin: `#!/bin/sh\nprintf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$1/$ADDED/$INHERITED"\n`,
    },
    env: { INHERITED: 'd' },
    expected: bearer('a b/c/d'),
  },
  {
    name: 'the cluster for an exec plugin, with the CA of a file and the extension',
    files: {
      config: kubeconfig({
        user: { exec: { ...plugin, provideClusterInfo: true } },
        cluster: {
          'certificate-authority-data': undefined,
          'certificate-authority': 'ca.crt',
          'tls-server-name': 'localhost',
          extensions: [
            { name: 'other', extension: { no: 1 } },
            { name: 'client.authentication.k8s.io/exec', extension: { audience: 'a', more: [1] } },
          ],
        },
      }),
      'ca.crt': '',
      plugin: program({ token: 'plugin' }),
    },
    expected: {
      ...bearer('plugin'),
      execInfo: {
        ...info,
        spec: {
          interactive: false,
          cluster: {
            server: 'SERVER',
            'tls-server-name': 'localhost',
            'certificate-authority-data': 'CA',
            config: { audience: 'a', more: [1] },
          },
        },
      },
    },
  },
  {
    name: 'an exec plugin that fails',
    files: { ...user({ exec: plugin }), plugin: '#!/bin/sh\necho why >&2\nexit 3\n' },
    expected: { error: /exit code 3/ },
  },
  {
    name: 'an exec plugin that needs a terminal',
    files: {
      ...user({ exec: { ...plugin, interactiveMode: 'Always' } }),
      plugin: program({ token: 'plugin' }),
    },
    expected: { error: /terminal|standard input/ },
  },
  {
    name: 'an exec plugin of v1alpha1',
    files: {
      ...user({ exec: { ...plugin, apiVersion: 'client.authentication.k8s.io/v1alpha1' } }),
      plugin: program({ token: 'plugin' }, 'v1alpha1'),
    },
    expected: {
      ...bearer('plugin'),
      execInfo: { ...info, apiVersion: 'client.authentication.k8s.io/v1alpha1' },
    },
    kubectl: {
      expected: { error: /invalid apiVersion/ },
      because: 'old plugins return the same credentials',
    },
  },
  {
    name: 'the auth-provider gcp',
    files: user({ 'auth-provider': { name: 'gcp' } }),
    expected: { error: /gcp/ },
  },
];
