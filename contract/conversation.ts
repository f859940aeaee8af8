import { WebSocket } from 'ws';
import type { Answer, AttachCall } from './client.ts';
import type { Session } from './session.ts';
import { answerView } from './view.ts';

export const v5 = 'v5.channel.k8s.io';
export const v4 = 'v4.channel.k8s.io';

/** One item to send: bytes as one message, a ping, or the close frame. */
type Sent = Uint8Array | 'ping' | 'close';

export const halfClose = Uint8Array.of(255, 0);

export function stdin(text: string): Uint8Array {
  return Buffer.concat([Buffer.of(0), Buffer.from(text)]);
}

export interface Conversation extends Omit<AttachCall, 'pod' | 'query'> {
  /** Default: `container` and `stdin`. */
  readonly query?: AttachCall['query'];
  readonly sends: readonly Sent[];
}

/** Opens an attach connection, sends everything at once and receives until its end. @returns the received frames in order. */
export async function converse(
  session: Session,
  { query, sends, ...call }: Conversation,
): Promise<Record<string, unknown>> {
  const socket = await session.client.attach(session.podPath('/attach'), {
    ...call,
    pod: session.name,
    query: query ?? { container: 'main', stdin: 'true' },
  });
  if (!(socket instanceof WebSocket)) return refusalView(socket);
  const received: unknown[] = [];
  socket.on('message', (data) => received.push(frameView(data as Buffer)));
  socket.on('pong', () => received.push('pong'));
  // A broken connection has close code 1006.
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => {
    socket.once('close', resolve);
  });
  socket.resume();
  for (const message of sends) send(socket, message);
  const code = await closed;
  return { protocol: socket.protocol, heard: joined(received), closeCode: code };
}

/** Ends the container's stdin, as the upload's end does. */
export async function endStdin(session: Session, text = ''): Promise<void> {
  const sends = text === '' ? [halfClose] : [stdin(text), halfClose];
  await converse(session, { protocols: [v5], sends });
}

function send(socket: WebSocket, message: Sent): void {
  if (message === 'ping') socket.ping('contract');
  else if (message === 'close') socket.close(1000);
  else socket.send(message);
}

function refusalView(answer: Answer): Record<string, unknown> {
  return { refused: answerView(answer) };
}

function frameView(message: Buffer): unknown {
  const [channel = -1] = message;
  const text = message.subarray(1).toString();
  if (channel === 3 && text !== '') return { channel, status: JSON.parse(text) as unknown };
  return { channel, text };
}

/** Joins the pieces of output, whose sizes vary. */
function joined(received: readonly unknown[]): unknown[] {
  const whole: unknown[] = [];
  for (const one of received) {
    const last = whole.at(-1);
    if (isOutput(one) && isOutput(last) && one.channel === last.channel && last.text !== '')
      whole[whole.length - 1] = { channel: one.channel, text: last.text + one.text };
    else whole.push(one);
  }
  return whole;
}

function isOutput(one: unknown): one is { channel: number; text: string } {
  return typeof one === 'object' && one !== null && 'text' in one;
}
