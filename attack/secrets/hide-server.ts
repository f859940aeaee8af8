import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { closedPort } from '../../support/closed-port.ts';
import type { Attack } from '../attack.ts';
import { runHidden } from './step.ts';

interface Kubeconfig {
  readonly server: string;
  readonly fields?: string;
}

interface HiddenServer {
  readonly name: string;
  /** Starts what answers, if anything does. */
  readonly start: () => Promise<{ readonly cluster: Kubeconfig; readonly stop: () => void }>;
  /** The message that must be there, so that the attack is known to reach it. */
  readonly message: RegExp;
}

/** With `hide-server`, no message has these texts. */
const addresses = ['localhost', '127.0.0.1', '::1', 'secret.example'];

const servers: readonly HiddenServer[] = [
  {
    name: 'a server that cannot be reached',
    start: async () => unanswered({ server: `https://localhost:${await closedPort()}` }),
    message: /cannot be reached: /,
  },
  {
    name: 'a server whose name has no address',
    start: () => unanswered({ server: 'https://API.secret.example.invalid:6443' }),
    message: /cannot be reached: getaddrinfo/,
  },
  {
    name: 'a server with a certificate of another name',
    start: () => answering('tls-server-name: other.secret.example'),
    message: /cannot be verified: Hostname\/IP does not match/,
  },
  {
    name: 'a server with a certificate of an unknown CA',
    start: () => answering('', 'playground/tls/foreign.crt'),
    message: /cannot be verified: /,
  },
  {
    name: 'a server without TLS',
    start: () => unanswered({ server: 'http://api.secret.example:8080' }),
    message: /uses HTTP without TLS/,
  },
  {
    name: 'a server with a typo in its scheme',
    start: () => unanswered({ server: 'htps://api.secret.example:8080/x' }),
    message: /has the scheme/,
  },
];

export const hiddenServerAttacks: readonly Attack[] = servers.flatMap((hidden) =>
  (['input', 'file'] as const).map((origin) => ({
    name: `server / hide-server names neither host nor address of ${hidden.name}, kubeconfig from ${origin}`,
    run: (signal: AbortSignal) => attack(hidden, origin, signal),
  })),
);

async function attack(
  { start, message }: HiddenServer,
  origin: 'input' | 'file',
  signal: AbortSignal,
): Promise<void> {
  const { cluster, stop } = await start();
  try {
    const seen = await runHidden(kubeconfigOf(cluster), origin, signal);
    if (!message.test(seen)) throw new Error(`the expected message is missing: ${seen}`);
    const found = addresses.find((address) => seen.toLowerCase().includes(address));
    if (found !== undefined) throw new Error(`${found} is printed: ${seen}`);
  } finally {
    stop();
  }
}

function unanswered(cluster: Kubeconfig): Promise<{ cluster: Kubeconfig; stop: () => void }> {
  return Promise.resolve({ cluster, stop: () => undefined });
}

/** A server with the certificate of the playground. @param ca the certificate that the kubeconfig trusts. */
async function answering(
  fields: string,
  ca = 'playground/tls/ca.crt',
): Promise<{ cluster: Kubeconfig; stop: () => void }> {
  const server = createServer({
    cert: read('playground/tls/server.crt'),
    key: read('playground/tls/server.key'),
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const data = `certificate-authority-data: ${Buffer.from(read(ca)).toString('base64')}`;
  return {
    cluster: { server: `https://localhost:${port}`, fields: [data, fields].join('\n    ') },
    stop: () => void server.close(),
  };
}

function read(path: string): string {
  return readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
}

function kubeconfigOf({ server, fields = '' }: Kubeconfig): string {
  return `apiVersion: v1
current-context: ci
clusters:
- name: ci
  cluster:
    server: ${server}
    ${fields}
contexts:
- name: ci
  context: {cluster: ci}
`;
}
