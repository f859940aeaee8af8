import { expect, test } from '@jest/globals';
import { parseDockerConfig } from '../../src/logins/docker-config.ts';
import { proxiesOf, type Proxies } from '../../src/logins/proxies.ts';

function find(proxies: unknown, ...given: readonly string[]): Proxies {
  const config = parseDockerConfig(
    JSON.stringify({ proxies: { default: proxies } }),
    'config.json',
  );
  return proxiesOf(
    config,
    given.map((key) => ({ key, value: 'mine' })),
  );
}

function pairs({ buildArgs }: Proxies): readonly string[] {
  return buildArgs.map(({ key, value }) => `${key}=${value}`);
}

test('every proxy is a build argument in both cases', () => {
  const proxies = {
    httpProxy: 'http://a:1',
    httpsProxy: 'http://b',
    noProxy: '*.c,d',
    ftpProxy: 'ftp://e',
    allProxy: 'socks5://f',
    other: 'g',
  };
  const found = find(proxies);
  expect(pairs(found)).toEqual([
    'HTTP_PROXY=http://a:1',
    'http_proxy=http://a:1',
    'HTTPS_PROXY=http://b',
    'https_proxy=http://b',
    'NO_PROXY=*.c,d',
    'no_proxy=*.c,d',
    'FTP_PROXY=ftp://e',
    'ftp_proxy=ftp://e',
    'ALL_PROXY=socks5://f',
    'all_proxy=socks5://f',
  ]);
  expect(found).toMatchObject({ secrets: [], warnings: [] });
});

test('an argument of the user takes precedence, in its own case', () => {
  expect(pairs(find({ httpProxy: 'a' }, 'http_proxy'))).toEqual(['HTTP_PROXY=a']);
});

test.each([
  { name: 'no proxies', proxies: undefined },
  { name: 'an empty value', proxies: { httpProxy: '' } },
  { name: 'a value of a wrong type', proxies: { httpProxy: 1, noProxy: ['a'] } },
])('$name: no arguments', ({ proxies }) => {
  expect(find(proxies)).toEqual({ buildArgs: [], secrets: [], warnings: [] });
});

test.each([
  'http://user:pa55word@proxy:1',
  'HTTP://user:pa55word@proxy',
  'user:pa55word@proxy',
  'http://user:pa55word@home@proxy',
  'socks5://token-of-a-user@proxy',
])('%s is omitted and masked, because it has credentials', (address) => {
  const { buildArgs, secrets, warnings } = find({ httpsProxy: address, noProxy: 'a' });
  expect(buildArgs.map(({ key }) => key)).toEqual(['NO_PROXY', 'no_proxy']);
  expect(secrets).toContain(address);
  expect(secrets.some((secret) => /^(?:pa55word|token-of-a-user)/.test(secret))).toBe(true);
  expect(warnings).toEqual([
    'httpsProxy of the Docker configuration "config.json" has credentials, and is not passed to the build, because build arguments are part of the pod spec. Use a proxy without credentials for builds',
  ]);
});

test('nothing is missing if the user sets both arguments', () => {
  const { warnings } = find({ httpProxy: 'http://u:p@proxy' }, 'HTTP_PROXY', 'http_proxy');
  expect(warnings).toEqual([]);
});
