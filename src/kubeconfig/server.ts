import { text, type Fields } from '../text/json.ts';
import { invalid, quote } from '../text/problem.ts';
import { show } from '../text/show.ts';

/** Those of kubectl, and other names of SOCKS 5. */
const proxySchemes = ['http:', 'https:', 'socks5:', 'socks5h:', 'socks:'];

/**
 * Checks the server of a cluster.
 * @returns it as it is written, for requests: its URL can hold a password, and a path or query a token.
 * @throws InvalidInput for an address that no request is sent to.
 */
export function checkServer(cluster: Fields): string {
  const server = text(cluster['server']) ?? '';
  if (server === '') throw invalid('its cluster has no server', 'Set it to https://HOST:PORT.');
  const isUnverified = cluster['insecure-skip-tls-verify'] === true;
  if (isUnverified && schemeOf(server) === 'http') return server;
  const exception = ' unless insecure-skip-tls-verify is true';
  return checkAddress(server, { subject: 'its server ', exception });
}

/**
 * Checks that an address has TLS.
 * @param named the subject of the message in front of the address, and when the address would be accepted.
 * @throws InvalidInput
 */
export function checkAddress(
  server: string,
  named: { readonly subject: string; readonly exception: string } = { subject: '', exception: '' },
): string {
  const scheme = schemeOf(server);
  if (scheme === 'https') return server;
  const address = quotableAddress(server);
  const bare = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  // A text that is not a host may be a secret in the wrong place.
  const isHost = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(bare) && show(bare) === bare;
  const hint = `Write https://${isHost ? bare : 'HOST:PORT'}.`;
  const subject = `${named.subject}${quote(address)}`;
  if (scheme === undefined) throw invalid(`${subject} is not a URL`, hint);
  throw invalid(
    scheme === 'http'
      ? `${subject} uses HTTP without TLS; no token is sent to it${named.exception}`
      : `${subject} has the scheme ${scheme}, which is not supported`,
    hint,
  );
}

/** @throws InvalidInput for a proxy-url that cannot be used. Does not quote it: it can hold a password. */
export function checkProxy(cluster: Fields): void {
  const proxyUrl = cluster['proxy-url'] ?? '';
  if (proxyUrl === '') return;
  const protocol = URL.parse(text(proxyUrl) ?? '')?.protocol;
  if (protocol !== undefined && proxySchemes.includes(protocol)) return;
  throw invalid(
    'its proxy-url is not the URL of an HTTP, HTTPS or SOCKS 5 proxy',
    'Write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT.',
  );
}

/** A server as messages name it: scheme, host and port, without the parts of a URL that can be secret. */
export function quotableAddress(server: string): string {
  const { protocol, host } = URL.parse(server) ?? { protocol: '', host: '' };
  if (host !== '') return `${protocol}//${host}`;
  const withoutUser = server.replace(/^.*@/s, '');
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*/i.exec(withoutUser)?.[0] ?? '';
}

/** undefined for a text that is not a URL; a host with a port, as in `api.example:6443`, has no scheme. */
function schemeOf(server: string): string | undefined {
  // URL.canParse is true for some long texts that the constructor refuses.
  const scheme = URL.parse(server)?.protocol.slice(0, -1);
  if (scheme === undefined) return undefined;
  return ['http', 'https'].includes(scheme) || server.includes('://') ? scheme : undefined;
}
