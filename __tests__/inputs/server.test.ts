import { expect, test } from '@jest/globals';
import { failureOf, parse, type Given } from '../support/inputs.ts';

const server = 'https://api.example:6443';
const audience = 'https://kubernetes.example.com';
const pem = '-----BEGIN CERTIFICATE-----\nMIIBszCC\n-----END CERTIFICATE-----\n';
const base64 = Buffer.from(pem).toString('base64');

test.each([
  { name: 'PEM', given: pem },
  { name: 'base64', given: base64 },
  { name: 'base64 in lines', given: `${base64.slice(0, 20)}\n${base64.slice(20)}\n` },
  { name: 'a path', given: 'ca.pem' },
])('reads a CA certificate as $name', ({ given }) => {
  const { kube } = parse({ server, 'oidc-audience': audience, 'ca-cert': given });
  expect(kube).toMatchObject({
    oidcAudience: audience,
    kubeconfig: {
      source: "inputs 'server' and 'oidc-audience'",
      document: {
        clusters: [{ cluster: { server, 'certificate-authority-data': base64 } }],
        users: [{ user: {} }],
      },
    },
  });
});

test('reads a token, and uses the public CAs without a CA certificate', () => {
  const { kube } = parse({ server, token: 'a.b.c', namespace: 'builds' });
  expect(kube).toMatchObject({
    oidcAudience: undefined,
    namespace: 'builds',
    kubeconfig: {
      source: "inputs 'server' and 'token'",
      document: { clusters: [{ cluster: { server } }], users: [{ user: { token: 'a.b.c' } }] },
    },
  });
});

const jwt = ['{"alg":"RS256"}', '{"sub":"system:serviceaccount:ci:action"}', 'signature']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');
const jwtBase64 = Buffer.from(jwt).toString('base64');

test.each([
  { name: 'a JSON Web Token', given: jwt, token: jwt },
  { name: 'the data of a Secret', given: jwtBase64, token: jwt },
  { name: 'base64 in lines', given: jwtBase64.replace(/.{76}/g, '$&\n'), token: jwt },
  { name: 'base64 of a line', given: Buffer.from(`${jwt}\n`).toString('base64'), token: jwt },
  { name: 'base64 of another text', given: 'c2VjcmV0', token: 'c2VjcmV0' },
  { name: 'a bootstrap token', given: 'abcdef.0123456789abcdef', token: 'abcdef.0123456789abcdef' },
])('reads a token that is $name', ({ given, token }) => {
  expect(parse({ server, token: given }).kube).toMatchObject({
    kubeconfig: { document: { users: [{ user: { token } }] } },
  });
});

test('ignores an empty kubeconfig next to a server', () => {
  expect(failureOf({ server, token: 'x', kubeconfig: '' })).toBe('no failure');
});

const kubeconfig = JSON.stringify({
  'current-context': 'a',
  contexts: [{ name: 'a', context: { cluster: 'a' } }],
  clusters: [{ name: 'a', cluster: { server } }],
});

test.each<{ name: string; given: Given; message: string; hint: string }>([
  {
    name: 'a server without credentials',
    given: { server },
    message:
      "input 'server': it has no credentials: 'token' and 'oidc-audience' are empty; a secret is not passed to the pull requests of forks",
    hint: "Set 'oidc-audience' for an OIDC token of the job, or 'token'.",
  },
  ...['ca-cert', 'token', 'oidc-audience'].map((input) => ({
    name: `${input} without a server`,
    given: { [input]: 'x' },
    message: `input '${input}': it needs 'server'`,
    hint: "Set 'server' to the URL of the API server.",
  })),
  {
    name: 'two logins',
    given: { server, token: 'x', 'oidc-audience': 'y' },
    message: "input 'oidc-audience': it cannot be combined with 'token'",
    hint: 'Set only one of them.',
  },
  {
    name: 'a server with a kubeconfig',
    given: { server, token: 'x', kubeconfig },
    message: "input 'server': it cannot be combined with 'kubeconfig'",
    hint: 'Set only one of them.',
  },
  {
    name: 'a server with a context',
    given: { server, token: 'x', 'kube-context': 'a' },
    message: "input 'kube-context': it selects a context of a kubeconfig, but 'server' is set",
    hint: 'Remove it.',
  },
  {
    name: 'a server without TLS',
    given: { server: 'http://api.example', token: 'x' },
    message: 'input \'server\': "http://api.example" uses HTTP without TLS; no token is sent to it',
    hint: 'Write https://api.example.',
  },
  {
    name: 'a host',
    given: { server: 'api.example:6443', token: 'x' },
    message: 'input \'server\': "api.example:6443" is not a URL',
    hint: 'Write https://api.example:6443.',
  },
  {
    name: 'a text that is not a host, whose secret is not repeated',
    given: { server: 'REGISTRY_PASSWORD=kiwi7-Walrus-parade', token: 'x' },
    message: 'input \'server\': "REGISTRY_PASSWORD=***" is not a URL',
    hint: 'Write https://HOST:PORT.',
  },
  {
    name: 'a hidden server without TLS',
    given: { server: 'http://api.example', token: 'x', 'hide-server': 'true' },
    message: 'input \'server\': "***" uses HTTP without TLS; no token is sent to it',
    hint: 'Write https://***.',
  },
  {
    name: 'a private key as a CA certificate',
    given: {
      server,
      token: 'x',
      'ca-cert': '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n',
    },
    message: "input 'ca-cert': it contains a private key",
    hint: 'Use the CA certificate alone.',
  },
  ...['secret-of-another-input', `${'x'.repeat(201)}.pem`, 'two\nlines.pem'].map((value) => ({
    name: `a CA certificate that is not a path, which is not quoted (${value.slice(0, 9)})`,
    given: { server, token: 'x', 'ca-cert': value },
    message:
      "input 'ca-cert': it is not a certificate in PEM, the base64 of one or the path of a file",
    hint: 'Use certificate-authority-data of a kubeconfig of the cluster.',
  })),
  {
    name: 'a file that does not exist',
    given: { server, token: 'x', 'ca-cert': 'missing.pem' },
    message: 'input \'ca-cert\': the file "missing.pem" does not exist',
    hint: 'Use the path of a readable file, relative to the working directory.',
  },
  {
    name: 'a token of two lines, which is not quoted',
    given: { server, token: 'first\nsecond' },
    message:
      "input 'token': it has a space, a line break or another character that a bearer token cannot have",
    hint: 'Use the token alone, in one line.',
  },
  {
    name: 'an audience of two words',
    given: { server, 'oidc-audience': 'first second' },
    message:
      "input 'oidc-audience': it has a space, a line break or another character that an audience cannot have",
    hint: 'Write one audience, for example https://kubernetes.example.com.',
  },
])('refuses $name', ({ given, message, hint }) => {
  expect(failureOf(given)).toEqual({ message, hint });
});
