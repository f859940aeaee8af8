import type { ContractCase } from '../case.ts';
import type { Call } from '../client.ts';
import type { Session } from '../session.ts';
import { answerView, parserReason, parserView, podAnswerView } from '../view.ts';

const strict = { fieldValidation: 'Strict' };

export const createCases: readonly ContractCase[] = [
  {
    name: 'create',
    run: async (session) => {
      const metadata = { labels: { app: 'contract' } };
      return podAnswerView(await session.post(session.pod({}, {}, metadata), strict));
    },
  },
  {
    name: 'create: resources, request and limit equal',
    run: async (session) => {
      const resources = { limits: { cpu: '100m', memory: '32Mi' } };
      return podAnswerView(await session.post(session.pod({ resources }), strict));
    },
  },
  {
    name: 'create: dry run',
    run: async (session) => {
      const answer = await session.post(session.pod(), { ...strict, dryRun: 'All' });
      const { code } = await session.get();
      return { code: answer.code, type: answer.type, codeOfGet: code };
    },
  },
  {
    name: 'create: unknown field, strict',
    run: async (session) => {
      const pod = session.pod({ comand: ['true'] } as object);
      return answerView(await session.post(pod, strict));
    },
  },
  {
    name: 'create: two unknown fields, strict',
    run: async (session) => {
      const pod = session.pod({ comand: ['true'] } as object, { restart: 'Never' });
      return answerView(await session.post(pod, strict));
    },
  },
  {
    name: 'create: unknown field, not strict',
    run: async (session) => {
      const pod = session.pod({ comand: ['true'] } as object);
      const { code, warning } = await session.post(pod);
      return { code, warning };
    },
  },
  {
    name: 'create: number for a text',
    run: async (session) => {
      const pod = { ...session.pod(), metadata: { name: 7 } };
      return answerView(await session.post(pod, strict));
    },
  },
  {
    name: 'create: text for a list',
    run: async (session) => {
      const pod = session.pod({ command: 'true' } as object);
      return answerView(await session.post(pod, strict));
    },
  },
  {
    name: 'create: text for a number',
    run: async (session) => {
      const pod = session.pod({}, { activeDeadlineSeconds: 'soon' });
      return answerView(await session.post(pod, strict));
    },
  },
  {
    name: 'create: invalid quantity',
    run: async (session) => {
      const pod = session.pod({ resources: { limits: { memory: 'much' } } });
      return answerView(await session.post(pod, strict));
    },
  },
  {
    name: 'create: invalid name',
    run: async (session) =>
      answerView(await session.post(session.pod({}, {}, { name: 'Not_A_Name' }), strict)),
  },
  {
    name: 'create: no name',
    run: async (session) =>
      answerView(await session.post(session.pod({}, {}, { name: undefined }), strict)),
  },
  {
    name: 'create: no containers',
    run: async (session) => answerView(await session.post(session.pod({}, { containers: [] }))),
  },
  {
    name: 'create: no image',
    run: async (session) => answerView(await session.post(session.pod({ image: '' }))),
  },
  {
    name: 'create: invalid container name',
    run: async (session) => answerView(await session.post(session.pod({ name: 'Main_' }))),
  },
  {
    name: 'create: unknown restart policy',
    run: async (session) =>
      answerView(await session.post(session.pod({}, { restartPolicy: 'Sometimes' }))),
  },
  {
    name: 'create: name is taken',
    run: async (session) => {
      await session.create(session.pod());
      return answerView(await session.post(session.pod()));
    },
  },
  {
    name: 'create: unknown service account',
    run: async (session) =>
      answerView(await session.post(session.pod({}, { serviceAccountName: 'not-there' }))),
  },
  {
    name: 'create: another namespace in the body',
    run: async (session) =>
      answerView(await session.post(session.pod({}, {}, { namespace: 'elsewhere' }))),
  },
  {
    name: 'create: namespace that does not exist',
    run: (session) => send(session, { path: '/api/v1/namespaces/not-there/pods', as: 'admin' }),
  },
  {
    name: 'create: another kind',
    run: async (session) => answerView(await session.post({ ...session.pod(), kind: 'Secret' })),
  },
  {
    name: 'create: no kind',
    run: async (session) => {
      const { metadata, spec } = session.pod();
      const { code } = await session.post({ metadata, spec }, strict);
      return { code };
    },
  },
  {
    name: 'create: body that is not JSON',
    run: async (session) => parserView(await session.post('this is no JSON')),
    differs: { parser: parserReason },
  },
  {
    name: 'create: empty body',
    run: async (session) => answerView(await session.post('')),
  },
  {
    name: 'create: unsupported content type',
    run: (session) => send(session, { contentType: 'text/plain' }),
  },
  {
    name: 'create: no content type',
    run: async (session) => {
      const { code } = await session.client.call({
        method: 'POST',
        path: session.podsPath,
        body: session.pod(),
        contentType: undefined,
      });
      return { code };
    },
  },
  { name: 'create: no permission', run: (session) => send(session, { as: 'nobody' }) },
  { name: 'create: bad token', run: (session) => send(session, { as: 'bad token' }) },
  { name: 'create: no token', run: (session) => send(session, { as: 'anonymous' }) },
];

async function send(session: Session, call: Partial<Call>) {
  const { podsPath: path } = session;
  const body = session.pod();
  return answerView(await session.client.call({ method: 'POST', path, body, ...call }));
}
