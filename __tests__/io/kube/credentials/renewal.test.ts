// Credentials that change while the step runs, as a server sees them.
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, test } from '@jest/globals';
import { connect } from '../../../../src/io/kube/connection.ts';
import { RestClient } from '../../../../src/io/kube/rest.ts';
import { parseKubeconfig } from '../../../../src/kubeconfig/document.ts';
import type { RunCommand } from '../../../../src/ports.ts';
import { listen } from '../../../../support/network/tcp.ts';
import { VirtualClock } from '../../../support/clock.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const [key, first, second] = ['server.key', 'server.crt', 'expired.crt'].map((name) =>
  readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url), 'utf8'),
) as [string, string, string];
const names = new Map([
  [new X509Certificate(first).fingerprint256, 'first'],
  [new X509Certificate(second).fingerprint256, 'second'],
]);

interface Client {
  readonly ask: () => Promise<unknown>;
  /** Client certificate and token of each request. */
  readonly seen: string[];
  readonly connections: () => number;
}

/**
 * A client of a server that asks for client certificates.
 * @param refuse returns true for a token that is answered with 401.
 */
async function open(
  user: object,
  {
    run = () => Promise.reject(new Error('no program may be run')),
    now = Date.now,
    refuse = () => false,
  }: {
    readonly run?: RunCommand;
    readonly now?: () => number;
    readonly refuse?: (authorization: string) => boolean;
  } = {},
): Promise<Client> {
  const seen: string[] = [];
  let connections = 0;
  const server = createServer(
    { key, cert: first, requestCert: true, rejectUnauthorized: false },
    ({ socket, headers }, response) => {
      const { fingerprint256 } = (socket as TLSSocket).getPeerCertificate();
      const { authorization = '' } = headers;
      seen.push(`${names.get(fingerprint256) ?? ''}${authorization}`);
      const status = { kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' };
      response.writeHead(refuse(authorization) ? 401 : 200).end(JSON.stringify(status));
    },
  );
  server.on('secureConnection', () => {
    connections += 1;
  });
  const { port, close } = await listen(server);
  cleanups.push(close);
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': btoa(first),
  };
  const kubeconfig = parseKubeconfig(
    JSON.stringify({
      'current-context': 'a',
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
      clusters: [{ name: 'a', cluster }],
      users: [{ name: 'a', user }],
    }),
  );
  const kube = { kubeconfig, context: undefined, namespace: undefined };
  const connection = connect(kube, {}, { run, now, mask: () => undefined });
  const rest = new RestClient(connection, new VirtualClock());
  const { signal } = new AbortController();
  const ask = (): Promise<unknown> =>
    rest.json({ method: 'GET', path: '/version', signal }, () => undefined, false);
  return { ask, seen, connections: () => connections };
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'renewal-'));
  cleanups.push(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

test('the renewed client certificate of an exec plugin takes effect on the next request', async () => {
  const dates = ['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z'];
  let runs = 0;
  const run: RunCommand = () => {
    const status = {
      clientCertificateData: runs === 0 ? first : second,
      clientKeyData: key,
      expirationTimestamp: dates[runs],
    };
    runs += 1;
    return Promise.resolve({ exitCode: 0, stdout: JSON.stringify({ status }), stderr: '' });
  };
  let date = '2026-01-01T00:00:00Z';
  const { ask, seen, connections } = await open(
    { exec: { command: 'plugin' } },
    { run, now: () => Date.parse(date) },
  );
  await ask();
  await ask();
  date = '2026-01-01T01:00:00Z';
  await ask();
  await ask();
  expect(seen).toEqual(['first', 'first', 'second', 'second']);
  expect({ runs, connections: connections() }).toEqual({ runs: 2, connections: 2 });
});

test('the files of a client certificate are read again, once both belong together', async () => {
  const path = directory();
  const [certFile, keyFile] = [join(path, 'crt'), join(path, 'key')];
  writeFileSync(certFile, first);
  writeFileSync(keyFile, key);
  const { ask, seen } = await open({ 'client-certificate': certFile, 'client-key': keyFile });
  await ask();
  writeFileSync(certFile, second);
  writeFileSync(keyFile, key.slice(0, 100));
  await ask();
  writeFileSync(keyFile, key);
  await ask();
  rmSync(certFile);
  await ask();
  expect(seen).toEqual(['first', 'first', 'second', 'second']);
});

test('a token file is read again after a 401, and the request is sent once more', async () => {
  const file = join(directory(), 'token');
  writeFileSync(file, 'old');
  const { ask, seen } = await open(
    { tokenFile: file },
    {
      refuse: (authorization) => {
        if (authorization !== 'Bearer old') return false;
        // It was renewed while the request was on its way.
        writeFileSync(file, 'new');
        return true;
      },
    },
  );
  await ask();
  expect(seen).toEqual(['Bearer old', 'Bearer new']);
});

test('a token file that has not changed is not sent once more', async () => {
  const file = join(directory(), 'token');
  writeFileSync(file, 'old');
  const { ask, seen } = await open({ tokenFile: file }, { refuse: () => true });
  await expect(ask()).rejects.toMatchObject({ code: 401 });
  expect(seen).toEqual(['Bearer old']);
});
