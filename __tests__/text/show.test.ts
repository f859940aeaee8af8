import { describe, expect, test } from '@jest/globals';
import { credentialKind, show } from '../../src/text/show.ts';

const kubeconfig = 'apiVersion: v1\nclusters: []\nusers: []\n';

describe('show hides', () => {
  test.each([
    { value: 'token: abc', expected: 'token: ***' },
    { value: '"passwd":"a b"', expected: '"passwd":***' },
    { value: 'NPM_TOKEN=abc', expected: 'NPM_TOKEN=***' },
    { value: 'x --password abc', expected: 'x --password ***' },
    { value: 'Authorization: Basic abc', expected: 'Authorization: ***' },
    { value: 'abc@h/app:1', expected: '***@h/app:1' },
    { value: 'u:abc@h', expected: '***@h' },
    { value: 'a\nb', expected: '*** (not shown: it looks like a text of several lines)' },
    { value: kubeconfig, expected: '*** (not shown: it looks like a kubeconfig)' },
  ])('$value', ({ value, expected }) => {
    expect(show(value)).toBe(expected);
  });
});

describe('show keeps', () => {
  test.each(['deploy/Dockerfile', 'app@sha256:0a', './secret/passwords', 'tokens', 'a=b'])(
    '%s',
    (value) => {
      expect(show(value)).toBe(value);
    },
  );
});

test('show cuts a long value after a secret in it was removed', () => {
  expect(show(`https://u:${'p'.repeat(500)}@h/${'x'.repeat(500)}`, 20)).toBe(
    'https://***@h/xxxxxx…',
  );
});

test.each([
  { value: kubeconfig, kind: 'a kubeconfig' },
  { value: Buffer.from(kubeconfig).toString('base64'), kind: 'the base64 of a kubeconfig' },
  { value: '{"auths":{}}', kind: 'a Docker configuration' },
  { value: '-----BEGIN CERTIFICATE-----', kind: 'a PEM file' },
  { value: '-----BEGIN RSA PRIVATE KEY-----', kind: 'a private key' },
  { value: '{"type":"service_account","private_key":"x"}', kind: 'credentials in JSON' },
  { value: 'registry.example.com/app:1', kind: undefined },
])('credentialKind of $value', ({ value, kind }) => {
  expect(credentialKind(value)).toBe(kind);
});
