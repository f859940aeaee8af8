import { text as readText } from 'node:stream/consumers';
import type { ContractCase } from '../case.ts';
import type { Query } from '../client.ts';
import { endStdin } from '../conversation.ts';
import { hasEnded, isRunning, isUnschedulable, isWaiting, type Session } from '../session.ts';
import { answerView } from '../view.ts';

const timestamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z) /;

export const logCases: readonly ContractCase[] = [
  {
    name: 'log: after the end',
    run: async (session) => {
      await session.createUntil(
        session.script('echo one; sleep 0.3; echo two >&2; sleep 0.3; printf three'),
        hasEnded,
      );
      return logView(session, {});
    },
  },
  {
    name: 'log: last line without its newline',
    run: async (session) => {
      await session.createUntil(session.script('printf "a\\nb"'), hasEnded);
      return logView(session, { timestamps: 'true' });
    },
  },
  {
    name: 'log: no output',
    run: async (session) => {
      await session.createUntil(session.pod(), hasEnded);
      return logView(session, {});
    },
  },
  {
    name: 'log: timestamps',
    run: async (session) => {
      await session.createUntil(session.script('echo one; echo; echo three'), hasEnded);
      const { body, ...head } = await log(session, { timestamps: 'true' });
      const lines = String(body).split('\n');
      return { ...head, lines: lines.map((line) => line.replace(timestamped, '<time> ')) };
    },
  },
  {
    name: 'log: tailLines',
    run: async (session) => {
      await session.createUntil(session.script('echo one; echo two; echo three'), hasEnded);
      return logView(session, { tailLines: '2' });
    },
  },
  {
    name: 'log: limitBytes',
    run: async (session) => {
      await session.createUntil(session.script('echo one; echo two; echo three'), hasEnded);
      return logView(session, { limitBytes: '6' });
    },
  },
  {
    name: 'log: sinceTime is cut to its second',
    run: async (session) => {
      await session.createUntil(session.script('echo one; echo two'), hasEnded);
      const { body } = await log(session, { timestamps: 'true' });
      const [, second = ''] = String(body).trimEnd().split('\n');
      const sinceTime = timestamped.exec(second)?.[1];
      const from = String((await log(session, { sinceTime })).body);
      return { hasBothLines: from === 'one\ntwo\n' };
    },
  },
  {
    name: 'log: sinceTime in the future',
    run: async (session) => {
      await session.createUntil(session.script('echo one'), hasEnded);
      return logView(session, { sinceTime: '2100-01-01T00:00:00Z' });
    },
  },
  {
    name: 'log: sinceTime that is not a time',
    run: async (session) => {
      await session.createUntil(session.pod(), hasEnded);
      return logView(session, { sinceTime: 'yesterday' });
    },
  },
  {
    name: 'log: sinceTime and sinceSeconds',
    run: async (session) => {
      await session.createUntil(session.pod(), hasEnded);
      return logView(session, { sinceTime: '2100-01-01T00:00:00Z', sinceSeconds: '3' });
    },
  },
  {
    name: 'log: follow to the end',
    run: async (session) => {
      const running = await session.createUntil(
        session.waiter('echo before; cat; echo after'),
        isRunning,
      );
      const response = await session.client.open({
        path: session.podPath('/log'),
        query: { container: 'main', follow: 'true' },
      });
      const text = readText(response);
      await endStdin(session, 'in between\n');
      await session.until(running, hasEnded);
      return {
        code: response.statusCode,
        type: response.headers['content-type'],
        body: await text,
      };
    },
  },
  {
    name: 'log: follow after the end',
    run: async (session) => {
      await session.createUntil(session.script('echo one'), hasEnded);
      return logView(session, { follow: 'true' });
    },
  },
  {
    name: 'log: pod without a node',
    run: async (session) => {
      const pod = session.pod({}, { nodeSelector: { contract: 'nowhere' } });
      await session.createUntil(pod, isUnschedulable);
      return logView(session, {});
    },
  },
  {
    name: 'log: container whose image is missing',
    run: async (session) => {
      const pod = session.pod({ image: session.image.replace(/busybox.*$/, 'not-there:1') });
      await session.createUntil(pod, isWaiting('ImagePullBackOff'));
      return logView(session, {});
    },
  },
  {
    name: 'log: container that waits for a secret',
    run: async (session) => {
      const valueFrom = { secretKeyRef: { name: 'not-there', key: 'x' } };
      const pod = session.pod({ env: [{ name: 'X', valueFrom }] });
      await session.createUntil(pod, isWaiting('CreateContainerConfigError'));
      return logView(session, {});
    },
  },
  {
    name: 'log: container that could not be started',
    run: async (session) => {
      await session.createUntil(session.pod({ command: ['not-a-command'] }), hasEnded);
      return logView(session, {});
    },
  },
  {
    name: 'log: unknown container',
    run: async (session) => {
      await session.createUntil(session.pod(), hasEnded);
      return logView(session, { container: 'other' });
    },
  },
  {
    name: 'log: no container named, one exists',
    run: async (session) => {
      await session.createUntil(session.script('echo one'), hasEnded);
      return logView(session, { container: undefined });
    },
  },
  {
    name: 'log: no container named, two exist',
    run: async (session) => {
      const pod = session.pod();
      const [main] = pod.spec?.containers ?? [];
      if (main !== undefined) pod.spec?.containers.push({ ...main, name: 'other' });
      await session.create(pod);
      return logView(session, { container: undefined });
    },
  },
  { name: 'log: missing pod', run: (session) => logView(session, {}) },
  {
    name: 'log: no permission',
    run: async (session) =>
      answerView(await session.client.call({ path: session.podPath('/log'), as: 'nobody' })),
  },
];

function log(session: Session, query: Query) {
  return session.client.call({
    path: session.podPath('/log'),
    query: { container: 'main', ...query },
  });
}

async function logView(session: Session, query: Query) {
  return answerView(await log(session, query));
}
