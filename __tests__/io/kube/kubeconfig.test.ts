import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { describeError } from '../../../src/errors.ts';
import { connect, requestUrl } from '../../../src/io/kube/kubeconfig.ts';
import type { Connection } from '../../../src/io/kube/connection.ts';
import { RestClient } from '../../../src/io/kube/rest.ts';
import { ApiServer, sendJson } from '../../support/api-server.ts';
import { VirtualClock } from '../../support/clock.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(): Promise<ApiServer> {
  const server = await ApiServer.start(
    { 'GET /version': [sendJson({ minor: '35' })] },
    { tls: true },
  );
  cleanups.push(() => server.stop());
  return server;
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  cleanups.push(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

const noPlugin = {
  run: () => Promise.reject(new Error('no program may be run')),
  mask: () => undefined,
};

function open(
  kubeconfig: string,
  { context, namespace }: { context?: string; namespace?: string } = {},
  environment: NodeJS.ProcessEnv = {},
): Connection {
  return connect({ kubeconfig, context, namespace }, environment, noPlugin);
}

async function ask(server: ApiServer, connection: Connection): Promise<ApiServer['requests']> {
  const rest = new RestClient(connection, new VirtualClock());
  const { signal } = new AbortController();
  const response = await rest.open({ method: 'GET', path: '/version', signal });
  response.resume();
  return server.requests;
}

/** What opening this kubeconfig throws. */
function refusal(...given: Parameters<typeof open>): unknown {
  try {
    return open(...given);
  } catch (error) {
    return error;
  }
}

test.each([
  { name: 'a token', user: { token: 'secret' }, expected: { authorization: 'Bearer secret' } },
  {
    name: 'name and password',
    user: { username: 'u', password: 'p' },
    expected: { authorization: `Basic ${btoa('u:p')}` },
  },
  {
    name: 'impersonation of a user',
    user: {
      token: 'secret',
      as: 'other',
      'as-groups': ['a', 'b'],
      'as-uid': '7',
      'as-user-extra': { 'x/y': ['z'] },
    },
    expected: {
      'impersonate-user': 'other',
      'impersonate-group': 'a, b',
      'impersonate-uid': '7',
      'impersonate-extra-x%2fy': 'z',
    },
  },
])('logs in with $name, over TLS that is verified', async ({ user, expected }) => {
  const server = await serve();
  const requests = await ask(server, open(server.kubeconfig(user)));
  expect(requests[0]?.headers).toMatchObject(expected);
});

test.each([{ key: 'tokenFile' }, { key: 'token-file' }])(
  'reads the token of $key',
  async ({ key }) => {
    const server = await serve();
    const file = join(directory(), 'token');
    writeFileSync(file, 'from a file\n');
    const requests = await ask(server, open(server.kubeconfig({ [key]: file })));
    expect(requests[0]?.headers.authorization).toBe('Bearer from a file');
  },
);

test.each([{ key: 'tokenFile' }, { key: 'token-file' }])(
  'a $key that is missing leaves the token beside it',
  async ({ key }) => {
    const server = await serve();
    const missing = join(directory(), 'missing');
    const kubeconfig = server.kubeconfig({ [key]: missing, token: 'secret' });
    const requests = await ask(server, open(kubeconfig));
    expect(requests[0]?.headers.authorization).toBe('Bearer secret');
  },
);

test('an empty tokenFile is none', async () => {
  const server = await serve();
  expect(await ask(server, open(server.kubeconfig({ tokenFile: '' })))).toHaveLength(1);
});

test('a tokenFile that is missing is named, where there is no token', async () => {
  const server = await serve();
  const missing = join(directory(), 'missing');
  expect(refusal(server.kubeconfig({ tokenFile: missing }))).toMatchObject({
    kind: 'input',
    message: expect.stringContaining(
      `reading the tokenFile "${missing}" of the kubeconfig's user failed: `,
    ) as unknown,
    hint: 'Name a file that is there where the action runs, or use a kubeconfig with a token.',
  });
});

test.each([{ key: 'tokenFile' }, { key: 'token-file' }])(
  "a $key of somebody else is in nobody's way",
  async ({ key }) => {
    const server = await serve();
    const document = JSON.parse(server.kubeconfig()) as Record<string, unknown[]>;
    document['users']?.push({ name: 'other', user: { [key]: join(directory(), 'missing') } });
    expect(await ask(server, open(JSON.stringify(document)))).toHaveLength(1);
  },
);

test('masks the token of a file, which is in no document', async () => {
  const server = await serve();
  const file = join(directory(), 'token');
  writeFileSync(file, 'from-a-file');
  const masked: string[] = [];
  const kubeconfig = server.kubeconfig({ tokenFile: file });
  const mask = (secret: string): void => {
    masked.push(secret);
  };
  const kube = { kubeconfig, context: undefined, namespace: undefined };
  const connection = connect(kube, {}, { ...noPlugin, mask });
  const { signal } = new AbortController();
  await connection.requestOptions('/version', {}, signal);
  await connection.requestOptions('/version', {}, signal);
  expect(masked).toEqual(['from-a-file', btoa('from-a-file')]);
});

test('refuses a certificate of an unknown authority', async () => {
  const server = await serve();
  const connection = open(server.kubeconfig({}, { 'certificate-authority-data': undefined }));
  await expect(ask(server, connection)).rejects.toMatchObject({
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  expect(server.requests).toEqual([]);
});

test('refuses a certificate for another name', async () => {
  const server = await serve();
  const connection = open(server.kubeconfig({}, { 'tls-server-name': 'other.example' }));
  await expect(ask(server, connection)).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

test('accepts the name that tls-server-name gives', async () => {
  const server = await serve();
  const connection = open(server.kubeconfig({}, { 'tls-server-name': 'api.example' }));
  expect(await ask(server, connection)).toHaveLength(1);
  expect(connection.unverifiedTls).toBe(false);
});

test('insecure-skip-tls-verify connects, and says so', async () => {
  const server = await serve();
  const insecure = { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true };
  const connection = open(server.kubeconfig({}, insecure));
  expect(await ask(server, connection)).toHaveLength(1);
  expect(connection.unverifiedTls).toBe(true);
});

test('one TLS handshake serves all requests', async () => {
  const server = await serve();
  const rest = new RestClient(open(server.kubeconfig()), new VirtualClock());
  const { signal } = new AbortController();
  for (let request = 0; request < 3; request += 1)
    await rest.json({ method: 'GET', path: '/version', signal });
  expect(server.requests).toHaveLength(3);
  expect(server.connections).toBe(1);
});

test.each([
  { name: 'the context', given: {}, expected: { contextName: 'test', namespace: 'builds' } },
  {
    name: 'the inputs',
    given: { context: 'other', namespace: 'mine' },
    expected: { contextName: 'other', namespace: 'mine' },
  },
  {
    name: 'nothing',
    given: { context: 'other' },
    expected: { contextName: 'other', namespace: 'default' },
  },
])('takes the namespace of $name', async ({ given, expected }) => {
  const server = await serve();
  expect(open(server.kubeconfig(), given)).toMatchObject({
    ...expected,
    source: "input 'kubeconfig'",
    server: server.url,
  });
});

test('the server is named without what may be secret in its URL', async () => {
  const server = await serve();
  const { host } = new URL(server.url);
  const url = `https://me:S3cretWord@${host}/path?token=S3cretWord`;
  const connection = open(server.kubeconfig({}, { server: url }));
  const { signal } = new AbortController();
  expect(connection.server).toBe(server.url);
  const { url: asked } = await connection.requestOptions('/version', {}, signal);
  expect(asked.href).toBe(`https://me:S3cretWord@${host}/path/version?token=S3cretWord`);
});

test('the whole document is there to find secrets in it', async () => {
  const server = await serve();
  const { document } = open(server.kubeconfig({ token: 'secret', tokens: { deep: 'other' } }));
  expect(JSON.parse(document)).toMatchObject({
    users: [{ name: 'test', user: { token: 'secret', tokens: { deep: 'other' } } }],
  });
});

test.each([
  {
    name: 'a context that it does not have',
    kubeconfig: '{contexts: [{name: a, context: {cluster: c}}, {name: b, context: {cluster: c}}]}',
    context: 'c',
    message: `input 'kube-context': the kubeconfig has no context "c"`,
    hint: 'Use one of: a, b.',
  },
  {
    name: 'a context in a file without any',
    kubeconfig: '{}',
    context: 'c',
    message: `input 'kube-context': the kubeconfig has no context "c"`,
    hint: "Correct the input 'kubeconfig'.",
  },
  {
    name: 'no current context',
    kubeconfig: '{clusters: [{name: c, cluster: {server: "https://x"}}]}',
    context: undefined,
    message: "the kubeconfig (input 'kubeconfig') has no usable current context",
    hint: "Name one by the input 'kube-context'.",
  },
])('names $name', ({ kubeconfig, context, message, hint }) => {
  const given = context === undefined ? {} : { context };
  expect(refusal(kubeconfig, given)).toMatchObject({ kind: 'input', message, hint });
});

test.each([
  {
    name: 'a field that is not indented as its neighbours are',
    user: ['      username: me', '     password: S3cretWord'],
    reason: 'line 6: it is not YAML: bad indentation of a mapping entry',
  },
  {
    name: 'a password that looks like an alias',
    user: ['      password: *S3cretWord'],
    reason: 'line 5: it is not YAML: unidentified alias …',
  },
  {
    name: 'a password that looks like a tag',
    user: ['      password: !S3cretWord x'],
    reason: 'line 5: it is not YAML: unknown tag …',
  },
  {
    name: 'a password that looks like a tag that cannot be one',
    user: ['      password: !S3cretWord^'],
    reason: 'line 5: it is not YAML: tag name cannot contain such characters…',
  },
])('a file of $KUBECONFIG with $name is named, and not quoted', ({ user, reason }) => {
  const file = join(directory(), 'config');
  writeFileSync(file, ['apiVersion: v1', 'users:', '  - name: a', '    user:', ...user].join('\n'));
  const refused = refusal('auto', {}, { KUBECONFIG: file });
  expect(refused).toMatchObject({
    kind: 'input',
    message: `reading the kubeconfig (${file}) failed: ${reason}`,
    hint: "Set the input 'kubeconfig' to a kubeconfig in YAML, or to its base64.",
  });
  expect(describeError(refused)).not.toContain('S3cretWord');
});

const certificate = ApiServer.ca;
const cut = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const pair = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const howToPrint = 'Store the output of: kubectl config view --raw --flatten --minify.';

test.each([
  {
    name: 'a token of two lines',
    user: { token: 'secret\ntoken' },
    message:
      "the kubeconfig's token has a line break, or another character that no HTTP header may hold",
    hint: 'Take it out; a token is one line.',
  },
  {
    name: 'an impersonated name of two lines',
    user: { as: 'a\nb' },
    message:
      "the kubeconfig's user (Impersonate-User) has a line break, or another character that no HTTP header may hold",
    hint: 'Take it out; a token is one line.',
  },
  {
    name: 'an authority that is no certificate',
    cluster: { 'certificate-authority-data': btoa('none') },
    message: "the kubeconfig's certificate-authority-data is no certificate in PEM",
    hint: howToPrint,
  },
  {
    name: 'an authority whose certificate is cut',
    cluster: {
      'certificate-authority-data': btoa(cut),
    },
    message: "the kubeconfig's certificate-authority-data is no certificate in PEM",
    hint: howToPrint,
  },
  {
    name: 'a certificate of the user that is followed by a cut one',
    user: { 'client-certificate-data': btoa(`${certificate}${cut}`) },
    message: "the kubeconfig's client-certificate-data is no certificate in PEM",
    hint: howToPrint,
  },
  {
    name: 'a certificate of the user that is none',
    user: { 'client-certificate-data': btoa('none'), 'client-key-data': btoa(pair.privateKey) },
    message: "the kubeconfig's client-certificate-data is no certificate in PEM",
    hint: howToPrint,
  },
  {
    name: 'a key that is none',
    user: { 'client-certificate-data': btoa(certificate), 'client-key-data': btoa('none') },
    message: "the kubeconfig's client-key-data is no private key in PEM, or one with a passphrase",
    hint: howToPrint,
  },
  {
    name: 'a key of another certificate',
    user: {
      'client-certificate-data': btoa(certificate),
      'client-key-data': btoa(pair.privateKey),
    },
    message:
      "the kubeconfig's client-key-data does not belong to the kubeconfig's client-certificate-data",
    hint: howToPrint,
  },
])('names $name before anything is sent', async ({ user = {}, cluster = {}, message, hint }) => {
  const server = await serve();
  const asked = ask(server, open(server.kubeconfig(user, cluster)));
  await expect(asked).rejects.toMatchObject({ kind: 'input', message, hint });
  expect(server.requests).toEqual([]);
});

test.each([{ proxy: 'proxy.example:3128' }, { proxy: 'ftp://proxy.example' }, { proxy: 'x' }])(
  'refuses $proxy as a proxy',
  async ({ proxy }) => {
    const server = await serve();
    expect(refusal(server.kubeconfig({}, { 'proxy-url': proxy }))).toMatchObject({
      kind: 'input',
      message: "the kubeconfig's proxy-url is no URL of a proxy",
      hint: 'Write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT.',
    });
  },
);

test.each([
  { name: 'a certificate that is cut beside a whole one', ca: `${certificate}${cut}` },
  { name: 'an X509 CERTIFICATE', ca: certificate.replaceAll('CERTIFICATE', 'X509 CERTIFICATE') },
  {
    name: 'a TRUSTED CERTIFICATE',
    ca: certificate.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
  },
  { name: 'rubbish that nothing is verified by', ca: 'none', isUnverified: true },
])('takes an authority with $name', async ({ ca, isUnverified }) => {
  const server = await serve();
  const cluster = {
    'certificate-authority-data': btoa(ca),
    'insecure-skip-tls-verify': isUnverified,
  };
  expect(await ask(server, open(server.kubeconfig({}, cluster)))).toHaveLength(1);
});

test('an empty proxy-url is none', async () => {
  const server = await serve();
  expect(await ask(server, open(server.kubeconfig({}, { 'proxy-url': null })))).toHaveLength(1);
});

test.each(['http', 'https', 'socks', 'socks4', 'socks4a', 'socks5', 'socks5h'])(
  'takes a proxy by %s',
  async (scheme) => {
    const server = await serve();
    const proxy = { 'proxy-url': `${scheme}://proxy.example:1080` };
    const { signal } = new AbortController();
    const connection = open(server.kubeconfig({}, proxy));
    const { options } = await connection.requestOptions('/version', {}, signal);
    expect(options.agent).toHaveProperty('proxy');
  },
);

test('refuses a server that is no URL', async () => {
  const server = await serve();
  expect(refusal(server.kubeconfig({}, { server: 'api.example' }))).toMatchObject({
    kind: 'input',
    message: "the kubeconfig's server is no URL",
  });
});

test.each(['contexts', 'clusters', 'users'])(
  "entries of %s that are none are in nobody's way",
  async (list) => {
    const server = await serve();
    const document = JSON.parse(server.kubeconfig()) as Record<string, unknown[]>;
    document[list]?.push(null, 'text', {}, { name: 'other' });
    expect(await ask(server, open(JSON.stringify(document)))).toHaveLength(1);
  },
);

test('auto takes the file of $KUBECONFIG', async () => {
  const server = await serve();
  const file = join(directory(), 'config');
  writeFileSync(file, server.kubeconfig({ token: 'secret' }));
  const connection = open('auto', {}, { KUBECONFIG: file });
  expect(connection).toMatchObject({ source: '$KUBECONFIG', server: server.url });
  const requests = await ask(server, connection);
  expect(requests[0]?.headers.authorization).toBe('Bearer secret');
});

test('the files of $KUBECONFIG complete each other', async () => {
  const server = await serve();
  const path = directory();
  const [first, second] = [join(path, 'first'), join(path, 'second')];
  const { clusters, users, contexts } = JSON.parse(
    server.kubeconfig({ token: 'second' }),
  ) as Record<string, unknown>;
  writeFileSync(first, JSON.stringify({ 'current-context': 'test', contexts }));
  writeFileSync(second, JSON.stringify({ clusters, users }));
  const connection = open('auto', {}, { KUBECONFIG: `${first}:${second}` });
  expect(connection.document).toContain('second');
  const requests = await ask(server, connection);
  expect(requests[0]?.headers.authorization).toBe('Bearer second');
});

test('the first file of $KUBECONFIG that names a thing wins', async () => {
  const server = await serve();
  const path = directory();
  const [first, second] = [join(path, 'first'), join(path, 'second')];
  writeFileSync(first, server.kubeconfig({ token: 'first' }));
  writeFileSync(second, server.kubeconfig({ token: 'second' }, { server: 'https://nowhere' }));
  const connection = open('auto', {}, { KUBECONFIG: `${first}:${second}` });
  const requests = await ask(server, connection);
  expect(requests[0]?.headers.authorization).toBe('Bearer first');
});

test('the first file of $KUBECONFIG that has a current context sets it', async () => {
  const server = await serve();
  const path = directory();
  const [first, second] = [join(path, 'first'), join(path, 'second')];
  writeFileSync(first, '{}');
  writeFileSync(second, server.kubeconfig());
  expect(open('auto', {}, { KUBECONFIG: `${first}:${second}` }).contextName).toBe('test');
});

test('paths in a file of $KUBECONFIG are relative to it', async () => {
  const server = await serve();
  const path = directory();
  mkdirSync(join(path, 'tokens'));
  writeFileSync(join(path, 'config'), server.kubeconfig({ tokenFile: 'tokens/own' }));
  writeFileSync(join(path, 'tokens', 'own'), 'from a file');
  const requests = await ask(server, open('auto', {}, { KUBECONFIG: join(path, 'config') }));
  expect(requests[0]?.headers.authorization).toBe('Bearer from a file');
});

test('a file of $KUBECONFIG that is missing is named', () => {
  const file = join(directory(), 'missing');
  expect(refusal('auto', {}, { KUBECONFIG: file })).toMatchObject({
    kind: 'input',
    message: expect.stringContaining(`reading the kubeconfig (${file}) failed`) as unknown,
  });
});

test.each([
  {
    name: 'a plain server',
    server: 'https://x:6443',
    query: { a: 'b c', d: undefined },
    expected: 'https://x:6443/api/v1?a=b+c',
  },
  {
    name: 'a server with a path',
    server: 'https://x/k8s/clusters/c-1/',
    query: {},
    expected: 'https://x/k8s/clusters/c-1/api/v1',
  },
])('requestUrl of $name', ({ server, query, expected }) => {
  expect(requestUrl(server, '/api/v1', query).href).toBe(expected);
});
