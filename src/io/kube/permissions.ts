import type { Access } from '../../ports.ts';
import { field, itemsOf } from '../../text/json.ts';
import { isApiError } from './api-error.ts';
import type { RestClient } from './rest.ts';

// What the account of the kubeconfig may do in one namespace, asked by reviews: they create nothing, so they may be sent twice.

const apiVersion = 'authorization.k8s.io/v1';

/** See Cluster.listedRights; empty if the cluster takes no such question. */
export async function listRights(
  rest: RestClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Access[]> {
  const status = await review(rest, 'SelfSubjectRulesReview', { namespace }, signal);
  return itemsOf(field(status, 'resourceRules')).flatMap(rightsOf);
}

/** See Cluster.can. */
export async function reviewAccess(
  rest: RestClient,
  namespace: string,
  { verb, resource: full }: Access,
  signal: AbortSignal,
): Promise<'yes' | 'no' | 'unknown'> {
  const [resource, subresource] = full.split('/');
  const resourceAttributes = { namespace, verb, resource, subresource };
  const status = await review(rest, 'SelfSubjectAccessReview', { resourceAttributes }, signal);
  if (status === undefined) return 'unknown';
  return field(status, 'allowed') === true ? 'yes' : 'no';
}

/** The status that the review gets; undefined if it is refused. */
async function review(
  rest: RestClient,
  kind: string,
  spec: object,
  signal: AbortSignal,
): Promise<unknown> {
  const path = `/apis/${apiVersion}/${kind.toLowerCase()}s`;
  const body = { apiVersion, kind, spec };
  try {
    const answer = await rest.json({ method: 'POST', path, body, signal }, true);
    return field(answer, 'status') ?? {};
  } catch (error) {
    if (isApiError(error, 403, 404, 405)) return undefined;
    throw error;
  }
}

/** What one rule grants on all objects of the core group. */
function rightsOf(rule: unknown): readonly Access[] {
  const [verbs, groups, resources, names] = [
    'verbs',
    'apiGroups',
    'resources',
    'resourceNames',
  ].map((key) => itemsOf(field(rule, key)));
  const isForAll = names?.length === 0 && groups?.some((group) => group === '' || group === '*');
  if (isForAll !== true) return [];
  return (verbs ?? []).flatMap((verb) =>
    (resources ?? []).map((resource) => ({ verb: String(verb), resource: String(resource) })),
  );
}
