import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { V1Pod } from '@kubernetes/client-node';
import { WebSocketServer, type WebSocket } from 'ws';
import { systemClock } from '../../src/io/clock.ts';
import { openAttachSocket } from '../../src/io/kube/socket.ts';
import type { AttachSocket, Cluster } from '../../src/ports.ts';
import { turn } from './clock.ts';
import { overPod, recordedPod } from './pods.ts';
import { Source } from './source.ts';

export type Protocol = 'v5.channel.k8s.io' | 'v4.channel.k8s.io';

/** The behaviour of the server. Each function gets the connection. */
export interface AttachScript {
  readonly protocol?: Protocol;
  /** Payloads of the pings that are answered; undefined: all. */
  readonly pongs?: readonly string[];
  readonly onOpen?: (connection: AttachConnection) => void;
  readonly onStdin?: (connection: AttachConnection) => void;
  /** v5: the half-close frame was received. */
  readonly onEndOfStdin?: (connection: AttachConnection) => void;
}

/** An API server's end of `pods/attach` on a real socket. */
export class AttachServer {
  readonly connections: AttachConnection[] = [];
  readonly #http: Server = createServer();
  readonly #sockets: WebSocketServer;

  private constructor({ protocol = 'v5.channel.k8s.io', pongs, ...script }: AttachScript) {
    this.#sockets = new WebSocketServer({
      server: this.#http,
      autoPong: pongs === undefined,
      handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
    });
    this.#sockets.on('connection', (socket) => {
      const connection = new AttachConnection(socket, script);
      this.connections.push(connection);
      if (pongs !== undefined) answerPings(socket, pongs);
      script.onOpen?.(connection);
    });
  }

  static async start(script: AttachScript = {}): Promise<AttachServer> {
    const server = new AttachServer(script);
    server.#http.listen(0, '127.0.0.1');
    await once(server.#http, 'listening');
    return server;
  }

  get url(): URL {
    const { port } = this.#http.address() as AddressInfo;
    return new URL(`http://127.0.0.1:${port}/attach`);
  }

  /** The client's end, opened by the code that the action itself uses. */
  open(signal: AbortSignal = new AbortController().signal): Promise<AttachSocket> {
    return openAttachSocket(this.url, {}, systemClock, signal);
  }

  /** The one connection of a test that makes only one. */
  get connection(): AttachConnection {
    const [connection] = this.connections;
    if (connection === undefined) throw new Error('no client has connected');
    return connection;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.connections) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}

function answerPings(socket: WebSocket, payloads: readonly string[]): void {
  socket.on('ping', (payload) => {
    if (payloads.includes(payload.toString())) socket.pong(payload);
  });
}

/** One attached client, and the bytes received from it. */
export class AttachConnection {
  readonly socket: WebSocket;
  /** Payloads of the stdin frames. */
  readonly payloads: Buffer[] = [];
  /** Everything but stdin frames. */
  readonly others: Buffer[] = [];
  /** Payloads of the pings. */
  readonly pings: string[] = [];
  readonly closed: Promise<{ readonly code: number }>;

  constructor(socket: WebSocket, { onStdin, onEndOfStdin }: AttachScript) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once('close', (code) => {
        resolve({ code });
      });
    });
    socket.on('error', () => undefined);
    socket.on('ping', (payload) => this.pings.push(payload.toString()));
    socket.on('message', (data) => {
      const message = data as Buffer;
      if (message[0] === 0) {
        this.payloads.push(message.subarray(1));
        onStdin?.(this);
        return;
      }
      this.others.push(message);
      if (message.equals(Buffer.from([255, 0]))) onEndOfStdin?.(this);
    });
  }

  get stdin(): Buffer {
    return Buffer.concat(this.payloads);
  }

  get bytes(): number {
    return this.payloads.reduce((sum, payload) => sum + payload.length, 0);
  }

  /** A frame as the server sends it; without a payload it is the one that opens a real connection. */
  send(channel: number, payload = ''): void {
    this.socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(payload)]));
  }

  succeed(): void {
    this.send(3, JSON.stringify({ metadata: {}, status: 'Success' }));
  }

  fail(message: string): void {
    this.send(3, JSON.stringify({ metadata: {}, status: 'Failure', message, code: 500 }));
  }
}

/** The normal end: the container has read everything, the kubelet reports success and the server closes. */
export function succeedAndClose(connection: AttachConnection): void {
  connection.succeed();
  connection.socket.close(1000);
}

/** What happens to one pod; each part gets the pod that it is about. */
export interface PodScript {
  /** Recorded states that follow the create at once. */
  readonly starts?: readonly string[];
  readonly output?: string;
  readonly protocol?: Protocol;
  readonly onStdin?: (pod: PodDouble, connection: AttachConnection) => void;
  /** Default: the server acknowledges, then the container ends with exit code 0. */
  readonly onEndOfStdin?: (pod: PodDouble, connection: AttachConnection) => void;
  /** False: a deletion is accepted and never carried out. */
  readonly deletable?: boolean;
}

/** The recorded states of one pod, whose stdin is an AttachServer. */
export class PodDouble {
  /** The created pod; undefined before its creation and after its deletion. */
  pod: V1Pod | undefined;
  readonly server: AttachServer;
  readonly #script: PodScript;
  readonly #states = new Source<V1Pod | undefined>();
  readonly #ended = Promise.withResolvers<undefined>();

  private constructor(server: AttachServer, script: PodScript) {
    this.server = server;
    this.#script = script;
  }

  static async start(script: PodScript = {}): Promise<PodDouble> {
    const { protocol = 'v5.channel.k8s.io', onStdin, onEndOfStdin = endWell } = script;
    const server = await AttachServer.start({
      protocol,
      onStdin: (connection) => onStdin?.(pod, connection),
      onEndOfStdin: (connection) => {
        onEndOfStdin(pod, connection);
      },
    });
    const pod = new PodDouble(server, script);
    return pod;
  }

  /** Shows a recorded state, or the one that is given, and after an end the final one; undefined: the pod no longer exists. */
  become(state: string | V1Pod | undefined): void {
    const pod = typeof state === 'string' ? recordedPod(state) : state;
    const terminated = pod?.status?.containerStatuses?.[0]?.state?.terminated !== undefined;
    const deleted = pod?.metadata?.deletionTimestamp !== undefined;
    if (pod === undefined || terminated || deleted) this.#ended.resolve(undefined);
    this.#states.push(pod);
    if (pod !== undefined && terminated) this.#states.push(overPod(pod));
  }

  /** A cluster's answers about this pod alone. */
  readonly answers: Pick<
    Cluster,
    'createPod' | 'readPod' | 'podStates' | 'log' | 'attach' | 'deletePod'
  > = {
    createPod: (pod) => {
      this.pod = pod;
      for (const name of this.#script.starts ?? ['container-creating', 'running'])
        this.become(name);
      return Promise.resolve(pod);
    },
    readPod: () => Promise.resolve(this.pod),
    podStates: (pod, signal) => {
      signal.addEventListener('abort', () => {
        this.#states.fail(signal.reason);
      });
      return this.#from(pod);
    },
    log: (_ref, _container, { follow }, signal) => this.#log(follow, signal),
    attach: (_ref, _container, _streams, signal) => this.server.open(signal),
    deletePod: () => {
      const existed = this.pod !== undefined;
      if (this.#script.deletable !== false) {
        this.pod = undefined;
        this.become(undefined);
      }
      return Promise.resolve(existed);
    },
  };

  async *#from(pod: V1Pod): AsyncIterable<V1Pod | undefined> {
    yield pod;
    for await (const state of this.#states) {
      // Each state is a message of the server: it arrives in a separate turn of the event loop.
      await turn();
      yield state;
    }
  }

  async *#log(follow: boolean, signal: AbortSignal): AsyncIterable<Buffer> {
    const aborted = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve(undefined);
      });
    });
    if (follow) await Promise.race([this.#ended.promise, aborted]);
    signal.throwIfAborted();
    const lines = (this.#script.output ?? '').split('\n').filter((line) => line !== '');
    for (const [index, line] of lines.entries())
      yield Buffer.from(`2026-01-01T00:00:00.00000000${String(index)}Z ${line}\n`);
  }
}

function endWell(pod: PodDouble, connection: AttachConnection): void {
  succeedAndClose(connection);
  // Only after the client has seen the acknowledgement: builders work for longer than that.
  void connection.closed.then(() => {
    pod.become('completed');
  });
}

/** Lets sockets work until the number has not changed for many turns of the event loop. */
export async function untilSteady(read: () => number, turns = 200): Promise<number> {
  let value = read();
  for (let same = 0; same < turns; same += 1) {
    await turn();
    const now = read();
    if (now !== value) same = 0;
    value = now;
  }
  return value;
}
