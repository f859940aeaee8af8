import { expect, test } from '@jest/globals';
import { configJson } from '../../src/logins/config-json.ts';
import { noLogins } from '../../src/logins/logins.ts';

test('the entries of all registries become one config.json', () => {
  const byHost = new Map([
    ['a.example', { 'a.example': { auth: 'x' }, 'a.example/group': { auth: 'y' } }],
    ['b.example', { 'b.example': { identitytoken: 'z' } }],
  ]);
  expect(configJson({ ...noLogins, byHost })).toBe(
    '{"auths":{"a.example":{"auth":"x"},"a.example/group":{"auth":"y"},"b.example":{"identitytoken":"z"}}}\n',
  );
});

test('without credentials no config.json is created', () => {
  expect(configJson(noLogins)).toBeUndefined();
});
