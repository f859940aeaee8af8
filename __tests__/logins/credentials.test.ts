import { expect, test } from '@jest/globals';
import { readCredentials, secretsOf } from '../../src/logins/credentials.ts';

const auth = btoa('user:password');

test.each([
  { name: 'auth', entry: { auth }, expected: { auth } },
  {
    name: 'user name and password',
    entry: { username: 'user', password: 'password' },
    expected: { auth },
  },
  {
    name: 'user name and password before auth',
    entry: { auth: 'x', username: 'user', password: 'password' },
    expected: { auth },
  },
  {
    name: 'tokens',
    entry: { identitytoken: 'a', registrytoken: 'b', email: 'c' },
    expected: { identitytoken: 'a', registrytoken: 'b' },
  },
  { name: 'an empty entry', entry: {}, expected: undefined },
  { name: 'empty fields', entry: { auth: '', identitytoken: '' }, expected: undefined },
  { name: 'fields that are not text', entry: { auth: 1 }, expected: undefined },
  { name: 'an entry that is not an object', entry: 'x', expected: undefined },
])('reads $name', ({ entry, expected }) => {
  expect(readCredentials(entry)).toEqual(expected);
});

test('the password, the auth and the tokens are secret, the user name is not', () => {
  const secrets = secretsOf({ auth, identitytoken: 'identity', registrytoken: 'registry' });
  expect(secrets).toEqual(expect.arrayContaining([auth, 'password', 'identity', 'registry']));
  expect(secrets).not.toContain('user');
});
