import { BuildError } from '../errors.ts';
import type { Cluster, Permission } from '../ports.ts';

/** RBAC permissions that every build needs. The attach upgrade is a GET; since 1.35 the server also checks `create`. */
export const requiredPermissions: readonly Permission[] = [
  { verb: 'create', resource: 'pods' },
  { verb: 'get', resource: 'pods' },
  { verb: 'delete', resource: 'pods' },
  { verb: 'get', resource: 'pods/attach' },
  { verb: 'create', resource: 'pods/attach' },
  { verb: 'get', resource: 'pods/log' },
];

/** Permissions that a build uses if it has them, each with what happens without it. */
export const optionalPermissions: readonly (Permission & { readonly without: string })[] = [
  {
    verb: 'watch',
    resource: 'pods',
    without: 'the pod is read every 1.5 seconds',
  },
  {
    verb: 'list',
    resource: 'pods',
    without: 'pods of earlier runs whose runner crashed are not deleted',
  },
  {
    verb: 'list',
    resource: 'events',
    without: 'a pod that does not start is reported without most of the reasons',
  },
];

/**
 * Checks every required permission before anything is created: first in the list of rules that the cluster returns, then with an
 * access review for each permission that is not in the list. A permission that cannot be reviewed counts as granted: without it,
 * the request that needs it fails.
 * @throws BuildError('cluster') that names the missing permissions, with the rules to add to the Role.
 */
export async function checkAccess(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const answers = await reviewPermissions(cluster, requiredPermissions, signal);
  const missing = requiredPermissions.filter((_, index) => answers[index] === 'no');
  if (missing.length === 0) return;
  const actions = missing.map(
    ({ verb, resource }) => `${verb} resource ${JSON.stringify(resource)}`,
  );
  throw new BuildError(
    'cluster',
    `cannot ${actions.join(', ')} in namespace ${JSON.stringify(cluster.namespace)}`,
    {
      hint: `Add to the Role, as in examples/cluster/rbac.yaml: ${rulesFor(missing).join(' ')}`,
    },
  );
}

/**
 * Whether each permission is granted, in their order: by the list of rules that the cluster returns, and by an access review for
 * each one that is not in the list. `unknown`: the API server refuses the review.
 */
export async function reviewPermissions(
  cluster: Cluster,
  permissions: readonly Permission[],
  signal: AbortSignal,
): Promise<readonly ('yes' | 'no' | 'unknown')[]> {
  const listed = await cluster.listPermissions(signal);
  return Promise.all(
    permissions.map((access) =>
      listed.some((rule) => covers(rule, access))
        ? Promise.resolve('yes' as const)
        : cluster.can(access, signal),
    ),
  );
}

function covers(rule: Permission, access: Permission): boolean {
  return [access.verb, '*'].includes(rule.verb) && [access.resource, '*'].includes(rule.resource);
}

/** One rule of a Role for each resource, in YAML. */
export function rulesFor(permissions: readonly Permission[]): string[] {
  const resources = [...new Set(permissions.map(({ resource }) => resource))];
  return resources.map((resource) => {
    const verbs = permissions
      .filter((access) => access.resource === resource)
      .map(({ verb }) => verb);
    return `- {apiGroups: [""], resources: [${resource}], verbs: [${verbs.join(', ')}]}`;
  });
}
