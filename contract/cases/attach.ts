import type { ContractCase } from '../case.ts';
import { converse, halfClose, stdin, v4, v5 } from '../conversation.ts';
import { hasEnded, isRunning, isUnschedulable, type Session } from '../session.ts';

/** Exits with the number of bytes on its stdin. */
const counter = 'exit $(wc -c)';
const both = [v5, v4];
const output = { container: 'main', stdin: 'true', stdout: 'true', stderr: 'true' };

export const attachCases: readonly ContractCase[] = [
  {
    name: 'attach: v5, half-close',
    run: (session) => feed(session, { protocols: both, sends: [stdin('12345'), halfClose] }),
  },
  {
    name: 'attach: v5, half-close, then a ping',
    run: (session) => feed(session, { protocols: both, sends: [stdin('123'), halfClose, 'ping'] }),
  },
  {
    name: 'attach: v5, a ping between the bytes',
    run: (session) =>
      feed(session, { protocols: both, sends: ['ping', stdin('1'), stdin('23'), halfClose] }),
  },
  {
    name: 'attach: v5, half-close at once',
    run: (session) => feed(session, { protocols: both, sends: [halfClose] }),
  },
  {
    name: 'attach: v5, closed without a half-close',
    run: (session) => feed(session, { protocols: [v5], sends: [stdin('1234'), 'close'] }),
  },
  {
    name: 'attach: v5, frame of an unknown channel',
    run: (session) =>
      feed(session, {
        protocols: [v5],
        sends: [stdin('1'), Uint8Array.of(9, 1, 2), stdin('23'), halfClose],
      }),
  },
  {
    name: 'attach: v5, frame of a channel that only the server writes',
    run: (session) =>
      feed(session, { protocols: [v5], sends: [Uint8Array.of(1, 1), stdin('23'), halfClose] }),
  },
  {
    name: 'attach: v5, CLOSE of an unknown channel',
    run: (session) =>
      feed(session, { protocols: [v5], sends: [stdin('1'), Uint8Array.of(255, 9)] }),
  },
  {
    name: 'attach: v5, bytes after the half-close',
    run: (session) =>
      feed(session, { protocols: [v5], sends: [stdin('1'), halfClose, stdin('23')] }),
  },
  {
    name: 'attach: v5, CLOSE of wrong length',
    run: (session) =>
      feed(session, { protocols: [v5], sends: [stdin('1'), Uint8Array.of(255, 0, 0)] }),
  },
  {
    name: 'attach: v4 is offered first',
    run: (session) => feed(session, { protocols: [v4, v5], sends: [stdin('12'), 'close'] }),
  },
  {
    name: 'attach: v4, closed after the bytes',
    run: (session) => feed(session, { protocols: [v4], sends: [stdin('1234567'), 'close'] }),
  },
  {
    name: 'attach: v4, a half-close means nothing',
    run: (session) =>
      feed(session, { protocols: [v4], sends: [stdin('1'), halfClose, stdin('23'), 'close'] }),
  },
  {
    name: 'attach: v5, with the output',
    run: async (session) => {
      await session.createUntil(
        session.waiter('read x; echo "$x"; sleep 0.3; echo bad >&2; exit 4'),
        isRunning,
      );
      return converse(session, { protocols: both, query: output, sends: [stdin('hello\n')] });
    },
  },
  {
    name: 'attach: v4, with the output',
    run: async (session) => {
      await session.createUntil(session.waiter('read x; echo "$x"; exit 4'), isRunning);
      const query = { ...output, stderr: undefined };
      return converse(session, { protocols: [v4], query, sends: [stdin('hello\n')] });
    },
  },
  {
    name: 'attach: the container ends before its input does',
    run: async (session) => {
      const running = await session.createUntil(session.waiter('head -c 3 >/dev/null'), isRunning);
      const received = await converse(session, {
        protocols: both,
        sends: [stdin('123'), halfClose],
      });
      return { ...received, exitCode: await exitCode(session, running) };
    },
  },
  {
    name: 'attach: container without stdin',
    run: async (session) => {
      await session.createUntil(session.script('sleep 20'), isRunning);
      return converse(session, { protocols: both, sends: [stdin('123'), halfClose] });
    },
  },
  {
    name: 'attach: ended container',
    run: async (session) => {
      await session.createUntil(session.waiter('exit 0'), hasEnded);
      return converse(session, { protocols: both, sends: [] });
    },
  },
  {
    name: 'attach: ended container, v4',
    run: async (session) => {
      await session.createUntil(session.waiter('exit 0'), hasEnded);
      return converse(session, { protocols: [v4], sends: [] });
    },
  },
  {
    name: 'attach: pod without a node',
    run: async (session) => {
      const pod = session.pod({ stdin: true }, { nodeSelector: { contract: 'nowhere' } });
      await session.createUntil(pod, isUnschedulable);
      return converse(session, { protocols: both, sends: [] });
    },
  },
  {
    name: 'attach: unknown container',
    run: async (session) => {
      await session.createUntil(session.waiter(), isRunning);
      const query = { container: 'other', stdin: 'true' };
      return converse(session, { protocols: both, query, sends: [] });
    },
  },
  {
    name: 'attach: no container named',
    run: async (session) => {
      await session.createUntil(session.waiter(), isRunning);
      const query = { stdin: 'true' };
      return converse(session, { protocols: both, query, sends: [halfClose] });
    },
  },
  {
    name: 'attach: no stream asked for',
    run: async (session) => {
      await session.createUntil(session.waiter(), isRunning);
      return converse(session, { protocols: both, query: { container: 'main' }, sends: [] });
    },
  },
  {
    name: 'attach: no stream asked for, v4',
    run: async (session) => {
      await session.createUntil(session.waiter(), isRunning);
      return converse(session, { protocols: [v4], query: { container: 'main' }, sends: [] });
    },
  },
  {
    name: 'attach: unknown subprotocol',
    run: async (session) => {
      await session.createUntil(session.waiter(), isRunning);
      return converse(session, { protocols: ['v9.channel.k8s.io'], sends: [] });
    },
  },
  {
    name: 'attach: missing pod',
    run: (session) => converse(session, { protocols: both, sends: [] }),
  },
  {
    name: 'attach: no permission',
    run: (session) => converse(session, { protocols: both, sends: [], as: 'nobody' }),
  },
  {
    name: 'attach: bad token',
    run: (session) => converse(session, { protocols: both, sends: [], as: 'bad token' }),
  },
  {
    name: 'attach: a request without an upgrade',
    run: async (session) => {
      await session.createUntil(session.waiter(), isRunning);
      const path = session.podPath('/attach');
      const query = { container: 'main', stdin: 'true' };
      const { code, type, body } = await session.client.call({ path, query });
      return { code, type, body };
    },
  },
];

/** Everything that the connection received, and how many bytes the container read. */
async function feed(session: Session, conversation: Parameters<typeof converse>[1]) {
  const running = await session.createUntil(session.waiter(counter), isRunning);
  const received = await converse(session, conversation);
  return { ...received, bytesRead: await exitCode(session, running) };
}

async function exitCode(session: Session, running: Parameters<Session['until']>[0]) {
  const { status } = await session.until(running, hasEnded);
  return status?.containerStatuses?.[0]?.state?.terminated?.exitCode;
}
