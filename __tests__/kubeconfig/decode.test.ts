import { describe, expect, test } from '@jest/globals';
import { decodeKubeconfig } from '../../src/kubeconfig/decode.ts';
import { problemsOf } from '../support/problems.ts';

const yaml = `clusters:
  - name: lab
    cluster: { server: https://10.0.0.1:6443 }
contexts:
  - name: one
    context: { cluster: lab }
current-context: one`;
const base64 = Buffer.from(yaml).toString('base64');
const print = 'Store the output of: kubectl config view --raw --flatten --minify';

describe('decodeKubeconfig', () => {
  test.each([
    { name: 'YAML', value: yaml },
    { name: 'YAML with blank lines around', value: `\n${yaml}\n\n` },
    { name: 'base64', value: base64 },
    { name: 'base64 in lines', value: base64.replace(/.{76}/g, '$&\n') },
    { name: 'base64 with Windows line ends', value: base64.replace(/.{64}/g, '$&\r\n') },
    { name: 'base64 for URLs', value: Buffer.from(yaml).toString('base64url') },
  ])('returns the YAML of $name', ({ value }) => {
    expect(decodeKubeconfig(value)).toBe(yaml);
  });

  test.each([
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
      { name: 'UTF-16', bytes: Buffer.from(yaml, 'utf16le') },
      { name: 'UTF-16 with a byte order mark', bytes: Buffer.from(`\uFEFF${yaml}`, 'utf16le') },
    ].map(({ name, bytes }) => ({
      name: `base64 of ${name}`,
      value: bytes.toString('base64'),
      problem: {
        text: 'it is the base64 of UTF-16, the default encoding of PowerShell',
        hint: 'Encode it as UTF-8: use [Text.Encoding]::UTF8 instead of Unicode, and Out-File -Encoding utf8 instead of >.',
      },
    })),
    {
      name: 'a path',
      value: '/home/me/kubeconfig',
      problem: {
        text: 'it looks like a path, but must be the content of a kubeconfig',
        hint: 'Use auto and set the environment variable KUBECONFIG to the path.',
      },
    },
    {
      name: 'any other text',
      value: 'hello, world',
      problem: { text: 'it is neither YAML nor base64', hint: `${print}, or its base64.` },
    },
  ])('refuses $name', ({ value, problem }) => {
    expect(problemsOf(() => decodeKubeconfig(value))).toEqual([problem]);
  });
});
