// A registry in front of the cluster's that refuses some requests. It listens where pods can reach it.
import { once } from 'node:events';
import { createServer, request as requestHttp, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the registry responds instead of the real one. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the errors of the distribution specification. */
  readonly code?: string;
  readonly message?: string;
}

/**
 * Decides about one request.
 * @param count requests with this method and path so far, this one included.
 * @returns undefined for the response of the real registry.
 */
export type Refuse = (request: IncomingMessage, count: number) => Refusal | undefined;

/** True if this machine has the address of the registry: then pods reach every port of it. */
export async function canServe(registry: string): Promise<boolean> {
  // Not os.networkInterfaces: it leaves out a bridge that has no pod at the moment.
  const probe = createServer().listen(0, hostnameOf(registry));
  try {
    await once(probe, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}

/** Starts the registry on a free port of the address of the real one, and ends it after `use`. */
export async function withFlakyRegistry<T>(
  registry: string,
  refuse: Refuse,
  use: (host: string) => Promise<T>,
): Promise<T> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const key = `${request.method ?? ''} ${request.url ?? ''}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const refusal = refuse(request, count);
    if (refusal !== undefined) {
      const { status, headers = {}, code = 'UNKNOWN', message = 'refused' } = refusal;
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ errors: [{ code, message }] }));
      return;
    }
    // With the host of the request, so that the locations of uploads lead here again.
    const { method, url, headers } = request;
    const upstream = requestHttp(
      `http://${registry}${url ?? '/'}`,
      { method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.once('error', () => response.destroy());
    request.pipe(upstream);
  });
  const address = hostnameOf(registry);
  server.listen(0, address);
  await once(server, 'listening');
  try {
    return await use(`${address}:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function hostnameOf(registry: string): string {
  return new URL(`http://${registry}`).hostname.replace(/^\[(.*)\]$/, '$1');
}
