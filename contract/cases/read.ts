import type { V1PodList } from '@kubernetes/client-node';
import type { ContractCase } from '../case.ts';
import type { Answer, Query } from '../client.ts';
import type { Session } from '../session.ts';
import { answerView } from '../view.ts';

export const readCases: readonly ContractCase[] = [
  {
    name: 'get',
    run: async (session) => {
      await session.create(session.waiter());
      const { code, type, body } = await session.get();
      const { kind, apiVersion } = body as Record<string, string>;
      return { code, type, kind, apiVersion };
    },
  },
  {
    name: 'get: missing pod',
    run: async (session) => answerView(await session.get()),
  },
  {
    name: 'get: no permission',
    run: async (session) =>
      answerView(await session.client.call({ path: session.podPath(), as: 'nobody' })),
  },
  {
    name: 'get: unknown subresource',
    run: async (session) => answerView(await session.client.call({ path: session.podPath('/x') })),
  },
  {
    name: 'list: field selector',
    run: async (session) => {
      await session.create(session.waiter());
      return listView(await list(session, { fieldSelector: `metadata.name=${session.name}` }));
    },
  },
  {
    name: 'list: field selector for another name',
    run: async (session) => {
      await session.create(session.waiter());
      return listView(await list(session, { fieldSelector: `metadata.name=${session.name}-x` }));
    },
  },
  {
    name: 'list: label selector',
    run: async (session) => {
      const { name } = session;
      await session.create(session.pod({}, {}, { labels: { run: name, part: 'one' } }));
      return listView(await list(session, { labelSelector: `run=${name},part=one` }));
    },
  },
  {
    name: 'list: label selector that does not match',
    run: async (session) => {
      const { name } = session;
      await session.create(session.pod({}, {}, { labels: { run: name, part: 'one' } }));
      return listView(await list(session, { labelSelector: `run=${name},part!=one` }));
    },
  },
  {
    name: 'list: unknown field in the selector',
    run: async (session) => answerView(await list(session, { fieldSelector: 'spec.color=red' })),
  },
  {
    name: 'list: no permission',
    run: async (session) =>
      answerView(await session.client.call({ path: session.podsPath, as: 'nobody' })),
  },
  {
    name: 'events of a pod',
    run: async (session) => {
      const path = `/api/v1/namespaces/${session.namespace}/events`;
      const query = { fieldSelector: `involvedObject.name=${session.name}` };
      const { code, type, body } = await session.client.call({ path, query });
      const { kind, apiVersion, items } = body as Record<string, unknown>;
      return { code, type, kind, apiVersion, items };
    },
  },
];

function list({ client, podsPath }: Session, query: Query): Promise<Answer> {
  return client.call({ path: podsPath, query });
}

function listView({ code, type, body }: Answer) {
  const { kind, apiVersion, items } = body as V1PodList;
  const pods = items.map(({ kind: own, metadata }) => ({ kind: own, name: metadata?.name }));
  return { code, type, kind, apiVersion, pods };
}
