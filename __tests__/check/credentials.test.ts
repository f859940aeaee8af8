import { expect, test } from '@jest/globals';
import { checkCredentials } from '../../src/check/credentials.ts';
import type { Credential } from '../../src/kubeconfig/expiry.ts';

const nowMs = Date.UTC(2026, 0, 1);
const hour = 3_600_000;

function check(credential: Partial<Credential>, now: number | undefined = nowMs): unknown {
  const all: Credential = {
    name: 'token',
    expiresAtMs: nowMs + 2 * hour,
    isRenewed: false,
    ...credential,
  };
  const [row] = checkCredentials([all], 'admin', { nowMs: now, timeoutMs: hour });
  return [row?.subject, row?.finding, row?.detail];
}

test.each<{ name: string; credential: Partial<Credential>; expected: readonly string[] }>([
  {
    name: 'longer than a step',
    credential: {},
    expected: ['token', 'ok', 'until 2026-01-01 02:00 UTC, for 2 h'],
  },
  {
    name: 'exactly as long as a step',
    credential: { expiresAtMs: nowMs + hour },
    expected: ['token', 'ok', 'until 2026-01-01 01:00 UTC, for 60 min'],
  },
  {
    name: 'shorter than a step',
    credential: { expiresAtMs: nowMs + hour - 1 },
    expected: [
      'token',
      'warning',
      "until 2026-01-01 00:59 UTC, for 59 min, but a step may take 60 min ('timeout'), and it is not renewed",
    ],
  },
  {
    name: 'shorter than a step, and renewed',
    credential: { expiresAtMs: nowMs + 1_000, isRenewed: true },
    expected: ['token', 'ok', 'until 2026-01-01 00:00 UTC; it is renewed while the step runs'],
  },
  {
    name: 'not any more',
    credential: { name: 'client certificate', expiresAtMs: nowMs },
    expected: ['client certificate', 'failed', 'it has expired at 2026-01-01 00:00 UTC'],
  },
  {
    name: 'for ever',
    credential: { expiresAtMs: 'never' },
    expected: ['token', 'ok', 'it does not expire'],
  },
  {
    name: 'for an unknown time',
    credential: { expiresAtMs: 'unknown' },
    expected: ['token', 'not checked', 'it does not contain the time when it expires'],
  },
  {
    name: 'until a year that no date has',
    credential: { expiresAtMs: 1e18 },
    expected: ['token', 'ok', 'until a time that is out of range, for 11574053620 d'],
  },
])('reports credentials that are valid $name', ({ credential, expected }) => {
  expect(check(credential)).toEqual(expected);
});

test('does not compare without the time of the API server', () => {
  const [row] = checkCredentials(
    [{ name: 'token', expiresAtMs: nowMs, isRenewed: false }],
    'admin',
    {
      nowMs: undefined,
      timeoutMs: hour,
    },
  );
  expect(row?.finding).toBe('ok');
  expect(row?.detail).toContain('the API server does not report its time');
});

test.each([
  { user: 'system:anonymous', finding: 'failed' },
  { user: 'admin', finding: 'not checked' },
  { user: undefined, finding: 'not checked' },
])('a kubeconfig without credentials is $finding for the user $user', ({ user, finding }) => {
  expect(checkCredentials([], user, { nowMs, timeoutMs: hour })).toMatchObject([
    { subject: 'credentials', finding },
  ]);
});
