import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { credentialsOf } from '../../src/kubeconfig/expiry.ts';

const expired = readFileSync('__tests__/fixtures/tls/expired.crt', 'utf8');

function jwt(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
}

test.each([
  { name: 'a token with an end', authorization: `Bearer ${jwt({ exp: 5 })}`, end: 5_000 },
  { name: 'a token without an end', authorization: `Bearer ${jwt({ sub: 'x' })}`, end: 'never' },
  { name: 'an opaque token', authorization: 'bearer ya29.opaque', end: 'unknown' },
])('reads the end of $name', ({ authorization, end }) => {
  expect(credentialsOf({ authorization, certificate: undefined, isRenewed: true })).toEqual([
    { name: 'token', expiresAtMs: end, isRenewed: true },
  ]);
});

test('does not know when a password ends', () => {
  const presented = { authorization: 'Basic dTpw', certificate: undefined, isRenewed: false };
  expect(credentialsOf(presented)).toEqual([
    { name: 'password', expiresAtMs: 'unknown', isRenewed: false },
  ]);
});

test('reads the end of a client certificate, and of a token next to it', () => {
  const authorization = `Bearer ${jwt({ exp: 5 })}`;
  const found = credentialsOf({ authorization, certificate: expired, isRenewed: false });
  expect(found.map(({ name }) => name)).toEqual(['token', 'client certificate']);
  expect(found[1]?.expiresAtMs).toBeLessThan(Date.UTC(2026, 0, 1));
});

test.each([undefined, '', 'Bearer'])('finds nothing in the header %p', (authorization) => {
  expect(credentialsOf({ authorization, certificate: undefined, isRenewed: false })).toEqual([]);
});

test('does not know the end of a certificate that cannot be parsed', () => {
  const [found] = credentialsOf({
    authorization: undefined,
    certificate: 'x',
    isRenewed: false,
  });
  expect(found?.expiresAtMs).toBe('unknown');
});
