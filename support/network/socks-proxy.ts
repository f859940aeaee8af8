import { createServer, type Socket } from 'node:net';
import { listen, pipeTo, type Listening, type Route } from './tcp.ts';

export interface SocksProxyOptions {
  /** Where the targets are really; without it, where their names lead. */
  readonly route?: Route;
  /** `user:password` that clients must send. */
  readonly credentials?: string;
  /** The reply to every request (RFC 1928, section 6), in place of a connection. */
  readonly reply?: number;
}

export interface SocksProxy extends Listening {
  readonly url: string;
  /** `name host:port` or `address host:port` of every request, in their order: who resolves the name. */
  readonly asked: readonly string[];
}

/** A SOCKS 5 proxy (RFC 1928, RFC 1929). The caller closes it. */
export async function startSocksProxy({
  route = (host, port) => ({ host, port }),
  credentials,
  reply = 0,
}: SocksProxyOptions = {}): Promise<SocksProxy> {
  const asked: string[] = [];
  const serve = async (client: Socket): Promise<void> => {
    const [, methods = 0] = await take(client, 2);
    const offered = await take(client, methods);
    const wanted = credentials === undefined ? 0 : 2;
    if (!offered.includes(wanted)) {
      client.end(Buffer.from([5, 0xff]));
      return;
    }
    client.write(Buffer.from([5, wanted]));
    if (credentials !== undefined) {
      const [, userBytes = 0] = await take(client, 2);
      const user = (await take(client, userBytes)).toString();
      const [passwordBytes = 0] = await take(client, 1);
      const password = (await take(client, passwordBytes)).toString();
      const isKnown = `${user}:${password}` === credentials;
      client.write(Buffer.from([1, isKnown ? 0 : 1]));
      if (!isKnown) return;
    }
    const { kind, host, port } = await readTarget(client);
    asked.push(`${kind} ${host}:${port}`);
    const answer = Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
    if (reply !== 0) client.end(answer);
    else pipeTo(client, route(host, port)).once('connect', () => client.write(answer));
  };
  const server = createServer((client) => {
    serve(client).catch(() => client.destroy());
  });
  const listening = await listen(server);
  return { ...listening, asked, url: `socks5://127.0.0.1:${listening.port}` };
}

async function readTarget(client: Socket): Promise<{ kind: string; host: string; port: number }> {
  const [, , , type] = await take(client, 4);
  const [nameBytes = 0] = type === 3 ? await take(client, 1) : [];
  const bytes = await take(client, type === 1 ? 4 : type === 4 ? 16 : nameBytes);
  const port = (await take(client, 2)).readUInt16BE();
  if (type === 3) return { kind: 'name', host: bytes.toString(), port };
  const host =
    type === 1 ? [...bytes].join('.') : (bytes.toString('hex').match(/.{4}/g) ?? []).join(':');
  return { kind: 'address', host, port };
}

/** The next bytes of a client. */
async function take(client: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes = client.read(count) as Buffer | null;
    if (bytes !== null) return bytes;
    if (client.readableEnded) throw new Error('the client has left');
    await new Promise((resolve) => client.once('readable', resolve).once('close', resolve));
  }
}
