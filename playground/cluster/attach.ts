import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { ApiFailure } from './failure.ts';
import { takeFault, type AttachFault, type Faults } from './faults.ts';
import type { ContainerProcess } from './process.ts';

export interface AttachStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

type Item =
  | { readonly kind: 'stdin'; readonly bytes: Buffer }
  | { readonly kind: 'end' }
  /** A frame that the server does not understand. */
  | { readonly kind: 'break' }
  | { readonly kind: 'fault'; readonly fault: AttachFault }
  | { readonly kind: 'ping'; readonly payload: Buffer };

const stdinChannel = 0;
const statusChannel = 3;
/** v5: the two bytes `FF 00` half-close stdin. */
const closeChannel = 255;
/** The status comes from the kubelet, shortly after the API server has read the half-close. */
const statusDelayMs = 5;

/** Sends the only message of an attach that is refused: on v5 it comes after the upgrade. */
export function failAttach(socket: WebSocket, streams: AttachStreams, refusal: string): void {
  socket.on('error', () => undefined);
  socket.send(openingFrame(streams));
  socket.send(frame(statusChannel, JSON.stringify(upgradeFailure(refusal))));
  socket.close(1000);
}

/** A refusal of the kubelet as the API server passes it on: without a kind, and with the text twice. */
function upgradeFailure(refusal: string): object {
  const text = `unable to upgrade connection: ${refusal}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${text}`,
    reason: 'InternalError',
    details: { causes: [{ message: text }] },
    code: 500,
  };
}

/**
 * Connects a WebSocket and a container. As on containerd, stdin of the container ends when the connection ends for any
 * reason (`stdinOnce`), and Success means that every byte was written into the pipe.
 */
export class AttachSession {
  readonly #socket: WebSocket;
  readonly #process: ContainerProcess;
  readonly #streams: AttachStreams;
  readonly #fault: AttachFault | undefined;
  readonly #queue: Item[] = [];
  #busy = false;
  #stdinBytes = 0;
  #stdinEnded = false;
  #finished = false;
  #reached = false;

  constructor(
    socket: WebSocket,
    process: ContainerProcess,
    streams: AttachStreams,
    { attach }: Faults,
  ) {
    this.#socket = socket;
    this.#process = process;
    this.#streams = streams;
    this.#fault = takeFault(attach) ? attach : undefined;
  }

  start(): void {
    this.#socket.on('error', () => undefined);
    this.#socket.on('message', (data) => {
      this.#receive(data as Buffer);
    });
    // Pings are answered in their order between the frames, as the API server does.
    this.#socket.on('ping', (payload) => {
      this.#push({ kind: 'ping', payload });
    });
    this.#socket.once('close', () => {
      this.#push({ kind: 'end' });
    });
    this.#socket.send(openingFrame(this.#streams));
    this.#mirrorOutput();
    if (this.#fault?.afterBytes === 0) this.#push({ kind: 'fault', fault: this.#fault });
  }

  #mirrorOutput(): void {
    const { stdout, stderr } = this.#streams;
    if (!stdout && !stderr) return;
    const forward = (stream: 'stdout' | 'stderr', chunk: Buffer): void => {
      if (this.#streams[stream]) this.#send(frame(stream === 'stdout' ? 1 : 2, chunk));
    };
    this.#process.on('output', forward);
    this.#socket.once('close', () => this.#process.off('output', forward));
    void this.#process.ended.then(() => {
      this.#succeed();
    });
  }

  #receive(message: Buffer): void {
    const [channel] = message;
    if (channel === stdinChannel) this.#push({ kind: 'stdin', bytes: message.subarray(1) });
    else if (channel === closeChannel && this.#socket.protocol.startsWith('v5'))
      this.#push({ kind: isHalfClose(message) ? 'end' : 'break' });
    // All other channels are ignored.
  }

  #push(item: Item): void {
    this.#queue.push(item);
    if (!this.#busy) void this.#work();
  }

  /** Handles items in order. Reads the next one from the connection when the container has read the one before. */
  async #work(): Promise<void> {
    this.#busy = true;
    this.#socket.pause();
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
      if (item.kind === 'stdin') await this.#write(item.bytes);
      else if (item.kind === 'end') this.#end();
      else if (item.kind === 'break') this.#break();
      else if (item.kind === 'fault') await this.#reach(item.fault);
      else this.#answerPing(item.payload);
    }
    this.#busy = false;
    this.#socket.resume();
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#finished || this.#stdinEnded) return;
    const fault = this.#fault;
    const isWhole = fault === undefined || fault.kind === 'pause';
    const room = isWhole ? bytes.length : fault.afterBytes - this.#stdinBytes;
    const taken = bytes.subarray(0, room);
    this.#stdinBytes += taken.length;
    const isRead = await this.#process.writeStdin(taken);
    if (fault !== undefined && !this.#reached && this.#stdinBytes >= fault.afterBytes)
      await this.#reach(fault);
    // Copying stdin ends with EPIPE, which is not reported: the status is Success, although the client has more bytes.
    else if (!isRead && this.#isStdinOnly()) this.#succeed();
  }

  #end(): void {
    this.#endStdin();
    if (!this.#isStdinOnly()) return;
    // Pings that follow are answered before the status.
    void sleep(statusDelayMs).then(() => {
      this.#succeed();
    });
  }

  /** The connection ends without a status. */
  #break(): void {
    this.#endStdin();
    this.#finished = true;
    this.#socket.close(1000);
  }

  #endStdin(): void {
    this.#stdinEnded = true;
    const { stdinOnce, tty } = this.#process.container;
    if (stdinOnce === true && tty !== true) this.#process.endStdin();
  }

  #isStdinOnly(): boolean {
    return !this.#streams.stdout && !this.#streams.stderr;
  }

  #answerPing(payload: Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.pong(payload);
  }

  async #reach(fault: AttachFault): Promise<void> {
    this.#reached = true;
    await fault.onReached?.();
    if (fault.kind !== 'pause') await this.#breakDown(fault);
  }

  async #breakDown({ kind, message = 'the attach was broken off' }: AttachFault): Promise<void> {
    if (kind === 'cut') this.#socket.terminate();
    else if (kind === 'close') this.#socket.close(1000);
    else if (kind === 'succeed') this.#succeed();
    else if (kind === 'fail') this.#finish(new ApiFailure(500, message).status);
    else {
      this.#busy = true;
      this.#socket.pause();
      await this.#process.ended;
      this.#socket.terminate();
    }
    this.#finished = true;
  }

  #succeed(): void {
    this.#finish({ metadata: {}, status: 'Success' });
  }

  #finish(status: object): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#send(frame(statusChannel, JSON.stringify(status)));
    this.#socket.close(1000);
  }

  #send(message: Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(message);
  }
}

/** Exactly `FF 00`. */
function isHalfClose(message: Buffer): boolean {
  return message.length === 2 && message[1] === stdinChannel;
}

/** An empty message on the lowest channel that the server writes to. */
function openingFrame({ stdout, stderr }: AttachStreams): Buffer {
  return Buffer.from([stdout ? 1 : stderr ? 2 : statusChannel]);
}

function frame(channel: number, payload: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from([channel]), Buffer.from(payload)]);
}
