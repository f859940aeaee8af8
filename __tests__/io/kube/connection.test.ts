import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { connect, type Connection } from '../../../src/io/kube/connection.ts';
import { findKubeconfig } from '../../../src/io/kube/kubeconfig.ts';
import { RestClient } from '../../../src/io/kube/rest.ts';
import { parseKubeconfig } from '../../../src/kubeconfig/document.ts';
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

/** Opens a kubeconfig that is the value of the input. */
function open(
  kubeconfig: string,
  { context, namespace }: { context?: string; namespace?: string } = {},
): Connection {
  return connect({ kubeconfig: parseKubeconfig(kubeconfig), context, namespace }, {}, noPlugin);
}

/** Opens the files of `$KUBECONFIG`. */
function openFiles(...files: readonly string[]): Connection {
  const kube = { kubeconfig: 'auto' as const, context: undefined, namespace: undefined };
  return connect(kube, { KUBECONFIG: files.join(':') }, noPlugin);
}

async function ask(server: ApiServer, connection: Connection): Promise<ApiServer['requests']> {
  const rest = new RestClient(connection, new VirtualClock());
  const { signal } = new AbortController();
  const response = await rest.open({ method: 'GET', path: '/version', signal });
  response.resume();
  return server.requests;
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
])('authenticates with $name, over verified TLS', async ({ user, expected }) => {
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
  'uses the token if the file of $key is missing',
  async ({ key }) => {
    const server = await serve();
    const missing = join(directory(), 'missing');
    const kubeconfig = server.kubeconfig({ [key]: missing, token: 'secret' });
    const requests = await ask(server, open(kubeconfig));
    expect(requests[0]?.headers.authorization).toBe('Bearer secret');
  },
);

test('ignores an empty tokenFile', async () => {
  const server = await serve();
  expect(await ask(server, open(server.kubeconfig({ tokenFile: '' })))).toHaveLength(1);
});

test.each([{ key: 'tokenFile' }, { key: 'token-file' }])(
  'ignores the $key of a user that is not selected',
  async ({ key }) => {
    const server = await serve();
    const document = JSON.parse(server.kubeconfig()) as Record<string, unknown[]>;
    document['users']?.push({ name: 'other', user: { [key]: join(directory(), 'missing') } });
    expect(await ask(server, open(JSON.stringify(document)))).toHaveLength(1);
  },
);

test('masks the secrets of the kubeconfig, and the token of a file', async () => {
  const server = await serve();
  const file = join(directory(), 'token');
  writeFileSync(file, 'from-a-file');
  const masked: string[] = [];
  const mask = (secret: string): void => {
    masked.push(secret);
  };
  const kube = {
    kubeconfig: parseKubeconfig(server.kubeconfig({ tokenFile: file, token: 'from-the-field' })),
    context: undefined,
    namespace: undefined,
  };
  const connection = connect(kube, {}, { ...noPlugin, mask });
  expect(masked).toEqual(['from-the-field', btoa('from-the-field')]);
  const { signal } = new AbortController();
  await connection.requestOptions('/version', {}, signal);
  await connection.requestOptions('/version', {}, signal);
  expect(masked.slice(2)).toEqual(['from-a-file', btoa('from-a-file')]);
});

test('masks the secrets of a kubeconfig that it refuses', () => {
  const masked: string[] = [];
  const mask = (secret: string): void => {
    masked.push(secret);
  };
  const kubeconfig = parseKubeconfig('users: [{ name: a, user: { token: from-the-field } }]');
  const kube = { kubeconfig, context: undefined, namespace: undefined };
  expect(() => connect(kube, {}, { ...noPlugin, mask })).toThrow('no list of clusters');
  expect(masked).toContain('from-the-field');
});

test('reads a token file for each request, and keeps its last token', async () => {
  const server = await serve();
  const file = join(directory(), 'token');
  writeFileSync(file, 'first');
  const connection = open(server.kubeconfig({ tokenFile: file }));
  const tokens = async (): Promise<unknown> => {
    const requests = await ask(server, connection);
    return requests.map(({ headers }) => headers.authorization);
  };
  expect(await tokens()).toEqual(['Bearer first']);
  writeFileSync(file, 'second');
  expect(await tokens()).toEqual(['Bearer first', 'Bearer second']);
  writeFileSync(file, '');
  expect(await tokens()).toEqual(['Bearer first', 'Bearer second', 'Bearer second']);
  rmSync(file);
  expect(await tokens()).toEqual(['Bearer first', ...Array<string>(3).fill('Bearer second')]);
});

test('authenticates with the in-cluster ServiceAccount', async () => {
  const server = await serve();
  const path = directory();
  writeFileSync(join(path, 'token'), 'of the pod');
  writeFileSync(join(path, 'ca.crt'), ApiServer.ca);
  writeFileSync(join(path, 'namespace'), 'ci');
  const { hostname, port } = new URL(server.url);
  const environment = {
    HOME: path,
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
  };
  const kubeconfig = findKubeconfig(environment, path);
  const kube = { kubeconfig, context: undefined, namespace: undefined };
  const connection = connect(kube, {}, noPlugin);
  expect(connection).toMatchObject({
    source: 'in-cluster ServiceAccount',
    contextName: 'in-cluster',
    server: server.url,
    namespace: 'ci',
  });
  const requests = await ask(server, connection);
  expect(requests[0]?.headers.authorization).toBe('Bearer of the pod');
});

test('sends requests of a context without a user without credentials', async () => {
  const server = await serve();
  const document = JSON.parse(server.kubeconfig({ token: 'secret' })) as Record<string, unknown>;
  const context = { name: 'test', context: { cluster: 'test' } };
  const requests = await ask(server, open(JSON.stringify({ ...document, contexts: [context] })));
  expect(requests[0]?.headers.authorization).toBeUndefined();
});

test('prefers certificates in the kubeconfig to those of files, as kubectl does', async () => {
  const server = await serve();
  const missing = join(directory(), 'missing');
  const connection = open(server.kubeconfig({}, { 'certificate-authority': missing }));
  expect(await ask(server, connection)).toHaveLength(1);
});

test('refuses a certificate of an unknown CA', async () => {
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

test('accepts the name in tls-server-name', async () => {
  const server = await serve();
  const connection = open(server.kubeconfig({}, { 'tls-server-name': 'api.example' }));
  expect(await ask(server, connection)).toHaveLength(1);
  expect(connection.unverifiedTls).toBe(false);
});

test('connects with insecure-skip-tls-verify, and reports it', async () => {
  const server = await serve();
  const insecure = { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true };
  const connection = open(server.kubeconfig({}, insecure));
  expect(await ask(server, connection)).toHaveLength(1);
  expect(connection.unverifiedTls).toBe(true);
});

test('makes one TLS handshake for all requests', async () => {
  const server = await serve();
  const rest = new RestClient(open(server.kubeconfig()), new VirtualClock());
  const { signal } = new AbortController();
  for (let request = 0; request < 3; request += 1)
    await rest.json({ method: 'GET', path: '/version', signal }, (version) => version);
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

test('names the server without the parts of its URL that can be secret', async () => {
  const server = await serve();
  const { host } = new URL(server.url);
  const url = `https://me:S3cretWord@${host}/path?token=S3cretWord`;
  const connection = open(server.kubeconfig({}, { server: url }));
  const { signal } = new AbortController();
  expect(connection.server).toBe(server.url);
  const { url: asked } = await connection.requestOptions('/version', {}, signal);
  expect(asked.href).toBe(`https://me:S3cretWord@${host}/path/version?token=S3cretWord`);
});

const certificate = ApiServer.ca;
const cut = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const pair = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const howToPrint = 'Store the output of: kubectl config view --raw --flatten --minify.';

const headerMistake = 'has a line break or another character that HTTP headers refuse';

test.each<{
  name: string;
  user?: Readonly<Record<string, unknown>>;
  cluster?: object;
  message: string;
  hint: string;
}>([
  {
    name: 'a token of two lines',
    user: { token: 'secret\ntoken' },
    message: `its token ${headerMistake}`,
    hint: 'Use a token of one line.',
  },
  ...[
    { field: 'as', value: 'a\nb' },
    { field: 'as-groups', value: ['a', 'a\nb'] },
    { field: 'as-uid', value: 'a\nb' },
    { field: 'as-user-extra', value: { scope: ['a\nb'] } },
  ].map(({ field, value }) => ({
    name: `two lines in ${field}`,
    user: { [field]: value },
    message: `its ${field} ${headerMistake}`,
    hint: 'Remove that character.',
  })),
  {
    name: 'a CA certificate that is not PEM',
    cluster: { 'certificate-authority-data': btoa('none') },
    message: 'its certificate-authority-data is not a certificate in PEM',
    hint: howToPrint,
  },
  {
    name: 'a CA certificate that is cut',
    cluster: { 'certificate-authority-data': btoa(cut) },
    message: 'its certificate-authority-data is not a certificate in PEM',
    hint: howToPrint,
  },
  {
    name: 'a client certificate that is followed by a cut one',
    user: {
      'client-certificate-data': btoa(`${certificate}${cut}`),
      'client-key-data': btoa(pair.privateKey),
    },
    message: 'its client-certificate-data is not a certificate in PEM',
    hint: howToPrint,
  },
  {
    name: 'a client certificate that is not PEM',
    user: { 'client-certificate-data': btoa('none'), 'client-key-data': btoa(pair.privateKey) },
    message: 'its client-certificate-data is not a certificate in PEM',
    hint: howToPrint,
  },
  {
    name: 'a client key that is not PEM',
    user: { 'client-certificate-data': btoa(certificate), 'client-key-data': btoa('none') },
    message: 'its client-key-data is not a private key in PEM, or has a passphrase',
    hint: howToPrint,
  },
  {
    name: 'a client key of another certificate',
    user: {
      'client-certificate-data': btoa(certificate),
      'client-key-data': btoa(pair.privateKey),
    },
    message: 'its client-key-data does not belong to its client-certificate-data',
    hint: howToPrint,
  },
])('names $name before anything is sent', async ({ user = {}, cluster = {}, message, hint }) => {
  const server = await serve();
  const asked = ask(server, open(server.kubeconfig(user, cluster)));
  await expect(asked).rejects.toMatchObject({
    kind: 'input',
    message: `input 'kubeconfig': ${message}`,
    hint,
  });
  expect(server.requests).toEqual([]);
});

test.each([
  {
    key: 'certificate-authority',
    message: 'its certificate-authority is not a certificate in PEM',
  },
  { key: 'client-certificate', message: 'its client-certificate is not a certificate in PEM' },
  {
    key: 'client-key',
    message: 'its client-key is not a private key in PEM, or has a passphrase',
  },
  { key: 'tokenFile', message: `the token of its tokenFile ${headerMistake}` },
])('names $key for the content of its file', async ({ key, message }) => {
  const server = await serve();
  const file = join(directory(), 'file');
  writeFileSync(file, 'not\nvalid');
  const fields = {
    [key]: file,
    'certificate-authority-data': undefined,
    ...(key === 'client-certificate' && { 'client-key-data': btoa(pair.privateKey) }),
  };
  const kubeconfig = server.kubeconfig(fields, key === 'certificate-authority' ? fields : {});
  await expect(ask(server, open(kubeconfig))).rejects.toMatchObject({
    message: `input 'kubeconfig': ${message}`,
  });
});

test.each([
  { name: 'a valid certificate and a cut one', ca: `${certificate}${cut}` },
  {
    name: 'the label X509 CERTIFICATE',
    ca: certificate.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'),
  },
  {
    name: 'the label TRUSTED CERTIFICATE',
    ca: certificate.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
  },
  { name: 'invalid text, with insecure-skip-tls-verify', ca: 'none', isUnverified: true },
])('accepts a CA certificate: $name', async ({ ca, isUnverified }) => {
  const server = await serve();
  const cluster = {
    'certificate-authority-data': btoa(ca),
    'insecure-skip-tls-verify': isUnverified,
  };
  expect(await ask(server, open(server.kubeconfig({}, cluster)))).toHaveLength(1);
});

test('ignores an empty proxy-url', async () => {
  const server = await serve();
  expect(await ask(server, open(server.kubeconfig({}, { 'proxy-url': null })))).toHaveLength(1);
});

test.each([
  { name: 'gcp', hint: /^Use the exec plugin gke-gcloud-auth-plugin, or / },
  { name: 'azure', hint: /^Run: kubelogin convert-kubeconfig\.$/ },
  { name: 'oidc', hint: /^Use an exec plugin \(kubectl oidc-login\), or / },
  { name: 'other', hint: /^Use a kubeconfig with an exec plugin or with a token\.$/ },
])('refuses the auth-provider $name, and runs nothing of it', async ({ name, hint }) => {
  const server = await serve();
  const marker = join(directory(), 'marker');
  const config = { 'access-token': 'old', 'cmd-path': 'touch', 'cmd-args': marker };
  const kubeconfig = server.kubeconfig({ 'auth-provider': { name, config } });
  let failure: unknown;
  try {
    open(kubeconfig);
  } catch (error) {
    failure = error;
  }
  expect(failure).toMatchObject({
    kind: 'input',
    message: `input 'kubeconfig': its user has the auth-provider "${name}", which is not supported`,
    hint: expect.stringMatching(hint) as unknown,
  });
  expect(existsSync(marker)).toBe(false);
});

test.each(['contexts', 'clusters', 'users'])(
  'ignores invalid entries of %s that are not selected',
  async (list) => {
    const server = await serve();
    const document = JSON.parse(server.kubeconfig()) as Record<string, unknown[]>;
    document[list]?.push(null, 'text', {}, { name: 'other' });
    expect(await ask(server, open(JSON.stringify(document)))).toHaveLength(1);
  },
);

test('reads the file of $KUBECONFIG', async () => {
  const server = await serve();
  const file = join(directory(), 'config');
  writeFileSync(file, server.kubeconfig({ token: 'secret' }));
  const connection = openFiles(file);
  expect(connection).toMatchObject({ source: '$KUBECONFIG', server: server.url });
  const requests = await ask(server, connection);
  expect(requests[0]?.headers.authorization).toBe('Bearer secret');
});

test('merges the files of $KUBECONFIG', async () => {
  const server = await serve();
  const path = directory();
  const [first, second] = [join(path, 'first'), join(path, 'second')];
  const { clusters, users, contexts } = JSON.parse(
    server.kubeconfig({ token: 'second' }),
  ) as Record<string, unknown>;
  writeFileSync(first, JSON.stringify({ 'current-context': 'test', contexts }));
  writeFileSync(second, JSON.stringify({ clusters, users }));
  const requests = await ask(server, openFiles(first, second));
  expect(requests[0]?.headers.authorization).toBe('Bearer second');
});

test('resolves paths in a file of $KUBECONFIG relative to that file', async () => {
  const server = await serve();
  const path = directory();
  mkdirSync(join(path, 'tokens'));
  const fields = { 'certificate-authority-data': undefined, 'certificate-authority': 'ca.crt' };
  writeFileSync(join(path, 'config'), server.kubeconfig({ tokenFile: 'tokens/own' }, fields));
  writeFileSync(join(path, 'ca.crt'), ApiServer.ca);
  writeFileSync(join(path, 'tokens', 'own'), 'from a file');
  const requests = await ask(server, openFiles(join(path, 'config')));
  expect(requests[0]?.headers.authorization).toBe('Bearer from a file');
});

test.each([
  {
    name: 'a server without a path',
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
])('requests a path of $name', async ({ server, query, expected }) => {
  const connection = open((await serve()).kubeconfig({}, { server }));
  const { url } = await connection.requestOptions('/api/v1', query, new AbortController().signal);
  expect(url.href).toBe(expected);
});
