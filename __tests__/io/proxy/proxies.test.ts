// Whole requests to an API server whose name only the proxy can resolve.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { connect } from '../../../src/io/kube/connection.ts';
import { RestClient } from '../../../src/io/kube/rest.ts';
import { openAttachSocket } from '../../../src/io/kube/socket.ts';
import { openTunnel } from '../../../src/io/proxy/tunnel.ts';
import { parseKubeconfig } from '../../../src/kubeconfig/document.ts';
import { closedPort } from '../../../support/closed-port.ts';
import {
  startConnectProxy,
  type ConnectProxyOptions,
} from '../../../support/network/connect-proxy.ts';
import { startSocksProxy, type SocksProxyOptions } from '../../../support/network/socks-proxy.ts';
import { listen, type Listening, type Route } from '../../../support/network/tcp.ts';
import { ApiServer, sendJson } from '../../support/api-server.ts';
import { VirtualClock } from '../../support/clock.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function owned<T extends Listening>(server: T): T {
  cleanups.push(() => server.close());
  return server;
}

async function serve(tls = true): Promise<{ server: ApiServer; route: Route }> {
  const server = await ApiServer.start({ 'GET /version': [sendJson({ minor: '35' })] }, { tls });
  cleanups.push(() => server.stop());
  const port = Number(new URL(server.url).port);
  return { server, route: () => ({ host: '127.0.0.1', port }) };
}

const certificate = fixture('server.crt');
const tls = { key: fixture('server.key'), cert: certificate };
const noPlugin = {
  run: () => Promise.reject(new Error('no program may be run')),
  mask: () => undefined,
};

function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
}

/** Sends a request with a kubeconfig for `api.example`. */
async function ask(
  server: ApiServer,
  cluster: object,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const kubeconfig = parseKubeconfig(
    server.kubeconfig({ token: 'secret' }, { server: 'https://api.example:6443', ...cluster }),
  );
  const kube = { kubeconfig, context: undefined, namespace: undefined };
  const rest = new RestClient(connect(kube, environment, noPlugin), new VirtualClock());
  const { signal } = new AbortController();
  await rest.json({ method: 'GET', path: '/version', signal }, (version) => version, false);
}

async function startProxy(
  kind: 'connect' | 'socks',
  options: ConnectProxyOptions & SocksProxyOptions,
): Promise<{ url: string; asked: readonly string[] }> {
  return owned(
    kind === 'connect' ? await startConnectProxy(options) : await startSocksProxy(options),
  );
}

describe('a request to the API server', () => {
  test.each([
    { kind: 'connect' as const, asked: 'api.example:6443' },
    { kind: 'socks' as const, asked: 'name api.example:6443' },
  ])('goes through the $kind proxy of proxy-url, which resolves its name', async (given) => {
    const { server, route } = await serve();
    const { url, asked } = await startProxy(given.kind, { route });
    await ask(server, { 'proxy-url': url });
    expect(asked).toEqual([given.asked]);
    expect(server.requests[0]?.headers).toMatchObject({
      host: 'api.example:6443',
      authorization: 'Bearer secret',
    });
  });

  test('keeps one connection through the proxy', async () => {
    const { server, route } = await serve();
    const { url, asked } = await startProxy('connect', { route });
    const kubeconfig = parseKubeconfig(
      server.kubeconfig({}, { server: 'https://api.example:6443', 'proxy-url': url }),
    );
    const kube = { kubeconfig, context: undefined, namespace: undefined };
    const rest = new RestClient(connect(kube, {}, noPlugin), new VirtualClock());
    const { signal } = new AbortController();
    for (let request = 0; request < 3; request += 1)
      await rest.json({ method: 'GET', path: '/version', signal }, (version) => version);
    expect(asked).toEqual(['api.example:6443']);
  });

  test.each(['http', 'socks'])('goes without TLS through a proxy: %s', async (kind) => {
    const { server, route } = await serve(false);
    const { url, asked } = await startProxy(kind === 'http' ? 'connect' : 'socks', { route });
    const insecure = { server: 'http://api.example:8080', 'insecure-skip-tls-verify': true };
    await ask(server, { ...insecure, 'proxy-url': url });
    expect(asked).toEqual([expect.stringContaining('api.example:8080')]);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    { name: 'HTTPS_PROXY', environment: {}, isProxied: true },
    { name: 'https_proxy', environment: {}, isProxied: true },
    { name: 'HTTPS_PROXY', environment: { NO_PROXY: '*.example' }, isProxied: false },
    { name: 'HTTPS_PROXY', environment: { no_proxy: 'api.example:6443' }, isProxied: false },
    { name: 'HTTP_PROXY', environment: {}, isProxied: false },
  ])('obeys $name with $environment', async ({ name, environment, isProxied }) => {
    const { server, route } = await serve();
    const { url, asked } = await startProxy('connect', { route });
    const answer = ask(server, {}, { [name]: url, ...environment });
    await (isProxied ? answer : expect(answer).rejects.toThrow('ENOTFOUND'));
    expect(asked).toEqual(isProxied ? ['api.example:6443'] : []);
  });

  test('goes to the proxy without a path or a query of its address', async () => {
    const { server, route } = await serve();
    const { url } = await startProxy('connect', { route, credentials: 'us er:p@ss' });
    await ask(server, { 'proxy-url': url.replace('://', '://us%20er:p%40ss@') });
    expect(server.requests).toHaveLength(1);
  });

  test('authenticates at a SOCKS proxy', async () => {
    const { server, route } = await serve();
    const credentials = 'us er:p@ss';
    const { url } = await startProxy('socks', { route, credentials });
    await ask(server, { 'proxy-url': url.replace('://', '://us%20er:p%40ss@') });
    expect(server.requests).toHaveLength(1);
  });
});

test('a WebSocket goes through the proxy', async () => {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  cleanups.push(() => {
    sockets.close();
    return Promise.resolve();
  });
  const { port } = owned(await listen(http));
  const route: Route = () => ({ host: '127.0.0.1', port });
  const { url: proxy, asked } = owned(await startSocksProxy({ route }));
  const kubeconfig = parseKubeconfig(
    JSON.stringify({
      'current-context': 'a',
      contexts: [{ name: 'a', context: { cluster: 'a' } }],
      clusters: [
        {
          name: 'a',
          cluster: {
            server: 'http://api.example',
            'insecure-skip-tls-verify': true,
            'proxy-url': proxy,
          },
        },
      ],
    }),
  );
  const kube = { kubeconfig, context: undefined, namespace: undefined };
  const { signal } = new AbortController();
  const { url, options } = await connect(kube, {}, noPlugin).requestOptions('/attach', {}, signal);
  const socket = await openAttachSocket(url, options, new VirtualClock(), signal);
  expect(asked).toEqual(['name api.example:80']);
  socket.terminate();
});

describe('a proxy that does not connect is named:', () => {
  const bypass = ', or add the host to NO_PROXY';

  test.each([
    {
      status: 403,
      hint: `Allow CONNECT to api.example:6443 in the proxy${bypass}.`,
      isTemporary: false,
    },
    {
      status: 407,
      hint: 'Add the user and the password of the proxy to its address in HTTPS_PROXY.',
      isTemporary: false,
    },
    {
      status: 503,
      hint: `Check that the proxy reaches api.example:6443${bypass}.`,
      isTemporary: true,
    },
  ])('HTTP $status', async ({ status, hint, isTemporary }) => {
    const { server } = await serve();
    const { url } = await startProxy('connect', { status });
    await expect(ask(server, {}, { HTTPS_PROXY: url })).rejects.toMatchObject({
      name: 'ProxyError',
      message: `the proxy ${url} (HTTPS_PROXY) did not connect to api.example:6443: HTTP ${status}`,
      hint,
      isTemporary,
    });
  });

  test.each([
    { reply: 2, reason: 'not allowed by its rules', isTemporary: false },
    { reply: 4, reason: 'host unreachable', isTemporary: true },
    { reply: 99, reason: 'code 99', isTemporary: true },
  ])('SOCKS reply $reply', async ({ reply, reason, isTemporary }) => {
    const { server } = await serve();
    const { url } = await startProxy('socks', { reply });
    await expect(ask(server, { 'proxy-url': url })).rejects.toMatchObject({
      message: `the proxy ${url} (proxy-url of the kubeconfig) did not connect to api.example:6443: ${reason}`,
      hint: 'Check that the proxy reaches api.example:6443 and allows it.',
      isTemporary,
    });
  });

  test.each([
    { name: 'none', user: '' },
    { name: 'others', user: 'user:wrong@' },
  ])('SOCKS credentials, where the client has $name', async ({ user }) => {
    const { server } = await serve();
    const credentials = 'user:password';
    const { url } = await startProxy('socks', { credentials });
    const given = url.replace('://', `://${user}`);
    await expect(ask(server, { 'proxy-url': given })).rejects.toMatchObject({
      message: `the proxy ${url} (proxy-url of the kubeconfig) rejected the credentials`,
      hint: 'Add the user and the password of the proxy to its address in proxy-url of the kubeconfig.',
    });
  });

  test.each(['http', 'socks5'])('a proxy that is down: %s', async (scheme) => {
    const { server } = await serve();
    const url = `${scheme}://127.0.0.1:${await closedPort()}`;
    await expect(ask(server, { 'proxy-url': url })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^the proxy \S+ \(proxy-url of the kubeconfig\) cannot be reached: .*ECONNREFUSED/,
      ) as unknown,
      isTemporary: true,
    });
  });

  test('a certificate of an unknown CA', async () => {
    const { server } = await serve();
    const { url } = await startProxy('connect', { tls });
    const cluster = { 'proxy-url': url, 'certificate-authority-data': undefined };
    await expect(ask(server, cluster)).rejects.toMatchObject({
      message: expect.stringContaining(`the certificate of the proxy ${url} (`) as unknown,
      hint: 'Add the CA certificate of the proxy to those of the operating system of the runner, or use an http:// proxy.',
      isTemporary: false,
    });
  });

  test('TLS where the proxy has none', async () => {
    const { server } = await serve();
    const { url } = await startProxy('connect', {});
    const proxy = url.replace('http:', 'https:');
    await expect(ask(server, { 'proxy-url': proxy })).rejects.toMatchObject({
      message: expect.stringContaining(`the TLS handshake with the proxy ${proxy} (`) as unknown,
      hint: 'Write http:// instead of https:// in proxy-url of the kubeconfig if the proxy has no TLS.',
    });
  });

  test.each([
    { name: 'a web server', scheme: 'http', protocol: 'CONNECT', reply: 'HTTP/1.1 200 OK\r\n\r\n' },
    { name: 'another server', scheme: 'http', protocol: 'CONNECT', reply: 'SSH-2.0-x\r\n' },
    { name: 'another server', scheme: 'socks5', protocol: 'SOCKS 5', reply: 'SSH-2.0-x\r\n' },
  ])('$name in the place of a $scheme proxy', async ({ scheme, protocol, reply }) => {
    const { server } = await serve();
    const other = createTcpServer((socket) => socket.end(reply));
    const { port } = owned(await listen(other));
    const url = `${scheme}://127.0.0.1:${port}`;
    const asked = ask(server, { 'proxy-url': url });
    if (reply.startsWith('HTTP')) {
      // For an HTTP client, every 200 is a tunnel; what follows is not TLS.
      await expect(asked).rejects.toThrow();
      return;
    }
    await expect(asked).rejects.toMatchObject({
      message: `the proxy ${url} (proxy-url of the kubeconfig) does not support ${protocol}`,
    });
  });

  test.each(['http', 'socks5'])('a %s proxy that closes the connection', async (scheme) => {
    const { server } = await serve();
    const other = createTcpServer((socket) => {
      socket.resume().once('data', () => socket.end());
    });
    const { port } = owned(await listen(other));
    const url = `${scheme}://127.0.0.1:${port}`;
    await expect(ask(server, { 'proxy-url': url })).rejects.toThrow(
      `the proxy ${url} (proxy-url of the kubeconfig) cannot be reached: `,
    );
  });
});

test.each(['http', 'socks5'])('the signal ends a wait for a %s proxy', async (scheme) => {
  const stop = new AbortController();
  const silent = createTcpServer((socket) => {
    socket.resume().once('data', () => {
      stop.abort(new Error('cancelled'));
    });
  });
  const { port } = owned(await listen(silent));
  const proxy = { url: new URL(`${scheme}://127.0.0.1:${port}`), setting: 'HTTPS_PROXY' };
  const target = { host: 'api.example', port: '443' };
  await expect(openTunnel(proxy, target, { signal: stop.signal })).rejects.toThrow('cancelled');
});

test.each([
  { host: '192.0.2.7', asked: 'address 192.0.2.7:443' },
  { host: '2001:db8::7', asked: 'address 2001:0db8:0000:0000:0000:0000:0000:0007:443' },
  { host: '::1', asked: 'address 0000:0000:0000:0000:0000:0000:0000:0001:443' },
  { host: 'bücher.example', asked: 'name bücher.example:443' },
])('names the target $host to a SOCKS proxy', async ({ host, asked }) => {
  const proxy = owned(await startSocksProxy({ reply: 5 }));
  const setting = { url: new URL(proxy.url), setting: 'HTTPS_PROXY' };
  await expect(openTunnel(setting, { host, port: '443' })).rejects.toThrow('connection refused');
  expect(proxy.asked).toEqual([asked]);
});
