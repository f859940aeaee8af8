import { createHash } from 'node:crypto';
import { optionalPermissions, requiredPermissions, rulesFor } from '../pod/access.ts';

/** Another name than that of examples/cluster/rbac.yaml, whose Role may have other rules of the user. */
const name = 'kube-build-push-check';

/**
 * A Role with everything that a build needs or can use, and its RoleBinding, as lines of YAML for `kubectl apply`. Applying
 * replaces the rules of the Role and the subjects of the RoleBinding, so the Role is always the whole one, and each user has a
 * RoleBinding of its own: nothing that was granted before is revoked.
 * @param user the name that the API server has for the user; undefined if it is not known.
 */
export function roleFor(namespace: string, user = 'NAME-OF-THE-USER'): readonly string[] {
  const metadata = (of: string): string =>
    `metadata: { name: ${of}, namespace: ${JSON.stringify(namespace)} }`;
  const suffix = createHash('sha256').update(user).digest('hex').slice(0, 8);
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    metadata(name),
    'rules:',
    ...rulesFor([...requiredPermissions, ...optionalPermissions]).map((rule) => `  ${rule}`),
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: RoleBinding',
    metadata(`${name}-${suffix}`),
    `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${name} }`,
    'subjects:',
    `  - ${subjectOf(user)}`,
  ];
}

function subjectOf(user: string): string {
  const account = /^system:serviceaccount:([a-z0-9.-]+):([a-z0-9.-]+)$/.exec(user);
  if (account !== null)
    return `{ kind: ServiceAccount, namespace: ${account[1] ?? ''}, name: ${account[2] ?? ''} }`;
  return `{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ${JSON.stringify(user)} }`;
}
