import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { startConnectProxy } from '../network/connect-proxy.ts';
import { startSocksProxy } from '../network/socks-proxy.ts';
import { listen, type Listening } from '../network/tcp.ts';
import type { KubeconfigCase, Seen } from './case.ts';

const certificate = fixture('server.crt');
const key = fixture('server.key');
const names: Readonly<Record<string, string>> = {
  [fingerprint(certificate)]: 'client',
  [fingerprint(fixture('expired.crt'))]: 'renewed',
};

/** Where a case happens: its files, an API server, and two proxies. The caller closes it. */
export interface Stage {
  readonly directory: string;
  /** Of the API server. */
  readonly port: string;
  /** The variables of the case, and KUBECONFIG; for a child process PATH is missing. */
  readonly env: Readonly<Record<string, string>>;
  /** What was seen of the last request for pods; undefined without one. */
  readonly seen: () => Seen | undefined;
  readonly close: () => Promise<void>;
}

export async function setStage({ files, list, env = {} }: KubeconfigCase): Promise<Stage> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'kubeconfig-case-')));
  const requests: Seen[] = [];
  const server = createServer(
    { key, cert: certificate, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      respond(request, response, requests);
    },
  );
  const { port, close } = await listen(server);
  const route = (): { host: string; port: number } => ({ host: '127.0.0.1', port });
  const connects = await startConnectProxy({ route });
  const secure = await startConnectProxy({ route, tls: { key, cert: certificate } });
  const socks = await startSocksProxy({ route });
  const servers: readonly Listening[] = [connects, secure, socks];
  const values: Readonly<Record<string, string>> = {
    SERVER: `https://127.0.0.1:${port}`,
    PORT: String(port),
    CA: Buffer.from(certificate).toString('base64'),
    CERT2: Buffer.from(fixture('expired.crt')).toString('base64'),
    CERT: Buffer.from(certificate).toString('base64'),
    KEY: Buffer.from(key).toString('base64'),
    CONNECT: connects.url,
    SECURE: secure.url,
    SOCKS: socks.url,
    DIR: directory,
  };
  writeFiles(directory, files, values);
  const filled = Object.entries(env).map(([name, value]) => [name, fill(value, values)]);
  return {
    directory,
    port: String(port),
    env: {
      HOME: directory,
      ...(Object.fromEntries(filled) as Record<string, string>),
      KUBECONFIG: fill(list ?? 'DIR/config', values),
    },
    seen() {
      const request = requests.at(-1);
      if (request === undefined) return undefined;
      const proxies = [
        ...connects.asked.map((target) => `connect ${target}`),
        ...secure.asked.map((target) => `secure ${target}`),
        ...socks.asked.map((target) => `socks ${target}`),
      ].filter((line, index, all) => all.indexOf(line) === index);
      const info = join(directory, 'exec-info.json');
      return {
        ...request,
        ...(proxies.length > 0 && { proxies }),
        ...(existsSync(info) && {
          execInfo: JSON.parse(empty(readFileSync(info, 'utf8'), values)) as unknown,
        }),
      };
    },
    close: async () => {
      for (const one of servers) await one.close();
      await close();
      rmSync(directory, { recursive: true });
    },
  };
}

function writeFiles(
  directory: string,
  files: KubeconfigCase['files'],
  values: Readonly<Record<string, string>>,
): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    const text = path.endsWith('ca.crt') ? certificate : content;
    writeFileSync(file, typeof text === 'string' ? fill(text, values) : text);
    if (content.toString().startsWith('#!')) chmodSync(file, 0o755);
  }
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\b(?:SERVER|PORT|CA|CERT2|CERT|KEY|CONNECT|SECURE|SOCKS|DIR)\b/g, (name) => {
    return values[name] ?? name;
  });
}

/** The other way round: what differs from run to run. */
function empty(
  text: string,
  { SERVER = '', CA = '', DIR = '' }: Readonly<Record<string, string>>,
): string {
  return text.replaceAll(SERVER, 'SERVER').replaceAll(CA, 'CA').replaceAll(DIR, 'DIR');
}

/** As much of the API as `kubectl get pods` asks for. */
function respond(request: IncomingMessage, response: ServerResponse, requests: Seen[]): void {
  const { pathname } = new URL(request.url ?? '', 'https://x');
  const send = (body: object): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const pods = {
    name: 'pods',
    singularName: 'pod',
    namespaced: true,
    kind: 'Pod',
    verbs: ['list'],
  };
  if (pathname.endsWith('/api')) send({ kind: 'APIVersions', versions: ['v1'] });
  else if (pathname.endsWith('/apis')) send({ kind: 'APIGroupList', apiVersion: 'v1', groups: [] });
  else if (pathname.endsWith('/api/v1'))
    send({ kind: 'APIResourceList', groupVersion: 'v1', resources: [pods] });
  else if (pathname.endsWith('/pods')) {
    requests.push(seenOf(request, pathname));
    send({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] });
  } else response.writeHead(404).end('404 page not found');
}

function seenOf({ headers, socket }: IncomingMessage, path: string): Seen {
  const { fingerprint256 } = (socket as TLSSocket).getPeerCertificate();
  const certificate = (fingerprint256 as string | undefined) ?? '';
  const impersonation = Object.entries(headers)
    .filter(([name]) => name.startsWith('impersonate-'))
    .map(([name, value]) => `${name}: ${String(value)}`)
    .toSorted();
  const { authorization } = headers;
  return {
    path,
    ...(authorization !== undefined && { authorization }),
    ...(impersonation.length > 0 && { impersonation }),
    ...(certificate !== '' && { certificate: names[certificate] ?? 'unknown' }),
  };
}

function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

function fixture(name: string): string {
  return readFileSync(new URL(`../../__tests__/fixtures/tls/${name}`, import.meta.url), 'utf8');
}
