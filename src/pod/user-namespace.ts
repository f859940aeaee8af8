import type { V1Pod } from '@kubernetes/client-node';
import { BuildError } from '../errors.ts';

/**
 * Checks that the API server has accepted `hostUsers: false`. One without user namespaces drops the field, and the pod would run
 * with the users of the node.
 * @param sent the pod of the request.
 * @param created the pod of the response.
 * @throws BuildError('cluster') if the field was dropped.
 */
export function checkUserNamespace(sent: V1Pod, created: V1Pod): void {
  if (sent.spec?.hostUsers !== false || created.spec?.hostUsers === false) return;
  throw new BuildError(
    'cluster',
    'the API server dropped hostUsers: false from the pod, so the pod would not get a user namespace',
    {
      hint: "Use Kubernetes 1.33 or later, or enable its feature gate UserNamespacesSupport, or remove 'host-users'.",
    },
  );
}
