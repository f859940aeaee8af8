import type { ServerResponse } from 'node:http';
import type { Exchange, Rule, Upgrade } from './proxy.ts';

// What a hostile server, or a broken one, can send in place of a response.

type Answer = NonNullable<Rule['answer']>;
type UpgradeAnswer = NonNullable<Rule['upgrade']>;

/** Milliseconds between two bytes of a slow response, of the time of the server. */
const slowMs = 20;
const pieceBytes = 64 * 1024;

/** In any text of the server that the step prints, this must not become a command. */
export const injection = '\n::add-mask::INJECTED\r##[add-mask]INJECTED\u001b[31m';

export function send(
  body: string | Buffer,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Answer {
  return ({ response }) => {
    response.writeHead(status, headers).end(body);
  };
}

export const page = send('<!doctype html>\n<title>Sign in</title>\n', {
  headers: { 'content-type': 'text/html' },
});

/** Sends the beginning of a body, and nothing after it. */
export function stall(status: number): Answer {
  return ({ response }) => {
    response.writeHead(status).write('<h1>Bad gateway</h1>');
  };
}

/** Sends bytes as fast as they are taken. */
export function flood(status: number, piece: string, before = ''): Answer {
  const bytes = Buffer.from(piece.repeat(Math.ceil(pieceBytes / piece.length)));
  return ({ response }) => {
    response.writeHead(status);
    response.write(before);
    pour(response, bytes);
  };
}

function pour(response: ServerResponse, bytes: Buffer): void {
  const fill = (): void => {
    if (!response.destroyed && response.write(bytes)) setImmediate(fill);
  };
  response.on('drain', fill);
  fill();
}

/** Sends a byte now and then, for ever. */
export function drip(status: number): Answer {
  return ({ response }) => {
    response.writeHead(status);
    every(response, () => response.write(' '));
  };
}

/** Sends 1xx responses, for ever. */
export const processing: Answer = ({ response }) => {
  every(response, () => {
    response.writeProcessing();
  });
};

function every(response: ServerResponse, send: () => void): void {
  const timer = setInterval(send, slowMs);
  response.once('close', () => {
    clearInterval(timer);
  });
}

/** Changes the response of the cluster. */
export function change(edit: (body: Record<string, unknown>) => unknown): Answer {
  return async ({ response, forward }: Exchange) => {
    const { status, body } = await forward();
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(edit(body as Record<string, unknown>)));
  };
}

/** Changes every state of a pod. Watches are refused, so that the pod is polled. */
export function changeStates(edit: (pod: Record<string, unknown>) => unknown): Answer {
  const refuseWatch = send(JSON.stringify({ reason: 'Forbidden', message: 'cannot watch' }), {
    status: 403,
  });
  return (exchange) =>
    (exchange.line.includes('watch=true') ? refuseWatch : change(edit))(exchange);
}

/** JSON text of arrays in arrays. */
export function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** Answers an upgrade with a head and a body, as a gateway does. */
export function refuse(head: readonly string[], body: string): UpgradeAnswer {
  return ({ socket }) => {
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}

/** Refuses an upgrade with a body that never ends. */
export const refuseForEver: UpgradeAnswer = ({ socket }: Upgrade) => {
  socket.write('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n');
  const bytes = Buffer.alloc(pieceBytes, 'x');
  const fill = (): void => {
    if (!socket.destroyed && socket.write(bytes)) setImmediate(fill);
  };
  socket.on('drain', fill);
  fill();
};

/** Answers an upgrade with 1xx responses, for ever. */
export const processUpgrade: UpgradeAnswer = ({ socket }: Upgrade) => {
  const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), slowMs);
  socket.once('close', () => {
    clearInterval(timer);
  });
};

/** Accepts an upgrade, sends messages without reading any, and closes the connection with a code and a reason. */
export function speak(
  messages: Iterable<Buffer>,
  {
    pings = 0,
    code = 1011,
    reason = injection,
  }: Partial<Record<'pings' | 'code', number>> & { reason?: string } = {},
): UpgradeAnswer {
  return async ({ accept }) => {
    const socket = await accept();
    socket.pause();
    for (let count = 0; count < pings; count += 1) socket.ping('x'.repeat(100));
    for (const message of messages) {
      await new Promise((resolve) => {
        socket.send(message, resolve);
      });
    }
    socket.resume();
    socket.close(code, reason);
  };
}

/** A message on one channel of the attach protocol. */
export function frame(channel: number, payload: string): Buffer {
  return Buffer.concat([Buffer.from([channel]), Buffer.from(payload)]);
}
