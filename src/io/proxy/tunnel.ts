import type { Socket } from 'node:net';
import type { ProxySetting } from './environment.ts';
import { openHttpTunnel, type ProxyTls } from './http-tunnel.ts';
import type { Target } from './no-proxy.ts';
import { openSocksTunnel } from './socks-tunnel.ts';

export interface TunnelOptions extends ProxyTls {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a connection to the target through a proxy: SOCKS 5, or HTTP with CONNECT; the proxy resolves the name of the target. The
 * caller closes it.
 * @throws ProxyError, or the signal's reason.
 */
export function openTunnel(
  proxy: ProxySetting,
  target: Target,
  { signal, ...tls }: TunnelOptions = {},
): Promise<Socket> {
  return proxy.url.protocol.startsWith('socks')
    ? openSocksTunnel(proxy, target, signal)
    : openHttpTunnel(proxy, target, tls, signal);
}
