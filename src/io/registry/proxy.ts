import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { addressOf } from '../proxy/address.ts';
import { environmentProxy } from '../proxy/environment.ts';
import { proxyAuthorization } from '../proxy/http-tunnel.ts';
import { openTunnel } from '../proxy/tunnel.ts';
import { trustSystem } from '../trust.ts';

/** CA certificates and verification of TLS for one host. */
export type TlsOptions = Pick<RequestOptions, 'ca' | 'rejectUnauthorized'>;

/**
 * How a request is connected: by a connection of its own, through the proxy of HTTP_PROXY, HTTPS_PROXY and NO_PROXY where they name
 * one. Requests with TLS are tunnelled.
 * @throws ProxyError, or the signal's reason.
 */
export async function connectionOptions(
  url: URL,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<RequestOptions> {
  const isPlain = url.protocol === 'http:';
  if (!isPlain && tls.ca === undefined) trustSystem();
  // Without it, NODE_TLS_REJECT_UNAUTHORIZED would decide.
  const verified = { rejectUnauthorized: true, ...tls };
  const proxy = environmentProxy(url, process.env);
  if (proxy === undefined) return { ...verified, agent: false };
  const isHttpProxy = /^https?:$/.test(proxy.url.protocol);
  if (isPlain && isHttpProxy) {
    const { host: hostname, port } = addressOf(proxy.url);
    return {
      agent: false,
      rejectUnauthorized: true,
      protocol: proxy.url.protocol,
      hostname,
      port,
      path: url.href,
      headers: { host: url.host, ...proxyAuthorization(proxy.url) },
    };
  }
  const target = addressOf(url);
  const socket = await openTunnel(proxy, target, { ...tls, signal });
  if (isPlain) return { createConnection: () => socket };
  const { host } = target;
  const secured = connect({
    ...verified,
    socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
  });
  return { createConnection: () => secured };
}
