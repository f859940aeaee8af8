import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { field, isFields } from '../../text/json.ts';

const resource = 'ephemeral-storage';

/**
 * Little enough for a node with a small disk. It makes the scheduler avoid a node whose disk is promised to other pods.
 * action.yml and io/kube/cluster-error.ts have this figure, too.
 */
export const defaultRequest = '1Gi';

/**
 * About the whole disk of an ordinary node, on which the kubelet evicts for disk pressure before: hardly a build fails that could
 * have succeeded there. It only keeps one build from filling a large disk that many pods share. action.yml and
 * io/kube/cluster-error.ts have this figure, too.
 */
export const defaultLimit = '100Gi';

/**
 * The pod whose builder container, the first one, has a request and a limit for its files. One that is given, even 0, replaces
 * both defaults: the other one could contradict it.
 * @param pod the pod with the template merged into it, which can set them, too, with values of any type.
 */
export function withStorageDefaults(pod: V1Pod): V1Pod {
  const [builder, ...others] = pod.spec?.containers ?? [];
  if (pod.spec === undefined || builder === undefined) return pod;
  const resources: unknown = builder.resources ?? {};
  const requests = field(resources, 'requests') ?? {};
  const limits = field(resources, 'limits') ?? {};
  // The API server rejects a wrong type.
  if (!isFields(resources) || !isFields(requests) || !isFields(limits)) return pod;
  if (resource in requests || resource in limits) return pod;
  const amounts = {
    ...resources,
    requests: { ...requests, [resource]: defaultRequest },
    limits: { ...limits, [resource]: defaultLimit },
  };
  const container: V1Container = { ...builder, resources: amounts };
  return { ...pod, spec: { ...pod.spec, containers: [container, ...others] } };
}
