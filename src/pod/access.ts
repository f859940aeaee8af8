import { BuildError } from '../errors.ts';
import type { Cluster, Permission } from '../ports.ts';

/** Rights without which no build is possible. The attach upgrade is a GET; since 1.35 the server asks for `create` too. */
const required: readonly Permission[] = [
  { verb: 'create', resource: 'pods' },
  { verb: 'get', resource: 'pods' },
  { verb: 'delete', resource: 'pods' },
  { verb: 'get', resource: 'pods/attach' },
  { verb: 'create', resource: 'pods/attach' },
  { verb: 'get', resource: 'pods/log' },
];

/**
 * Makes sure of every right before anything is created: by the list that the cluster gives, and by a question for each right
 * that is not in it. A server that does not answer such questions is given the benefit of the doubt: the calls themselves will
 * say.
 * @throws BuildError('cluster') that names what is missing, with the lines to add to the Role.
 */
export async function checkAccess(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const listed = await cluster.listPermissions(signal);
  const doubtful = required.filter((access) => !listed.some((right) => covers(right, access)));
  const answers = await Promise.all(doubtful.map((access) => cluster.can(access, signal)));
  const missing = doubtful.filter((_, index) => answers[index] === 'no');
  if (missing.length === 0) return;
  const rights = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
  throw new BuildError(
    'cluster',
    `the account of the kubeconfig may not ${rights} in namespace ${JSON.stringify(cluster.namespace)}`,
    { hint: `Add to its Role: ${missingRules(missing).join(' ')}` },
  );
}

function covers(right: Permission, access: Permission): boolean {
  return [access.verb, '*'].includes(right.verb) && [access.resource, '*'].includes(right.resource);
}

/** One YAML rule for each resource, as it stands in a Role. */
function missingRules(missing: readonly Permission[]): string[] {
  const resources = [...new Set(missing.map(({ resource }) => resource))];
  return resources.map((resource) => {
    const verbs = missing.filter((access) => access.resource === resource).map(({ verb }) => verb);
    return `- {apiGroups: [""], resources: [${resource}], verbs: [${verbs.join(', ')}]}`;
  });
}
