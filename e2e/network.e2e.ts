// Builds through what companies put between a runner and the API server: the stand-ins of support/network.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import { splitLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import { startConnectProxy } from '../support/network/connect-proxy.ts';
import { startFrontEnd, type FrontEndOptions } from '../support/network/front-end.ts';
import { startSocksProxy } from '../support/network/socks-proxy.ts';
import type { Listening } from '../support/network/tcp.ts';
import { account, assertGreen, assertRed, runBuild, shell, type BuildRun } from './build.ts';
import { suite, testCase } from './cases.ts';

interface NamedCluster {
  readonly cluster: Record<string, unknown>;
}

const [key = '', cert = ''] = ['server.key', 'server.crt'].map((name) =>
  readFileSync(new URL(`../__tests__/fixtures/tls/${name}`, import.meta.url), 'utf8'),
);
const server = new URL(String(clusterOf(ownKubeconfig()).cluster['server']));
const route = (): { host: string; port: number } => ({
  host: server.hostname.replace(/^\[|\]$/g, ''),
  port: Number(server.port || 443),
});

function ownKubeconfig(): Record<string, unknown> {
  return load(Buffer.from(account.kubeconfig, 'base64').toString()) as Record<string, unknown>;
}

function clusterOf(kubeconfig: Record<string, unknown>): NamedCluster {
  const [first] = kubeconfig['clusters'] as NamedCluster[];
  assert.ok(first !== undefined);
  return first;
}

/** The kubeconfig of the suite with other fields of its cluster. */
function kubeconfig(fields: object): string {
  const changed = ownKubeconfig();
  Object.assign(clusterOf(changed).cluster, fields);
  return dump(changed);
}

/** A server that has the name of no host: only a proxy that leads every connection to the API server reaches it. */
function unknownName(fields: object = {}): string {
  const name = 'api.kube-build-push.invalid';
  return kubeconfig({ server: `https://${name}:6443`, 'tls-server-name': 'kubernetes', ...fields });
}

/** A build that sends its stream, prints for some seconds and is silent for some. */
function build(given: string, run: BuildRun = {}): Promise<ActionResult> {
  const stdin = 'echo one\nsleep 7\necho two\n';
  return runBuild(shell({ kubeconfig: given, stdin }), run);
}

function assertBuilt(result: ActionResult): void {
  assertGreen(result);
  assert.deepEqual(splitLog(result.log).mirrored, ['one', 'two']);
}

async function using<T extends Listening>(
  standIn: Promise<T>,
  use: (standIn: T) => Promise<void>,
): Promise<void> {
  const started = await standIn;
  try {
    await use(started);
  } finally {
    await started.close();
  }
}

/** A load balancer with a certificate of its own in front of the API server. */
function frontEnd(
  given: Omit<FrontEndOptions, 'target' | 'tls'>,
): ReturnType<typeof startFrontEnd> {
  const data = String(clusterOf(ownKubeconfig()).cluster['certificate-authority-data']);
  const ca = Buffer.from(data, 'base64').toString();
  return startFrontEnd({ ...given, target: server.origin, options: { ca }, tls: { key, cert } });
}

function behind(url: string): string {
  const data = Buffer.from(cert).toString('base64');
  return kubeconfig({ server: url, 'certificate-authority-data': data });
}

suite('network', () => {
  testCase('network: builds through an HTTP proxy with credentials', async () => {
    await using(startConnectProxy({ route, credentials: 'me:p@ss' }), async ({ url, asked }) => {
      const proxy = url.replace('://', '://me:p%40ss@');
      assertBuilt(
        await build(unknownName(), { env: { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' } }),
      );
      assert.ok(asked.length > 0);
    });
  });

  testCase('network: builds through a SOCKS proxy that resolves the name', async () => {
    await using(startSocksProxy({ route }), async ({ url, asked }) => {
      assertBuilt(await build(unknownName({ 'proxy-url': url })));
      assert.ok(asked.every((target) => target === 'name api.kube-build-push.invalid:6443'));
    });
  });

  testCase('network: builds through a path prefix, and idle limits of 3 s', async () => {
    await using(frontEnd({ prefix: '/k8s/clusters/c-1', idleMs: 3_000 }), async ({ url, cut }) => {
      assertBuilt(await build(behind(url)));
      assert.ok(cut() > 0, 'no connection was idle');
    });
  });

  testCase('network: names a front end that drops Upgrade', async () => {
    await using(frontEnd({ dropsUpgrade: true }), async ({ url }) => {
      const error = assertRed(await build(behind(url)), /attaching to pod .* failed: /);
      assert.match(error.message, /pass WebSockets \(the headers Upgrade and Connection\)/);
    });
  });

  testCase('network: names a firewall that refuses', async () => {
    const answer: FrontEndOptions['answer'] = ({ method }, response) => {
      if (method !== 'POST') return false;
      response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Request blocked</h1>');
      return true;
    };
    await using(frontEnd({ answer }), async ({ url }) => {
      const error = assertRed(await build(behind(url)), /HTTP 403: <h1>Request blocked<\/h1>/);
      assert.match(error.message, /web application firewall in front of the API server/);
    });
  });

  for (const { status, hint } of [
    { status: 403, hint: /Allow CONNECT to api\.kube-build-push\.invalid:6443 in the proxy/ },
    {
      status: 407,
      hint: /Add the user and the password of the proxy to its address in HTTPS_PROXY/,
    },
  ]) {
    testCase(`network: names a proxy that responds with ${status}`, async () => {
      await using(startConnectProxy({ status }), async ({ url }) => {
        const result = await build(unknownName(), { env: { HTTPS_PROXY: url } });
        const error = assertRed(
          result,
          new RegExp(`the proxy .* \\(HTTPS_PROXY\\) did not connect .*HTTP ${status}`),
        );
        assert.match(error.message, hint);
      });
    });
  }
});
