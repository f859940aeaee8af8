import { expect, test } from '@jest/globals';
import { parseKubeconfig } from '../../src/kubeconfig/document.ts';
import { leafSecrets } from '../../src/kubeconfig/secrets.ts';

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
