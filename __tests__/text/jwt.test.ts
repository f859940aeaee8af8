import { expect, test } from '@jest/globals';
import { jwtClaims, jwtTime } from '../../src/text/jwt.ts';

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

test('returns the claims of a token, without checking its signature', () => {
  const claims = jwtClaims(`${part({ alg: 'RS256' })}.${part({ sub: 'ä', exp: 5 })}.eA`);
  expect(claims).toEqual({ sub: 'ä', exp: 5 });
  expect(jwtTime(claims, 'exp')).toBe(5);
});

test.each([
  '',
  'token',
  'two.parts',
  `x.${part('text')}.y`,
  `x.${part(null)}.y`,
  'x.%%%.y',
  `x.${part({ exp: 1, padding: 'x'.repeat(70_000) })}.y`,
])('returns nothing for %p', (token) => {
  expect(jwtClaims(token)).toBeUndefined();
});

test.each([{ exp: '5' }, { exp: null }, {}])('has no time in %p', (claims) => {
  expect(jwtTime(claims, 'exp')).toBeUndefined();
});
