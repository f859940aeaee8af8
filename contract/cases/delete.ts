import { randomUUID } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import type { ContractCase } from '../case.ts';
import { hasEnded, isRunning, isUnschedulable, type Session } from '../session.ts';
import { answerView, eventView, parserReason, parserView, withoutRepeats } from '../view.ts';

/** More than any node has. */
const unschedulable = { nodeSelector: { contract: 'nowhere' } };

export const deleteCases: readonly ContractCase[] = [
  {
    name: 'delete: missing pod',
    run: async (session) => answerView(await session.delete()),
  },
  {
    name: 'delete: no permission',
    run: async ({ client, podsPath }) =>
      answerView(await client.call({ method: 'DELETE', path: `${podsPath}/any`, as: 'nobody' })),
  },
  {
    name: 'delete: another uid',
    run: async (session) => {
      await session.create(session.waiter());
      return answerView(await session.delete({ preconditions: { uid: randomUUID() } }));
    },
  },
  {
    name: 'delete: another resourceVersion',
    run: async (session) => {
      await session.create(session.waiter());
      return answerView(await session.delete({ preconditions: { resourceVersion: '1' } }));
    },
  },
  {
    name: 'delete: ended pod with its uid and resourceVersion',
    run: async (session) => {
      const { metadata } = await session.createUntil(session.pod(), hasEnded);
      const { uid, resourceVersion } = metadata ?? {};
      return deleteView(session, { preconditions: { uid, resourceVersion } });
    },
  },
  {
    name: 'delete: dry run',
    run: async (session) => {
      await session.createUntil(session.waiter(), isRunning);
      return deleteView(session, { dryRun: ['All'], gracePeriodSeconds: 0 });
    },
  },
  {
    name: 'delete: pod without a node',
    run: async (session) => {
      await session.createUntil(session.pod({}, unschedulable), isUnschedulable);
      return deleteView(session, {});
    },
  },
  {
    name: 'delete: running pod, no grace',
    run: async (session) => {
      await session.createUntil(session.waiter(), isRunning);
      return deleteView(session, { gracePeriodSeconds: 0 });
    },
  },
  {
    name: 'delete: running pod that ignores SIGTERM, grace of a second',
    run: (session) => endWithGrace(session, 'trap "" TERM; cat >/dev/null'),
  },
  {
    name: 'delete: running pod that ends on SIGTERM',
    run: (session) => endWithGrace(session, 'trap "exit 9" TERM; while read x; do :; done'),
  },
  {
    name: 'delete: running pod without a handler for SIGTERM',
    run: (session) => endWithGrace(session, 'cat >/dev/null'),
    differs: {
      events:
        'a container has process 1, which ignores signals without a handler; a process of this machine ends by them',
    },
  },
  {
    name: 'delete: running pod, grace in the query',
    run: async (session) => {
      await session.createUntil(session.waiter(), isRunning);
      const path = session.podPath();
      const query = { gracePeriodSeconds: '0' };
      const { code } = await session.client.call({ method: 'DELETE', path, query });
      return { code, codeOfGet: (await session.get()).code };
    },
  },
  {
    name: 'delete: body that is not JSON',
    differs: { parser: parserReason },
    run: async (session) => {
      const path = session.podPath();
      const body = 'this is no JSON';
      return parserView(await session.client.call({ method: 'DELETE', path, body }));
    },
  },
];

async function endWithGrace(session: Session, script: string) {
  const running = await session.createUntil(session.waiter(script), isRunning);
  const { code, body } = await session.delete({ gracePeriodSeconds: 1 });
  const { deletionGracePeriodSeconds } = (body as V1Pod).metadata ?? {};
  return { code, deletionGracePeriodSeconds, events: await eventsUntilGone(session, running) };
}

async function deleteView(session: Session, options: object) {
  const { code, type, body } = await session.delete(options);
  const { kind, metadata } = body as V1Pod;
  const { deletionGracePeriodSeconds, deletionTimestamp } = metadata ?? {};
  return {
    code,
    type,
    kind,
    deletionGracePeriodSeconds,
    isDeleting: deletionTimestamp !== undefined,
    codeOfGet: (await session.get()).code,
  };
}

async function eventsUntilGone(session: Session, from: V1Pod): Promise<string[]> {
  const lines: string[] = [];
  for await (const { type, object } of session.watch(from)) {
    lines.push(eventView(type, object));
    if (type === 'DELETED') break;
  }
  return withoutRepeats(lines);
}
