// Attacks of a registry that the runner asks for a digest.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseReference } from '../src/inputs/values/reference.ts';
import { HttpRegistry } from '../src/io/registry/registry.ts';
import type { RegistryRefusal } from '../src/ports.ts';
import type { Attack } from './attack.ts';

const auth = Buffer.from('me:secret').toString('base64');

/** Starts a server, and ends it after `use`. */
async function withServer<T>(
  listener: RequestListener,
  use: (host: string) => Promise<T>,
): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Asks this registry, with credentials that may be sent to it. */
function ask(host: string, signal: AbortSignal): Promise<string | RegistryRefusal> {
  const registry = new HttpRegistry({
    logins: new Map([[host, { [host]: { auth } }]]),
    ca: undefined,
    insecure: [{ host, http: true, unverifiedTls: false }],
  });
  return registry.tagDigest(parseReference(`${host}/app:1`), signal);
}

async function assertRefused(answer: Promise<string | RegistryRefusal>): Promise<void> {
  const refusal = await answer;
  assert.ok(typeof refusal !== 'string', `the digest ${JSON.stringify(refusal)} was accepted`);
}

export const registryAttacks: readonly Attack[] = [
  {
    name: 'server / a registry redirects the credentials to another host',
    run: async (signal) => {
      const seen: (string | undefined)[] = [];
      await withServer(
        ({ headers }, response) => {
          seen.push(headers.authorization);
          response.writeHead(404).end();
        },
        (thief) =>
          withServer(
            ({ headers, url }, response) => {
              if (url === '/v2/' || headers.authorization !== undefined) {
                response.writeHead(307, { location: `http://${thief}/v2/app/manifests/1` }).end();
              } else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
            },
            (host) => assertRefused(ask(host, signal)),
          ),
      );
      assert.ok(seen.length > 0, 'the redirect was not followed');
      assert.deepEqual([...new Set(seen)], [undefined]);
    },
  },
  {
    name: 'server / a registry answers with a manifest without an end',
    run: (signal) =>
      withServer(
        ({ method, url }, response) => {
          if (method === 'HEAD' || url === '/v2/') {
            response.end();
            return;
          }
          const write = (): void => {
            while (response.write(Buffer.alloc(64 * 1024)));
          };
          response.on('drain', write);
          write();
        },
        (host) => assertRefused(ask(host, signal)),
      ),
  },
  {
    name: 'server / a registry does not answer',
    run: (signal) => {
      const late = new AbortController();
      return withServer(
        () => {
          late.abort(new Error('the time is up'));
        },
        (host) =>
          assert.rejects(ask(host, AbortSignal.any([signal, late.signal])), /the time is up/),
      );
    },
  },
];
