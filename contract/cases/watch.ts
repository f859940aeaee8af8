import type { V1Pod } from '@kubernetes/client-node';
import type { ContractCase } from '../case.ts';
import type { Query, WatchEvent } from '../client.ts';
import { endStdin } from '../conversation.ts';
import { hasEnded, isRunning, type Session } from '../session.ts';
import { answerView, eventView, withoutRepeats } from '../view.ts';

export const watchCases: readonly ContractCase[] = [
  {
    name: 'watch: a pod from its creation to its deletion',
    run: async (session) => {
      const lines: string[] = [];
      const created = await session.create(session.waiter());
      for await (const { type, object } of session.watch(created)) {
        const pod = object as V1Pod;
        const isNew = lines.at(-1) !== lines[lines.push(eventView(type, pod)) - 1];
        if (isNew && isRunning(pod)) await endStdin(session);
        if (isNew && hasEnded(pod) && type !== 'DELETED') await session.delete();
        if (type === 'DELETED') break;
      }
      return { events: withoutRepeats(lines) };
    },
  },
  {
    name: 'watch: without a version, what exists comes first',
    run: async (session) => {
      await session.createUntil(session.pod(), hasEnded);
      return { events: await read(session, own(session), 1) };
    },
  },
  {
    name: 'watch: version 0',
    run: async (session) => {
      await session.createUntil(session.pod(), hasEnded);
      return { events: await read(session, { ...own(session), resourceVersion: '0' }, 1) };
    },
  },
  {
    name: 'watch: field selector leaves other pods out',
    run: async (session) => {
      const { metadata } = await session.create(session.waiter());
      const query = {
        fieldSelector: 'metadata.name=somebody-else',
        resourceVersion: metadata?.resourceVersion,
        timeoutSeconds: '1',
      };
      return { events: await read(session, query, Infinity) };
    },
  },
  {
    name: 'watch: ends after its timeout',
    run: async (session) => {
      const { metadata } = await session.createUntil(session.pod(), hasEnded);
      const query = { ...own(session), timeoutSeconds: '1' };
      const from = { ...query, resourceVersion: metadata?.resourceVersion };
      return { events: await read(session, from, Infinity) };
    },
  },
  {
    name: 'watch: version that is too old',
    run: async (session) => {
      const query = { ...own(session), resourceVersion: '1' };
      const events: WatchEvent[] = [];
      for await (const event of session.client.watch(session.podsPath, query)) events.push(event);
      return { events };
    },
  },
  {
    name: 'watch: invalid version',
    run: (session) => refused(session, { resourceVersion: 'latest' }),
  },
  {
    name: 'watch: no permission',
    run: async ({ client, podsPath: path }) =>
      answerView(await client.call({ path, query: { watch: 'true' }, as: 'nobody' })),
  },
  {
    name: 'watch: head of the answer',
    run: async (session) => {
      const query = { watch: '1', ...own(session) };
      const response = await session.client.open({ path: session.podsPath, query });
      response.destroy();
      return { code: response.statusCode, type: response.headers['content-type'] };
    },
  },
];

function own({ name }: Session): Query {
  return { fieldSelector: `metadata.name=${name}` };
}

async function read(session: Session, query: Query, count: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const { type, object } of session.client.watch(session.podsPath, query)) {
    lines.push(eventView(type, object));
    if (lines.length === count) break;
  }
  return lines;
}

async function refused({ client, podsPath: path }: Session, query: Query) {
  return answerView(await client.call({ path, query: { watch: 'true', ...query } }));
}
