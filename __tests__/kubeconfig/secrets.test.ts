import { describe, expect, test } from '@jest/globals';
import { parseKubeconfig } from '../../src/kubeconfig/document.ts';
import { leafSecrets, pluginSecrets } from '../../src/kubeconfig/secrets.ts';

const pem = `-----BEGIN PRIVATE KEY-----
MIIBVAIBADANBgkq
hkiG9w0BAQEFAASC
-----END PRIVATE KEY-----
`;
const keyData = Buffer.from(pem).toString('base64');

test.each([
  {
    name: 'a token, also as base64',
    user: '{ token: abc+/def }',
    secrets: ['abc+/def', 'YWJjKy9kZWY=', 'abc%2B%2Fdef'],
  },
  {
    name: 'key data, and the lines of the key without its PEM labels',
    user: `{ client-key-data: ${keyData}, client-certificate-data: QUJDREVG }`,
    secrets: [
      keyData,
      Buffer.from(keyData).toString('base64'),
      encodeURIComponent(keyData),
      'MIIBVAIBADANBgkq',
      'hkiG9w0BAQEFAASC',
      encodeURIComponent(pem),
    ],
  },
  {
    name: 'a password, alone and as in basic authentication',
    user: '{ username: admin, password: 12345678 }',
    secrets: [
      '12345678',
      'MTIzNDU2Nzg=',
      'admin:12345678',
      'YWRtaW46MTIzNDU2Nzg=',
      'admin%3A12345678',
    ],
  },
  {
    name: 'secrets of an auth provider, not its other fields',
    user: '{ auth-provider: { name: oidc, config: { client-id: kubernetes, id-token: id!token, refresh-token: re!fresh, client-secret: cl!ent } } }',
    secrets: ['id!token', 'aWQhdG9rZW4=', 're!fresh', 'cmUhZnJlc2g=', 'cl!ent', 'Y2whZW50'],
  },
  {
    name: 'variables of an exec plugin that are named like secrets',
    user: '{ exec: { command: aws, env: [ { name: AWS_PROFILE, value: default }, { name: AWS_SECRET_ACCESS_KEY, value: wJalr.XU } ] } }',
    secrets: ['wJalr.XU', 'd0phbHIuWFU='],
  },
  {
    name: 'arguments of an exec plugin that are secrets',
    user: '{ exec: { command: x, args: [get-token, --region, eu-west-1, --client-secret=pass.w0rd] } }',
    secrets: ['pass.w0rd', 'cGFzcy53MHJk'],
  },
  { name: 'nothing shorter than six characters', user: '{ token: abc }', secrets: [] },
])('leafSecrets finds $name', ({ user, secrets }) => {
  expect(leafSecrets(parseKubeconfig(`users:\n  - name: a\n    user: ${user}\n`))).toEqual(secrets);
});

test('leafSecrets finds the password of a proxy', () => {
  const text =
    'clusters: [{ name: a, cluster: { proxy-url: "http://me:pass%21word@proxy:3128" } }]';
  expect(leafSecrets(parseKubeconfig(text))).toEqual([
    'pass%21word',
    'cGFzcyUyMXdvcmQ=',
    'pass%2521word',
    'pass!word',
    'cGFzcyF3b3Jk',
  ]);
});

test.each(['', 'users: 7', 'users: [7, {user: null}]', 'clusters: [{cluster: 7}]'])(
  'leafSecrets finds nothing in %j',
  (text) => {
    expect(leafSecrets(parseKubeconfig(text))).toEqual([]);
  },
);

const random = 'q7Rz2LmX9vTb4KwY8nHc3JpD6sFg1AeU';

describe('pluginSecrets', () => {
  test.each([
    { args: ['--token=secret'], secrets: ['secret'] },
    { args: ['--token', 'secret'], secrets: ['secret'] },
    { args: ['-password', 'secret'], secrets: ['secret'] },
    { args: ['--api-key=a=b'], secrets: ['a=b'] },
    { args: ['--proxy=http://me:secret@proxy'], secrets: ['secret', 'secret'] },
    { args: ['--header', `Authorization: Bearer ${random}`], secrets: [random] },
    { args: [random], secrets: [random] },
    {
      args: ['eks', 'get-token', '--cluster-name', 'production', '--region=eu-west-1'],
      secrets: [],
    },
    { args: ['--token-file=/var/run/token', '--private-key-path', '/w/key.pem'], secrets: [] },
    {
      args: ['--oidc-auth-request-extra-params=x', '--token-url', 'https://h/token'],
      secrets: ['x'],
    },
    { args: ['--insecure-token', '--verbose'], secrets: [] },
    { args: 'text', secrets: [] },
  ])('finds $secrets in the arguments $args', ({ args, secrets }) => {
    expect(pluginSecrets({ args })).toEqual(secrets);
  });

  test.each([
    { name: 'VAULT_TOKEN', value: 'secret', secrets: ['secret'] },
    { name: 'DB_PASSWORD', value: 7_654_321, secrets: ['7654321'] },
    { name: 'AWS_SECRET_ACCESS_KEY', value: 'secret', secrets: ['secret'] },
    { name: 'HTTPS_PROXY', value: 'http://me:secret@proxy', secrets: ['secret', 'secret'] },
    { name: 'SETTINGS', value: `{"t":"${random}"}`, secrets: [random] },
    { name: 'AWS_PROFILE', value: 'production', secrets: [] },
    { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/var/run/token', secrets: [] },
    { name: 'AZURE_AUTHORITY_HOST', value: 'https://login.example', secrets: [] },
  ])('finds $secrets in the variable $name', ({ name, value, secrets }) => {
    expect(pluginSecrets({ env: [{ name, value }] })).toEqual(secrets);
  });
});
