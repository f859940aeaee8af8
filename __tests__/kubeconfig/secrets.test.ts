import { expect, test } from '@jest/globals';
import { leafSecrets } from '../../src/kubeconfig/secrets.ts';
import { maskForms } from '../../src/text/mask.ts';

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
    name: 'key data, and the lines of the key without its frame',
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
    name: 'a password, alone and as basic authorisation',
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
    name: 'variables of a plugin that are named like secrets',
    user: '{ exec: { command: aws, env: [ { name: AWS_PROFILE, value: default }, { name: AWS_SECRET_ACCESS_KEY, value: wJalr.XU } ] } }',
    secrets: ['wJalr.XU', 'd0phbHIuWFU='],
  },
  { name: 'nothing shorter than six characters', user: '{ token: abc }', secrets: [] },
])('leafSecrets finds $name', ({ user, secrets }) => {
  expect(leafSecrets(`users:\n  - name: a\n    user: ${user}\n`)).toEqual(secrets);
});

test('leafSecrets finds the password of a proxy', () => {
  const text =
    'clusters: [{ name: a, cluster: { proxy-url: "http://me:pass%21word@proxy:3128" } }]';
  expect(leafSecrets(text)).toEqual([
    'pass%21word',
    'cGFzcyUyMXdvcmQ=',
    'pass%2521word',
    'pass!word',
    'cGFzcyF3b3Jk',
  ]);
});

test.each(['', 'just text', 'a: [', '- 1', 'users: 7', 'users: [7, {user: null}]'])(
  'leafSecrets finds nothing in %j',
  (text) => {
    expect(leafSecrets(text)).toEqual([]);
  },
);

test('maskForms decodes a value that is the base64 of text', () => {
  expect(maskForms([Buffer.from('user:hunter22').toString('base64')])).toEqual([
    'dXNlcjpodW50ZXIyMg==',
    'ZFhObGNqcG9kVzUwWlhJeU1nPT0=',
    'dXNlcjpodW50ZXIyMg%3D%3D',
    'user:hunter22',
    'user%3Ahunter22',
  ]);
});
