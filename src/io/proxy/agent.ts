import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ProxySetting } from './environment.ts';
import type { Target } from './no-proxy.ts';
import { openTunnel } from './tunnel.ts';

type Connected = (error: Error | null, stream?: Duplex) => void;

/** Makes connections through a proxy: TLS with the server in a tunnel. */
class TlsTunnelAgent extends HttpsAgent {
  readonly #proxy: ProxySetting;

  constructor(proxy: ProxySetting, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(options: RequestOptions, connected: Connected): undefined {
    const { ca, rejectUnauthorized } = options;
    // As in Go, the proxy is verified like the server.
    openTunnel(this.#proxy, targetOf(options), { ca, rejectUnauthorized }).then((socket) => {
      connected(
        null,
        super.createConnection({ ...options, socket } as RequestOptions) ?? undefined,
      );
    }, connected);
  }
}

/** The same without TLS. */
class PlainTunnelAgent extends HttpAgent {
  readonly #proxy: ProxySetting;

  constructor(proxy: ProxySetting, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(options: ClientRequestArgs, connected: Connected): undefined {
    openTunnel(this.#proxy, targetOf(options)).then((socket) => {
      connected(null, socket);
    }, connected);
  }
}

/**
 * An agent that keeps connections open between requests: one TLS handshake for the whole step. Requests with another client
 * certificate get other connections.
 * @param proxy undefined for direct connections.
 */
export function createAgent(
  protocol: string,
  proxy: ProxySetting | undefined,
  extra: AgentOptions = {},
): HttpAgent {
  const options = { ...extra, keepAlive: true, keepAliveMsecs: 15_000 };
  if (protocol === 'http:')
    return proxy === undefined ? new HttpAgent(options) : new PlainTunnelAgent(proxy, options);
  return proxy === undefined ? new HttpsAgent(options) : new TlsTunnelAgent(proxy, options);
}

function targetOf({ host, port }: ClientRequestArgs): Target {
  return { host: host ?? '', port: String(port ?? '') };
}
