import { BlockList, isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** The host and port of a request. */
export interface Target {
  /** A name in lower case, or an IP address without brackets. */
  readonly host: string;
  readonly port: string;
}

/** A target whose address, if it is one, has one spelling. */
interface Address extends Target {
  readonly isAddress: boolean;
}

/** True for a target that the entry of NO_PROXY excludes. */
type Matcher = (target: Address) => boolean;

/**
 * Whether requests to this target are sent without a proxy, by the rules of Go (golang.org/x/net/http/httpproxy), which kubectl
 * and the builders apply: always for localhost and loopback addresses, else for an entry of the list, which is a name with the names
 * below it, `.name` or `*.name` for those below it alone, an address, a network (`10.0.0.0/8`), each but the network with a port if it
 * is for that one alone, or `*`.
 * @param noProxy the value of NO_PROXY.
 */
export function isExcluded(noProxy: string, { host, port }: Target): boolean {
  const address = readAddress(host);
  if (host === 'localhost' || (address !== undefined && isLoopback(address))) return true;
  const target = { host: address ?? host, port, isAddress: address !== undefined };
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => matcherOf(entry)(target));
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

function isLoopback(address: string): boolean {
  return loopback.check(address, familyOf(address));
}

function matcherOf(entry: string): Matcher {
  if (entry === '*') return () => true;
  const network = networkOf(entry);
  if (network !== undefined) return ({ isAddress, host }) => isAddress && network(host);
  const { host: name, port } = splitPort(entry) ?? { host: entry, port: '' };
  const isPort = (target: Target): boolean => port === '' || port === target.port;
  const address = readAddress(name);
  if (address !== undefined)
    return (target) => target.isAddress && target.host === address && isPort(target);
  if (name === '') return () => false;
  const isBelow = /^\*?\./.test(name);
  const suffix = toAscii(isBelow ? name.replace(/^\*/, '') : `.${name}`);
  return (target) =>
    !target.isAddress &&
    (target.host.endsWith(suffix) || (!isBelow && target.host === suffix.slice(1))) &&
    isPort(target);
}

/** Tests addresses for the network of `ADDRESS/BITS`; undefined for anything else. An IPv6 network contains no IPv4 addresses. */
function networkOf(entry: string): ((address: string) => boolean) | undefined {
  const [, text = '', digits = ''] = /^([^/]*)\/(\d+)$/.exec(entry) ?? [];
  const address = readAddress(text);
  const bits = Number(digits);
  if (address === undefined || bits > (isIPv6(text) ? 128 : 32)) return undefined;
  // Of `::ffff:10.0.0.0/104`, the last 8 bits are those of an IPv4 network.
  const isMapped = isIPv6(text) && !isIPv6(address);
  const isIPv4 = !isIPv6(text) || (isMapped && bits >= 96);
  const family = isIPv4 ? 'ipv4' : 'ipv6';
  const network = new BlockList();
  network.addSubnet(isIPv4 ? address : text, isMapped && isIPv4 ? bits - 96 : bits, family);
  return (host) => familyOf(host) === family && network.check(host, family);
}

/** Go's net.SplitHostPort; undefined where that returns an error, for example without a port. */
function splitPort(entry: string): Target | undefined {
  const [, inner, port = ''] = /^\[([^[\]]*)\]:([^:[\]]*)$/.exec(entry) ?? [];
  if (inner !== undefined) return { host: inner, port };
  const [, host, rest = ''] = /^([^:[\]]*):([^:[\]]*)$/.exec(entry) ?? [];
  return host === undefined ? undefined : { host, port: rest };
}

/**
 * An IP address in its shortest form; one of IPv4 that is written as IPv6 (`::ffff:10.0.0.1`) as IPv4. Undefined for a name, and
 * for an address with a zone.
 */
function readAddress(text: string): string | undefined {
  const version = text.includes('%') ? 0 : isIP(text);
  if (version === 0) return undefined;
  if (version === 4) return text;
  const shortest = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(shortest) ?? [];
  if (high === undefined || low === undefined) return shortest;
  return [high, low]
    .map((half) => Number.parseInt(half, 16))
    .flatMap((half) => [half >> 8, half & 0xff])
    .join('.');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** The form of an international name in DNS; the name itself if it has none. */
function toAscii(name: string): string {
  if (/^[\0-\x7f]*$/.test(name)) return name;
  const ascii = domainToASCII(name.slice(1));
  return ascii === '' ? name : `.${ascii}`;
}
