import { missingRules } from '../pod/access.ts';
import type { Permission } from '../ports.ts';

/** Another name than that of examples/cluster/rbac.yaml: a Role that is applied replaces the rules of one with its name. */
const name = 'kube-build-push-missing';

/**
 * A Role with the missing permissions and its RoleBinding, as lines of YAML for `kubectl apply`.
 * @param user the name that the API server has for the user; undefined if it is not known.
 */
export function roleFor(
  missing: readonly Permission[],
  namespace: string,
  user: string | undefined,
): readonly string[] {
  const metadata = `metadata: { name: ${name}, namespace: ${JSON.stringify(namespace)} }`;
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    metadata,
    'rules:',
    ...missingRules(missing).map((rule) => `  ${rule}`),
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: RoleBinding',
    metadata,
    `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${name} }`,
    'subjects:',
    `  - ${subjectOf(user ?? 'NAME-OF-THE-USER')}`,
  ];
}

function subjectOf(user: string): string {
  const account = /^system:serviceaccount:([a-z0-9.-]+):([a-z0-9.-]+)$/.exec(user);
  if (account !== null)
    return `{ kind: ServiceAccount, namespace: ${account[1] ?? ''}, name: ${account[2] ?? ''} }`;
  return `{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ${JSON.stringify(user)} }`;
}
