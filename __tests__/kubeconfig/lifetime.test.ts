import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { lifetimeWarnings } from '../../src/kubeconfig/lifetime.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const timeoutMs = 60 * 60_000;
const [valid, expired] = ['server', 'expired'].map((name) =>
  btoa(readFileSync(new URL(`../fixtures/tls/${name}.crt`, import.meta.url), 'utf8')),
);

function jwt(claims: unknown): string {
  return ['{"alg":"none"}', JSON.stringify(claims), 'x'].map((part) => btoa(part)).join('.');
}

function tokenUntil(date: string): string {
  return jwt({ exp: Date.parse(date) / 1_000 });
}

const google = 'ya29.a0AfB_by';

test.each([
  {
    name: 'a token that expires within the timeout',
    user: { token: tokenUntil('2026-01-01T12:59:59Z') },
    expected: [
      "the token in the kubeconfig expires on 2026-01-01 12:59 UTC, in 59 min: a build that is still running then fails. Use a kubeconfig with an exec plugin or a tokenFile, which are renewed, or lower 'timeout'",
    ],
  },
  { name: 'a token that lives longer', user: { token: tokenUntil('2026-01-01T13:00:00Z') } },
  {
    name: 'a token that has expired',
    user: { token: tokenUntil('2026-01-01T11:00:00Z') },
    expected: ['the token in the kubeconfig expired on 2026-01-01 11:00 UTC. Renew it'],
  },
  {
    name: 'a client certificate that has expired',
    user: { 'client-certificate-data': expired },
    expected: [
      expect.stringMatching(
        /^the client certificate in the kubeconfig expired on 2020-\S+ \S+ UTC\. Renew it$/,
      ),
    ],
  },
  { name: 'a client certificate that lives longer', user: { 'client-certificate-data': valid } },
  {
    name: 'an access token of Google',
    user: { token: google },
    expected: [
      expect.stringMatching(
        /^the token in the kubeconfig is an access token of Google, which expires at most 1 h after/,
      ),
    ],
  },
  { name: 'one, with a short timeout', user: { token: google }, timeoutMs: 50 * 60_000 },
  {
    name: 'a token file, which is read again',
    user: { token: tokenUntil('2026-01-01T11:00:00Z'), tokenFile: '/token' },
  },
  { name: 'a token without an end', user: { token: jwt({ sub: 'a' }) } },
  { name: 'a token whose end is a text', user: { token: jwt({ exp: 'soon' }) } },
  { name: 'a token that is not JSON', user: { token: 'a.b.c' } },
  { name: 'a token with another form', user: { token: 'a'.repeat(100_000) } },
  { name: 'a certificate that cannot be read', user: { 'client-certificate-data': 'none' } },
  { name: 'no credentials', user: {} },
])('warns of the end of $name', ({ user, expected = [], ...period }) => {
  expect(lifetimeWarnings(user, 'kubeconfig', { nowMs, timeoutMs, ...period })).toEqual(expected);
});

test('has a text for an end that no calendar has', () => {
  const [sentence] = lifetimeWarnings({ token: jwt({ exp: -1e20 }) }, 'kubeconfig', {
    nowMs,
    timeoutMs,
  });
  expect(sentence).toContain('expired on a time that is out of range');
});

test('names the input if the token is that of an input', () => {
  const user = { token: tokenUntil('2026-01-01T12:30:00Z') };
  expect(lifetimeWarnings(user, 'token', { nowMs, timeoutMs })).toEqual([
    "the token of the input 'token' expires on 2026-01-01 12:30 UTC, in 30 min: a build that is still running then fails. Use 'oidc-audience', whose tokens are renewed, or lower 'timeout'",
  ]);
});
