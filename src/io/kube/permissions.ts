import type { Permission } from '../../ports.ts';
import { field, itemsOf } from '../../text/json.ts';
import { isApiError } from './api-error.ts';
import type { RestClient } from './rest.ts';

// RBAC permissions in one namespace, from review requests. They change nothing, so they can be repeated.

const apiVersion = 'authorization.k8s.io/v1';

/** See Cluster.listPermissions; empty if the API server refuses the review. */
export async function listPermissions(
  rest: RestClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Permission[]> {
  const status = await review(rest, 'SelfSubjectRulesReview', { namespace }, signal);
  return itemsOf(field(status, 'resourceRules')).flatMap(permissionsOf);
}

/** See Cluster.can. */
export async function reviewPermission(
  rest: RestClient,
  namespace: string,
  { verb, resource: full }: Permission,
  signal: AbortSignal,
): Promise<'yes' | 'no' | 'unknown'> {
  const [resource, subresource] = full.split('/');
  const resourceAttributes = { namespace, verb, resource, subresource };
  const status = await review(rest, 'SelfSubjectAccessReview', { resourceAttributes }, signal);
  if (status === undefined) return 'unknown';
  return field(status, 'allowed') === true ? 'yes' : 'no';
}

/** Creates a review and returns its status; undefined if the API server refuses it. */
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

/** The permissions of one rule that hold for all objects of the core API group. */
function permissionsOf(rule: unknown): readonly Permission[] {
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
