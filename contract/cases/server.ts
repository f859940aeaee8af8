import type { ContractCase } from '../case.ts';
import type { Identity } from '../client.ts';
import type { Session } from '../session.ts';
import { answerView } from '../view.ts';

export const serverCases: readonly ContractCase[] = [
  {
    name: 'version',
    run: async ({ client }) => {
      const { code, type, body } = await client.call({ path: '/version' });
      const { major, minor } = body as Record<string, string>;
      return { code, type, major, minor };
    },
  },
  {
    name: 'version without a token',
    run: async ({ client }) => {
      const { code, type } = await client.call({ path: '/version', as: 'anonymous' });
      return { code, type };
    },
  },
  {
    name: 'path that does not exist',
    run: async ({ client }) => answerView(await client.call({ path: '/nothing' })),
  },
  {
    name: 'access review: create pods',
    run: (session) => review(session, { verb: 'create', resource: 'pods' }),
  },
  {
    name: 'access review: create pods/attach',
    run: (session) => review(session, { verb: 'create', resource: 'pods', subresource: 'attach' }),
  },
  {
    name: 'access review: a permission that was not granted',
    run: (session) => review(session, { verb: 'get', resource: 'secrets' }),
  },
  {
    name: 'access review: ServiceAccount without permissions',
    run: (session) => review(session, { verb: 'create', resource: 'pods' }, 'nobody'),
  },
  {
    name: 'rules review: the permissions of the ServiceAccount',
    run: (session) => listPermissions(session, 'account'),
  },
  {
    name: 'rules review: ServiceAccount without permissions',
    run: (session) => listPermissions(session, 'nobody'),
  },
  {
    name: 'rules review: no token',
    run: (session) => listPermissions(session, 'anonymous'),
  },
  {
    name: 'access review: bad token',
    run: (session) => review(session, { verb: 'create', resource: 'pods' }, 'bad token'),
  },
  {
    name: 'access review: no token',
    run: (session) => review(session, { verb: 'create', resource: 'pods' }, 'anonymous'),
  },
  {
    name: 'self review: the time of the server',
    run: (session) => readTime(session, 'account'),
  },
  {
    name: 'self review: ServiceAccount without permissions',
    run: (session) => readTime(session, 'nobody'),
  },
  {
    name: 'self review: no token',
    run: (session) => readTime(session, 'anonymous'),
  },
];

async function readTime(session: Session, as: Identity) {
  const answer = await session.client.call({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    as,
  });
  if (answer.code !== 201) return answerView(answer);
  const { kind, metadata } = answer.body as {
    kind: string;
    metadata: { creationTimestamp?: string };
  };
  const form = metadata.creationTimestamp?.replace(/\d/g, '0');
  return { code: answer.code, type: answer.type, kind, form };
}

async function review(session: Session, attributes: object, as: Identity = 'account') {
  const answer = await session.client.call({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: session.namespace, ...attributes } },
    },
    as,
  });
  if (answer.code !== 201) return answerView(answer);
  const { kind, status } = answer.body as { kind: string; status: { allowed: boolean } };
  return { code: answer.code, type: answer.type, kind, allowed: status.allowed };
}

/** Rules of the core group. The default permissions in other groups differ from cluster to cluster. */
async function listPermissions(session: Session, as: Identity) {
  const answer = await session.client.call({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: session.namespace },
    },
    as,
  });
  if (answer.code !== 201) return answerView(answer);
  const { kind, status } = answer.body as {
    kind: string;
    status: { resourceRules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] };
  };
  const permissions = status.resourceRules
    .filter(({ apiGroups }) => apiGroups.includes(''))
    .flatMap(({ resources, verbs }) => verbs.map((verb) => `${verb} ${resources.join(',')}`));
  return { code: answer.code, type: answer.type, kind, rights: permissions.toSorted() };
}
