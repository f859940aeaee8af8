import { isExcluded } from './no-proxy.ts';

/** A proxy, and the setting that names it. */
export interface ProxySetting {
  /** Can have a user and a password. */
  readonly url: URL;
  /** For messages: a variable, or a field of the kubeconfig. */
  readonly setting: string;
}

/**
 * The proxy of the environment for a request, by the rules of Go: HTTPS_PROXY or HTTP_PROXY by the scheme of the request, without
 * the targets of NO_PROXY. A name in capitals precedes the same one in lower case. A value without a scheme is the address of an
 * HTTP proxy; one that is not an address is ignored.
 */
export function environmentProxy(
  url: URL,
  environment: Readonly<Record<string, string | undefined>>,
): ProxySetting | undefined {
  const isTls = url.protocol === 'https:';
  const found = firstOf(environment, isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  const proxy = found === undefined ? null : URL.parse(withScheme(found.value));
  if (found === undefined || proxy === null) return undefined;
  const noProxy = firstOf(environment, 'NO_PROXY')?.value ?? '';
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port === '' ? (isTls ? '443' : '80') : url.port;
  return isExcluded(noProxy, { host, port }) ? undefined : { url: proxy, setting: found.name };
}

function firstOf(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
): { readonly name: string; readonly value: string } | undefined {
  return [name, name.toLowerCase()]
    .map((spelling) => ({ name: spelling, value: environment[spelling] ?? '' }))
    .find(({ value }) => value !== '');
}

function withScheme(address: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(address) ? address : `http://${address}`;
}
