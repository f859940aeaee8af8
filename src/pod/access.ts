import { BuildError } from '../errors.ts';
import type { Access, Cluster } from '../ports.ts';

/** Rights without which no build is possible. The attach upgrade is a GET; since 1.35 the server asks for `create` too. */
const required: readonly Access[] = [
  { verb: 'create', resource: 'pods' },
  { verb: 'get', resource: 'pods' },
  { verb: 'delete', resource: 'pods' },
  { verb: 'get', resource: 'pods/attach' },
  { verb: 'create', resource: 'pods/attach' },
  { verb: 'get', resource: 'pods/log' },
];

/**
 * Asks for every right before anything is created. A server that does not answer such questions is given the benefit of
 * the doubt: the calls themselves will say.
 * @throws BuildError('cluster') that names what is missing, with the lines to add to the Role.
 */
export async function checkAccess(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const answers = await Promise.all(required.map((access) => cluster.can(access, signal)));
  const missing = required.filter((_, index) => answers[index] === 'no');
  if (missing.length === 0) return;
  const rights = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
  throw new BuildError(
    'cluster',
    `the account of the kubeconfig may not ${rights} in namespace ${JSON.stringify(cluster.namespace)}`,
    { hint: `Add to its Role: ${missingRules(missing).join(' ')}` },
  );
}

/** One YAML rule for each resource, as it stands in a Role. */
function missingRules(missing: readonly Access[]): string[] {
  const resources = [...new Set(missing.map(({ resource }) => resource))];
  return resources.map((resource) => {
    const verbs = missing.filter((access) => access.resource === resource).map(({ verb }) => verb);
    return `- {apiGroups: [""], resources: [${resource}], verbs: [${verbs.join(', ')}]}`;
  });
}
