import { describe, expect, test } from '@jest/globals';
import { redact } from '../../src/text/redact.ts';

const token = 'q7Rz2LmX9vTb4KwY8nHc3JpD6sFg1AeU';

describe('redact hides', () => {
  test.each([
    {
      name: 'a password in a URL',
      text: 'at https://u:p@h/x now',
      expected: 'at https://***@h/x now',
    },
    { name: 'a user in a URL', text: 'https://u@h', expected: 'https://***@h' },
    { name: 'a password without a scheme', text: '"u:p@h:5000/x"', expected: '"***@h:5000/x"' },
    { name: 'a password with at signs and slashes', text: 'u:p@/q@r/s@h', expected: '***@h' },
    { name: 'a password at the end of a path', text: '/w/x/u:p@h', expected: '/w/x/***@h' },
    {
      name: 'a password ahead of a digest',
      text: 'u:p@h/x@sha256:0a',
      expected: '***@h/x@sha256:0a',
    },
    { name: 'the query of a URL', text: 'https://h/x?sig=1', expected: 'https://h/x?***' },
    {
      name: 'a PEM block',
      text: 'a -----BEGIN X-----\nAA\n-----END X----- b',
      expected: 'a *** b',
    },
    { name: 'a PEM block without an end', text: 'a -----BEGIN X-----\nAA', expected: 'a ***' },
    { name: 'a random token', text: `Bearer ${token}.`, expected: 'Bearer ***.' },
    { name: 'a token in a path', text: `/a/${token}/b`, expected: '/a/***/b' },
    { name: 'base64 with slashes', text: 'wJalrXUtnF3/K7MDENG/bPxR0fiCYzEX', expected: '***' },
    { name: 'a token of GitHub', text: 'ghp_aaaaaaaaaaaaaaaaaaaa', expected: '***' },
  ])('$name', ({ text, expected }) => {
    expect(redact(text)).toBe(expected);
  });
});

describe('redact keeps', () => {
  test.each([
    `registry.example.com:5000/app:1@sha256:${'0a'.repeat(32)}`,
    '4f3a1b2c5d6e7f8091a2b3c4d5e6f708192a3b4c',
    'git@github.com:owner/repository.git',
    'me@example.com',
    './packages/@scope/app/Dockerfile',
    'at file:///w/node_modules/@actions/core/lib/core.js:12:3',
    'KubernetesBuilder2024ReleaseCandidate',
    'gke_my-project-123456_europe-west1-b_cluster-1',
    '/home/runner/work/MyProject/MyProject/deploy/Dockerfile2',
    'kbp-build-it-x7k2m9q4w8',
    '01890a5d-ac96-774b-bcce-b302099a8057',
    'pods "kbp-build-a1b2c3d4e5" is forbidden: User "system:serviceaccount:ci:builder" cannot create resource',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
