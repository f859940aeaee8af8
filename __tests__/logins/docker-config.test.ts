import { expect, test } from '@jest/globals';
import { parseDockerConfig } from '../../src/logins/docker-config.ts';
import { failureOf } from '../support/failure.ts';

const empty = {
  source: 'config.json',
  auths: {},
  credHelpers: {},
  credsStore: undefined,
  proxies: {},
};

test.each([
  { name: 'an empty file', text: ' \n', expected: empty },
  { name: 'no credentials', text: '{"psFormat": "x"}', expected: empty },
  { name: 'an empty credsStore', text: '{"credsStore": ""}', expected: empty },
  {
    name: 'fields of a wrong type',
    text: '{"auths": [], "credHelpers": 1, "credsStore": {}}',
    expected: empty,
  },
  { name: 'proxies of a wrong type', text: '{"proxies": {"default": "x"}}', expected: empty },
  {
    name: 'proxies of a daemon',
    text: '{"proxies": {"tcp://a": {"noProxy": "b"}}}',
    expected: empty,
  },
  {
    name: 'all parts',
    text: '{"auths": {"a": {}}, "credHelpers": {"b": "c"}, "credsStore": "d", "proxies": {"default": {"noProxy": "e"}}}',
    expected: {
      ...empty,
      auths: { a: {} },
      credHelpers: { b: 'c' },
      credsStore: 'd',
      proxies: { noProxy: 'e' },
    },
  },
])('reads $name', ({ text, expected }) => {
  expect(parseDockerConfig(text, 'config.json')).toEqual(expected);
});

test.each([
  { text: '["secret"]', problem: 'it is not a JSON object' },
  { text: '{"auths": secret', problem: 'it is not JSON' },
  { text: '{"auths": "secret" secret', problem: 'it is not JSON (position 19)' },
])('refuses $text without quoting it', async ({ text, problem }) => {
  expect(await failureOf(() => parseDockerConfig(text, 'config.json'))).toEqual({
    kind: 'input',
    message: `reading the Docker configuration "config.json" failed: ${problem}`,
    hint: "Correct it, or set 'docker-config' to another file or to none.",
  });
});
