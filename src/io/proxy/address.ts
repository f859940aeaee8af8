import type { ProxySetting } from './environment.ts';
import type { Target } from './no-proxy.ts';

/** Limit for a proxy that does not respond. */
export const silenceMs = 30_000;

/** The port of a proxy whose address has none; 1080 for SOCKS. */
const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Where a proxy listens. */
export function addressOf({ protocol, hostname, port }: URL): Target {
  // Node does not accept the brackets of an IPv6 address.
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? (defaultPorts[protocol] ?? '1080') : port };
}

/** User and password in the address of a proxy; undefined without them. */
export function userOf({ username, password }: URL):
  | {
      readonly user: string;
      readonly password: string;
    }
  | undefined {
  return username === '' ? undefined : { user: decode(username), password: decode(password) };
}

/** A proxy as messages name it: without its user and password. */
export function nameOf({ url, setting }: ProxySetting): string {
  return `the proxy ${url.protocol}//${hostPort(addressOf(url))} (${setting})`;
}

/** `host:port`, with the brackets of an IPv6 address. */
export function hostPort({ host, port }: Target): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Undoes the percent-encoding of a URL; text with other percent signs is returned as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
