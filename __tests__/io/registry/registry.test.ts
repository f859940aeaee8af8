import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readTls } from '../../../playground/cluster/credentials.ts';
import { parseReference } from '../../../src/inputs/values/reference.ts';
import { digestOf } from '../../../src/io/registry/exchange.ts';
import { HttpRegistry } from '../../../src/io/registry/registry.ts';
import type { Credentials } from '../../../src/logins/credentials.ts';
import type { RegistryAccess } from '../../../src/logins/registry-access.ts';
import type { RegistryRefusal } from '../../../src/ports.ts';
import { closedPort } from '../../../support/closed-port.ts';

const digest = `sha256:${'0a'.repeat(32)}`;
const manifest = '{"schemaVersion":2}';
const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
const login: Credentials = { auth: Buffer.from('me:secret').toString('base64') };
const { key, cert, ca } = readTls('server');
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

interface Asked {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that answers so. @returns its port, and the requests that it got. */
async function serve(
  answer: Answer,
  tls = false,
): Promise<{ readonly port: number; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const listener = (call: IncomingMessage, response: ServerResponse): void => {
    let body = '';
    call.on('data', (chunk: Buffer) => (body += chunk.toString()));
    call.on('end', () => {
      const { authorization, accept } = call.headers;
      asked.push({ line: `${call.method ?? ''} ${call.url ?? ''}`, authorization, accept });
      answer(call, response, body);
    });
  };
  const server = tls ? createTlsServer({ key, cert }, listener) : createServer(listener);
  await listen(server);
  open.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
  });
  return { port: portOf(server), asked };
}

async function listen(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

const found: Answer = (_, response) => {
  response.writeHead(200, { 'docker-content-digest': digest }).end();
};

function ask(
  image: string,
  access: Partial<RegistryAccess> = {},
  signal = new AbortController().signal,
): Promise<string | RegistryRefusal> {
  const registry = new HttpRegistry({ logins: new Map(), ca: undefined, insecure: [], ...access });
  return registry.tagDigest(parseReference(image), signal);
}

function plain(port: number): RegistryAccess['insecure'] {
  return [{ host: `localhost:${port}`, http: true, unverifiedTls: false }];
}

function loginTo(port: number, credentials: Credentials = login): RegistryAccess['logins'] {
  const host = `localhost:${port}`;
  return new Map([[host, { [host]: credentials }]]);
}

async function failureOf(answer: Promise<string | RegistryRefusal>): Promise<string> {
  const refusal = await answer;
  if (typeof refusal === 'string') throw new Error(`no failure, but ${refusal}`);
  return `${refusal.isTemporary ? 'temporary' : 'final'}: ${refusal.failure.message}`;
}

describe('the digest of a tag', () => {
  test('is the header of a HEAD request that accepts images and indexes', async () => {
    const { port, asked } = await serve(found, true);
    expect(await ask(`localhost:${port}/a/app:1.2`, { ca })).toBe(digest);
    expect(asked.map(({ line }) => line)).toEqual(['GET /v2/', 'HEAD /v2/a/app/manifests/1.2']);
    expect(asked[1]?.accept?.split(', ')).toEqual([
      'application/vnd.oci.image.manifest.v1+json',
      'application/vnd.oci.image.index.v1+json',
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.docker.distribution.manifest.list.v2+json',
    ]);
  });

  test.each([
    { name: 'HEAD is refused', head: 405, header: undefined },
    { name: 'HEAD has no digest', head: 200, header: undefined },
    { name: 'HEAD has a digest of another kind', head: 200, header: 'sha512:00' },
  ])('is that of the content if $name', async ({ head, header }) => {
    const { port, asked } = await serve(({ method, url }, response) => {
      if (url === '/v2/') response.end();
      else if (method === 'GET') response.setHeader('docker-content-digest', digest).end(manifest);
      else
        response
          .writeHead(head, header === undefined ? {} : { 'docker-content-digest': header })
          .end();
    });
    const answer = await ask(`localhost:${port}/app:1`, { insecure: plain(port) });
    expect(answer).toBe(digestOf(Buffer.from(manifest)));
    expect(asked.map(({ line }) => line).slice(-2)).toEqual([
      'HEAD /v2/app/manifests/1',
      'GET /v2/app/manifests/1',
    ]);
  });

  test.each([
    {
      status: 404,
      body: '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}',
      expected: 'final: the registry responded with HTTP 404 (MANIFEST_UNKNOWN: manifest unknown)',
    },
    { status: 403, body: '<html>', expected: 'final: the registry responded with HTTP 403' },
    { status: 401, body: '', expected: 'final: the registry responded with HTTP 401' },
    { status: 429, body: '[]', expected: 'temporary: the registry responded with HTTP 429' },
    {
      status: 503,
      body: '{"errors":[null]}',
      expected: 'temporary: the registry responded with HTTP 503',
    },
  ])('is unknown after HTTP $status', async ({ status, body, expected }) => {
    const { port } = await serve((_, response) => {
      response.writeHead(status).end(body);
    });
    expect(await failureOf(ask(`localhost:${port}/app:1`, { insecure: plain(port) }))).toBe(
      expected,
    );
  });

  test('is unknown if nothing listens', async () => {
    const port = await closedPort();
    expect(await failureOf(ask(`localhost:${port}/app:1`))).toMatch(/^temporary: /);
  });

  test('is unknown without the CA certificate', async () => {
    const { port } = await serve(found, true);
    expect(await failureOf(ask(`localhost:${port}/app:1`))).toMatch(/^final: .*certificate/);
  });

  test('needs no CA certificate with https:// in insecure-registries', async () => {
    const { port } = await serve(found, true);
    const insecure = [{ host: `localhost:${port}`, http: false, unverifiedTls: true }];
    expect(await ask(`localhost:${port}/app:1`, { insecure })).toBe(digest);
  });

  test('is unknown if the content is larger than 4 MiB', async () => {
    const { port } = await serve(({ method }, response) => {
      response.end(method === 'GET' ? Buffer.alloc(5 * 1024 * 1024) : undefined);
    });
    const answer = ask(`localhost:${port}/app:1`, { insecure: plain(port) });
    expect(await failureOf(answer)).toBe('temporary: the response is larger than 4194304 bytes');
  });

  test.each([
    { name: 'the head', beginning: undefined },
    { name: 'the body', beginning: 'x' },
  ])('is not waited for after the signal, without the end of $name', async ({ beginning }) => {
    const controller = new AbortController();
    const { port } = await serve((_, response) => {
      if (beginning !== undefined) response.write(beginning);
      setImmediate(() => {
        controller.abort(new Error('cancelled'));
      });
    });
    const asking = ask(`localhost:${port}/app:1`, { insecure: plain(port) }, controller.signal);
    await expect(asking).rejects.toThrow('cancelled');
  });
});

describe('credentials', () => {
  const wantsBasic: Answer = ({ headers, url }, response) => {
    if (headers.authorization === basic) response.setHeader('docker-content-digest', digest).end();
    else
      response
        .writeHead(url === '/v2/' ? 200 : 401, { 'www-authenticate': 'Basic realm="x"' })
        .end();
  };

  test('are sent after a challenge', async () => {
    const { port, asked } = await serve(wantsBasic, true);
    const image = `localhost:${port}/app:1`;
    expect(await ask(image, { ca, logins: loginTo(port) })).toBe(digest);
    expect(asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined, basic]);
  });

  test('are sent over plain HTTP to registries of insecure-registries only', async () => {
    const { port, asked } = await serve(wantsBasic);
    const image = `localhost:${port}/app:1`;
    const logins = loginTo(port);
    expect(await failureOf(ask(image, { logins }))).toMatch(/HTTP 401/);
    expect(asked.map(({ authorization }) => authorization)).not.toContain(basic);
    expect(await ask(image, { logins, insecure: plain(port) })).toBe(digest);
  });

  test('are those of the longest path', async () => {
    const { port, asked } = await serve(wantsBasic, true);
    const host = `localhost:${port}`;
    const entries = {
      [host]: { auth: 'b3RoZXI6eA==' },
      [`${host}/team`]: login,
      [`${host}/team/ap`]: { auth: 'b3RoZXI6eQ==' },
    };
    const logins = new Map([[host, entries]]);
    expect(await ask(`${host}/team/app:1`, { ca, logins })).toBe(digest);
    expect(asked.at(-1)?.authorization).toBe(basic);
  });

  test.each([
    {
      name: 'a password',
      credentials: login,
      line: 'GET /token?service=reg.example&scope=repository%3Aapp%3Apull',
      authorization: basic,
    },
    {
      name: 'no credentials',
      credentials: undefined,
      line: 'GET /token?service=reg.example&scope=repository%3Aapp%3Apull',
      authorization: undefined,
    },
    {
      name: 'an identity token',
      credentials: { identitytoken: 'id-1' },
      line: 'POST /token grant_type=refresh_token&service=reg.example&client_id=kube-build-push&scope=repository%3Aapp%3Apull&refresh_token=id-1',
      authorization: undefined,
    },
  ])('become a token with $name', async ({ credentials, line, authorization }) => {
    const bodies: string[] = [];
    const tokens = await serve(({ method, url }, response, body) => {
      bodies.push(`${method ?? ''} ${url ?? ''}${body === '' ? '' : ` ${body}`}`);
      response.end('{"access_token":"t-1"}');
    }, true);
    const { port, asked } = await serve(({ headers, url }, response) => {
      if (url === '/v2/') response.end();
      else if (headers.authorization === 'Bearer t-1')
        response.setHeader('docker-content-digest', digest).end();
      else
        response
          .writeHead(401, {
            'www-authenticate': `Bearer realm="https://localhost:${tokens.port}/token",service="reg.example",scope="repository:all:*"`,
          })
          .end();
    }, true);
    const logins = credentials === undefined ? new Map() : loginTo(port, credentials);
    expect(await ask(`localhost:${port}/app:1`, { ca, logins })).toBe(digest);
    expect(bodies).toEqual([line]);
    expect(tokens.asked[0]?.authorization).toBe(authorization);
    expect(asked.at(-1)?.authorization).toBe('Bearer t-1');
  });

  test.each([
    {
      name: 'without TLS',
      realm: 'http://localhost:1/token',
      expected: 'the registry names a token service without TLS',
    },
    {
      name: 'that is not a URL',
      realm: 'token',
      expected: 'the registry names a token service without TLS',
    },
    { name: 'that refuses', realm: '/refuse', expected: 'responded with HTTP 403' },
    { name: 'without a token', realm: '/empty', expected: 'returned no token' },
  ])('are not sent to a token service $name', async ({ realm, expected }) => {
    const tokens = await serve(({ url }, response) => {
      response.writeHead(url?.startsWith('/refuse') === true ? 403 : 200).end('{"token":1}');
    }, true);
    const { port } = await serve(({ url }, response) => {
      const address = realm.startsWith('/') ? `https://localhost:${tokens.port}${realm}` : realm;
      response
        .writeHead(url === '/v2/' ? 200 : 401, { 'www-authenticate': `Bearer realm="${address}"` })
        .end();
    }, true);
    const answer = ask(`localhost:${port}/app:1`, { ca, logins: loginTo(port) });
    expect(await failureOf(answer)).toContain(expected);
  });

  test('are not sent to another origin by a redirect, which is followed', async () => {
    const target = await serve(found, true);
    const { port, asked } = await serve(({ headers, url }, response) => {
      if (url === '/v2/') response.end();
      else if (headers.authorization !== basic)
        response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else response.writeHead(307, { location: `https://localhost:${target.port}/x` }).end();
    }, true);
    expect(await ask(`localhost:${port}/app:1`, { ca, logins: loginTo(port) })).toBe(digest);
    expect(asked.at(-1)?.authorization).toBe(basic);
    expect(target.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test.each([401, 403])('a refusal has the status %i of the token service', async (status) => {
    const { port } = await serve(({ url = '', headers }, response) => {
      if (url.startsWith('/token')) response.writeHead(status).end();
      else if (url === '/v2/') response.end();
      else {
        const challenge = `Bearer realm="https://${headers.host ?? ''}/token"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
      }
    }, true);
    const answer = await ask(`localhost:${port}/app:1`, { ca, logins: loginTo(port) });
    expect(answer).toMatchObject({
      ...{ status, hasResponded: false },
      ...{ isOfTokenService: true, sentCredentials: true },
    });
  });

  test.each([
    { name: 'that are given', isKnown: true },
    { name: 'that are not', isKnown: false },
  ])('a refusal says whether they were sent, for those $name', async ({ isKnown }) => {
    const { port } = await serve(({ url }, response) => {
      const status = url === '/v2/' ? 200 : 401;
      response.writeHead(status, { 'www-authenticate': 'Basic' }).end();
    }, true);
    const logins = isKnown ? loginTo(port) : new Map();
    const answer = await ask(`localhost:${port}/app:1`, { ca, logins });
    expect(answer).toMatchObject({ status: 401, sentCredentials: isKnown });
  });

  test('a refusal says that they were not sent over plain HTTP', async () => {
    const { port } = await serve(({ url }, response) => {
      const status = url === '/v2/' ? 200 : 401;
      response.writeHead(status, { 'www-authenticate': 'Basic' }).end();
    });
    const answer = await ask(`localhost:${port}/app:1`, { logins: loginTo(port) });
    expect(answer).toMatchObject({ status: 401, sentCredentials: false });
  });

  test.each([
    { body: '{"errors":[{"code":"NAME_UNKNOWN"}]}', code: 'NAME_UNKNOWN' },
    { body: '<html>', code: undefined },
  ])('a refusal has the error code $code', async ({ body, code }) => {
    const { port } = await serve(({ url }, response) => {
      response.writeHead(url === '/v2/' ? 200 : 404).end(body);
    }, true);
    const answer = await ask(`localhost:${port}/app:1`, { ca });
    expect((answer as RegistryRefusal).code).toBe(code);
  });

  test('are not sent to the token service of another origin', async () => {
    const tokens = await serve((_request, response) => response.end('{"token":"t"}'), true);
    const other = await serve((_request, response) => {
      const challenge = `Bearer realm="https://localhost:${tokens.port}/token"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    }, true);
    const { port } = await serve(({ url }, response) => {
      const location = `https://localhost:${other.port}${url ?? ''}`;
      response.writeHead(url === '/v2/' ? 200 : 307, { location }).end();
    }, true);
    expect(await failureOf(ask(`localhost:${port}/app:1`, { ca, logins: loginTo(port) }))).toBe(
      'final: the registry responded with HTTP 401',
    );
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(tokens.asked).toEqual([]);
  });

  test.each(['<html>Sign in</html>', '{"a":1}', '[]', ''])(
    'a response of 200 with %j is not a manifest',
    async (body) => {
      const { port } = await serve((_request, response) => response.end(body), true);
      expect(await failureOf(ask(`localhost:${port}/app:1`, { ca }))).toBe(
        'final: the registry responded with something other than a manifest',
      );
    },
  );

  test.each([
    { name: 'to plain HTTP', location: 'http://localhost:1/x', requests: 2 },
    { name: 'to another scheme', location: 'file:///etc/passwd', requests: 2 },
    { name: 'without an end', location: '/v2/x', requests: 5 },
  ])('a redirect $name is refused', async ({ location, requests }) => {
    const { port, asked } = await serve(({ url }, response) => {
      response.writeHead(url === '/v2/' ? 200 : 302, { location }).end();
    }, true);
    expect(await failureOf(ask(`localhost:${port}/app:1`, { ca }))).toContain(
      'the registry redirects the request (HTTP 302)',
    );
    expect(asked).toHaveLength(requests);
  });
});

describe('a proxy of the environment', () => {
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  /** A proxy that connects everything to this port. */
  async function startProxy(
    port: number,
  ): Promise<{ readonly port: number; readonly seen: string[] }> {
    const seen: string[] = [];
    const sockets: Socket[] = [];
    const proxy = createServer((call, response) => {
      const { host = '' } = call.headers;
      seen.push(`${call.url ?? ''} ${host} ${call.headers['proxy-authorization'] ?? ''}`);
      const path = new URL(call.url ?? '').pathname;
      const forwarded = request({ port, path, method: call.method }, (reply) => {
        response.writeHead(reply.statusCode ?? 0, reply.headers);
        reply.pipe(response);
      });
      forwarded.end();
    });
    proxy.on('connect', (call: IncomingMessage, client: Socket) => {
      seen.push(`${call.url ?? ''} ${call.headers['proxy-authorization'] ?? ''}`);
      if (port === 0) {
        client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
      const server = connect(port, '127.0.0.1');
      sockets.push(client, server);
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(server).pipe(client);
      client.on('error', () => server.destroy());
      server.on('error', () => client.destroy());
    });
    await listen(proxy);
    open.push(() => {
      for (const socket of sockets) socket.destroy();
      proxy.closeAllConnections();
      return new Promise((resolve) =>
        proxy.close(() => {
          resolve();
        }),
      );
    });
    return { port: portOf(proxy), seen };
  }

  test('is used with TLS, through a tunnel', async () => {
    const { port } = await serve(found, true);
    const proxy = await startProxy(port);
    process.env['https_proxy'] = `http://me:s%65cret@127.0.0.1:${proxy.port}`;
    const insecure = [{ host: 'reg.example', http: false, unverifiedTls: true }];
    expect(await ask('reg.example/app:1', { insecure })).toBe(digest);
    expect(proxy.seen).toEqual([`reg.example:443 ${basic}`]);
    expect(await failureOf(ask('reg.example/app:1', { ca }))).toMatch(/^final: .*altnames/);
  });

  test('is used with plain HTTP', async () => {
    const { port } = await serve(found);
    const proxy = await startProxy(port);
    process.env['http_proxy'] = `http://me:s%65cret@127.0.0.1:${proxy.port}`;
    process.env['https_proxy'] = `http://127.0.0.1:${await closedPort()}`;
    const insecure = [{ host: 'reg.example:81', http: true, unverifiedTls: false }];
    expect(await ask('reg.example:81/app:1', { insecure })).toBe(digest);
    expect(proxy.seen).toEqual([
      `http://reg.example:81/v2/app/manifests/1 reg.example:81 ${basic}`,
    ]);
  });

  test('that refuses is reported', async () => {
    const proxy = await startProxy(0);
    process.env['https_proxy'] = `http://127.0.0.1:${proxy.port}`;
    expect(await failureOf(ask('reg.example/app:1'))).toBe(
      `final: the proxy http://127.0.0.1:${proxy.port} (https_proxy) did not connect to reg.example:443: HTTP 403`,
    );
  });
});
