import { once } from 'node:events';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server of this folder that is listening. */
export interface Listening {
  readonly port: number;
  /** Ends the server and all of its connections. */
  readonly close: () => Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  // Of a client that does not trust the certificate.
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Where a proxy connects to for the target that a client names; undefined if it refuses. */
export type Route = (
  host: string,
  port: number,
) => { readonly host: string; readonly port: number };

/** Connects both sides until one of them ends. @returns the other side. */
export function pipeTo(client: Socket, target: ReturnType<Route>): Socket {
  const server = connect(target);
  const end = (): void => {
    server.destroy();
    client.destroy();
  };
  server.on('error', end).on('close', end);
  client.on('error', end).on('close', end);
  server.once('connect', () => {
    client.pipe(server).pipe(client);
  });
  return server;
}
