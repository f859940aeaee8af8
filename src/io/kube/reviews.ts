import type { Permission } from '../../ports.ts';
import { field, isFields, text, type Fields } from '../../text/json.ts';
import { oneLine } from '../../text/one-line.ts';
import { NonKubernetesResponse, isApiError } from './api-error.ts';
import { entriesOf, id, list, object, time } from './response/fields.ts';
import type { JsonClient } from './rest.ts';

// Answers of the API server to review requests, which change nothing, so they can be repeated: RBAC permissions in one namespace,
// the name of the user, and the time of the server.

const authorization = 'authorization.k8s.io/v1';
const authentication = 'authentication.k8s.io/v1';

/** Limit for the permissions in a list. Roles have some hundreds. A rule grants each of its verbs on each of its resources. */
const mostPermissions = 10_000;

/** See Cluster.listPermissions; empty if the API server refuses the review. */
export async function listPermissions(
  rest: JsonClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Permission[]> {
  const status = await review(rest, 'SelfSubjectRulesReview', { namespace }, signal);
  const permissions: Permission[] = [];
  for (const rule of list(status?.['resourceRules'], readRule) ?? []) {
    for (const permission of permissionsOf(rule)) {
      if (permissions.length === mostPermissions) return permissions;
      permissions.push(permission);
    }
  }
  return permissions;
}

/** See Cluster.can. */
export async function reviewPermission(
  rest: JsonClient,
  namespace: string,
  { verb, resource: full }: Permission,
  signal: AbortSignal,
): Promise<'yes' | 'no' | 'unknown'> {
  const [resource, subresource] = full.split('/');
  const resourceAttributes = { namespace, verb, resource, subresource };
  const status = await review(rest, 'SelfSubjectAccessReview', { resourceAttributes }, signal);
  if (status === undefined) return 'unknown';
  return status['allowed'] === true ? 'yes' : 'no';
}

/**
 * See Cluster.serverTime: the creation time of a SelfSubjectReview, which every authenticated client may create since Kubernetes
 * 1.28. A proxy can set the header `Date`, but not this time.
 */
export function readServerTime(rest: JsonClient, signal: AbortSignal): Promise<number | undefined> {
  return reviewSelf(rest, signal, ({ metadata }) =>
    object(metadata, (fields) => time(fields['creationTimestamp']))?.getTime(),
  );
}

/** Limit for the name of a user in a message. */
const longestName = 300;

/** See Cluster.userName: the user of a SelfSubjectReview. */
export function readUserName(rest: JsonClient, signal: AbortSignal): Promise<string | undefined> {
  return reviewSelf(rest, signal, ({ status }) => {
    const name = text(field(field(status, 'userInfo'), 'username')) ?? '';
    return name === '' ? undefined : oneLine(name, longestName);
  });
}

/** Creates a SelfSubjectReview; undefined if the API server refuses it. */
async function reviewSelf<T>(
  rest: JsonClient,
  signal: AbortSignal,
  read: (review: Fields) => T | undefined,
): Promise<T | undefined> {
  const path = `/apis/${authentication}/selfsubjectreviews`;
  const body = { apiVersion: authentication, kind: 'SelfSubjectReview' };
  try {
    return await rest.json({ method: 'POST', path, body, signal }, read);
  } catch (error) {
    if (isApiError(error, 403, 404, 405)) return undefined;
    throw error;
  }
}

/** Creates a review and returns its status; undefined if the API server refuses it. */
async function review(
  rest: JsonClient,
  kind: string,
  spec: object,
  signal: AbortSignal,
): Promise<Fields | undefined> {
  const path = `/apis/${authorization}/${kind.toLowerCase()}s`;
  const body = { apiVersion: authorization, kind, spec };
  const readStatus = ({ status }: Fields): Fields => {
    if (!isFields(status)) throw new NonKubernetesResponse(`not a ${kind}`);
    return status;
  };
  try {
    return await rest.json({ method: 'POST', path, body, signal }, readStatus, true);
  } catch (error) {
    if (isApiError(error, 403, 404, 405)) return undefined;
    throw error;
  }
}

interface Rule {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
}

/** A rule that holds for all objects of the core API group; undefined for any other. */
function readRule(rule: Fields): Rule | undefined {
  const [verbs = [], groups = [], resources = [], names = []] = [
    'verbs',
    'apiGroups',
    'resources',
    'resourceNames',
  ].map((key) => entriesOf(rule[key]).flatMap((entry) => id(entry) ?? []));
  const isForAll = names.length === 0 && groups.some((group) => group === '' || group === '*');
  return isForAll ? { verbs, resources } : undefined;
}

function* permissionsOf({ verbs, resources }: Rule): Generator<Permission> {
  for (const verb of verbs) for (const resource of resources) yield { verb, resource };
}
