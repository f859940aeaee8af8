import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { environmentProxy } from '../../../src/io/proxy/environment.ts';

/** Recorded with Go by `npm run oracle -- --record`. */
interface RecordedCase {
  readonly httpsProxy: string;
  readonly noProxy: string;
  readonly url: string;
  /** `scheme://host` of the proxy; empty for a direct connection. */
  readonly proxy: string;
}

const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/no-proxy.json', import.meta.url), 'utf8'),
) as readonly RecordedCase[];

test('the table has direct requests and requests through proxies', () => {
  expect(cases.filter(({ proxy }) => proxy === '').length).toBeGreaterThan(20);
  expect(cases.filter(({ proxy }) => proxy !== '').length).toBeGreaterThan(20);
});

test.each(cases)('as Go: $url with $noProxy and $httpsProxy', ({ proxy, ...given }) => {
  const variables = { HTTPS_PROXY: given.httpsProxy, NO_PROXY: given.noProxy };
  const found = environmentProxy(new URL(given.url), variables);
  expect(found === undefined ? '' : `${found.url.protocol}//${found.url.host}`).toBe(proxy);
});

const url = new URL('https://api.example');
const [first, second] = ['http://first.example', 'http://second.example'];

test.each([
  { environment: { HTTPS_PROXY: first, https_proxy: second }, expected: 'HTTPS_PROXY' },
  { environment: { HTTPS_PROXY: '', https_proxy: second }, expected: 'https_proxy' },
  { environment: { HTTP_PROXY: first, ALL_PROXY: first }, expected: undefined },
  { environment: { HTTPS_PROXY: first, no_proxy: 'api.example' }, expected: undefined },
  {
    environment: { HTTPS_PROXY: first, NO_PROXY: 'other', no_proxy: 'api.example' },
    expected: 'HTTPS_PROXY',
  },
])('the setting is $expected with $environment', ({ environment, expected }) => {
  expect(environmentProxy(url, environment)?.setting).toBe(expected);
});
