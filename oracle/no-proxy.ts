// Compares the proxies of requests with those that Go chooses, on random lists, and records the table of the unit test.
import { readFileSync, writeFileSync } from 'node:fs';
import { hostPort } from '../src/io/proxy/address.ts';
import { environmentProxy } from '../src/io/proxy/environment.ts';
import type { Random } from '../support/random.ts';
import type { OracleProgram, ProxyCase } from './program.ts';

const file = new URL('../__tests__/fixtures/no-proxy.json', import.meta.url);

/** A case of the table, with the proxy that Go chooses; empty for a direct connection. */
type RecordedCase = ProxyCase & { readonly proxy: string };

const names = ['example', 'api.example', 'a.api.example', 'pi.example', 'localhost', 'local'];
const wildNames = ['', '*', 'API.Example', 'bücher.example', 'xn--bcher-kva.example', '.', '..'];
const addresses = ['10.0.0.1', '10.1.2.3', '192.0.2.7', '127.0.0.1', '127.9.9.9', '0.0.0.0'];
const addresses6 = ['::1', '2001:db8::7', '2001:DB8:0::7', '::ffff:10.0.0.1', '::ffff:127.0.0.1'];
const wildAddresses = ['010.0.0.1', '10.1', '0x0a000001', 'fe80::1%eth0', '::', '1.2.3.4.5'];
const ports = ['', ':443', ':6443', ':80', ':', ':https', ':0443'];
const masks = ['/8', '/24', '/32', '/0', '/33', '/', '/08', '/-1', '/64', '/96', '/104', '/128'];
const proxies = ['proxy:3128', 'http://proxy:3128', 'https://proxy', 'socks5://proxy', 'proxy', ''];

/** @returns the number of requests that were compared, and a line for each difference. */
export async function compareProxies(
  program: OracleProgram,
  random: Random,
  count: number,
): Promise<{ readonly direct: number; readonly problems: readonly string[] }> {
  const cases = Array.from({ length: count }, () => drawCase(random));
  const chosen = await program.proxies(cases);
  const problems = cases.flatMap((one, index) => {
    const ours = ourProxy(one);
    const theirs = chosen[index] ?? 'no answer';
    return ours === theirs ? [] : [`${JSON.stringify(one)}: Go "${theirs}", ours "${ours}"`];
  });
  return { direct: chosen.filter((proxy) => proxy === '').length, problems };
}

/** Writes the table with the proxies that Go chooses. @returns the number of cases that changed. */
export async function recordProxies(program: OracleProgram): Promise<number> {
  const before = JSON.parse(readFileSync(file, 'utf8')) as readonly RecordedCase[];
  const chosen = await program.proxies(before);
  const lines = before.map((one, index) => JSON.stringify({ ...one, proxy: chosen[index] }));
  writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
  return lines.filter((line, index) => line !== JSON.stringify(before[index])).length;
}

function ourProxy({ httpsProxy, noProxy, url }: ProxyCase): string {
  const variables = { HTTPS_PROXY: httpsProxy, HTTP_PROXY: httpsProxy, NO_PROXY: noProxy };
  const proxy = environmentProxy(new URL(url), variables)?.url;
  if (proxy === undefined) return '';
  const { protocol, hostname, port } = proxy;
  return `${protocol}//${port === '' ? hostname : hostPort({ host: hostname, port })}`;
}

function drawCase(random: Random): ProxyCase {
  const entries = Array.from({ length: random.whole(0, 3) }, () => drawEntry(random));
  const isName = random.chance(0.5);
  const host = isName ? random.pick(names) : drawHost(random);
  const port = random.pick(['', ':443', ':6443', ':80']);
  const scheme = random.chance(0.8) ? 'https' : 'http';
  return {
    httpsProxy: random.pick(proxies),
    noProxy: entries.join(random.pick([',', ', ', ',,'])),
    url: `${scheme}://${host}${port}`,
  };
}

function drawHost(random: Random): string {
  return random.chance(0.5) ? random.pick(addresses) : `[${random.pick(addresses6)}]`;
}

function drawEntry(random: Random): string {
  switch (random.whole(0, 5)) {
    case 0:
      return random.pick(wildNames) + random.pick(ports);
    case 1:
      return random.pick(wildAddresses) + random.pick([...ports, ...masks]);
    case 2:
      return random.pick([...addresses, ...addresses6]) + random.pick([...ports, ...masks]);
    case 3:
      return `[${random.pick([...addresses, ...addresses6])}]${random.pick([...ports, ...masks])}`;
    default:
      return random.pick(['', '', '.', '*.', '**.', ' ']) + random.pick(names) + random.pick(ports);
  }
}
