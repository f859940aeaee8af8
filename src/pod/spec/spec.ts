import type { V1Container, V1Pod, V1Volume } from '@kubernetes/client-node';
import type { Inputs, PodInputs } from '../../inputs/inputs.ts';
import { ownLabels, ownPrefix } from '../../inputs/values/own-keys.ts';
import type { Platform } from '../../inputs/values/platform.ts';
import type { PodRef } from '../../ports.ts';
import { keepAnnotation, lifetimeAnnotation, nonceAnnotation, toLabelValue } from './labels.ts';
import { withBuilderTexts } from './literal.ts';
import { actionVersion } from './version.ts';

/** The workflow run that a pod belongs to; empty texts get no label. */
export interface RunIdentity {
  readonly repository: string;
  readonly runId: string;
  readonly runAttempt: string;
}

/** The values that differ from pod to pod, in addition to the inputs. */
export interface PodOrder {
  readonly ref: PodRef;
  readonly run: RunIdentity;
  readonly nonce: string;
  /** Seconds from its creation after which a later run may delete the pod. */
  readonly lifetimeSeconds: number;
  /** The input `keep-pod`: whether the pod is kept after its run. */
  readonly keepPod: 'never' | 'on-failure' | 'always';
  /** Time limit that the kubelet enforces, counted from the start of the pod. */
  readonly activeDeadlineSeconds: number;
  readonly platform: Platform | undefined;
  /** The container of the engine. Its texts are as the program is to get them. */
  readonly container: V1Container;
  readonly volumes: readonly V1Volume[];
}

/** The builder pod, before a pod template is merged. */
export function buildPod({ pod: inputs, builder }: Inputs, order: PodOrder): V1Pod {
  const container = withBuilderTexts(order.container, builder);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: order.ref.name,
      namespace: order.ref.namespace,
      labels: {
        'app.kubernetes.io/instance': order.ref.name,
        'app.kubernetes.io/version': actionVersion,
        ...inputs.labels,
        ...ownLabels,
        ...runLabels(order.run),
      },
      annotations: {
        // An evicted builder must start from the beginning: the cluster autoscaler must not evict it.
        'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
        ...inputs.annotations,
        [nonceAnnotation]: order.nonce,
        [lifetimeAnnotation]: String(order.lifetimeSeconds),
        ...(order.keepPod !== 'never' && { [keepAnnotation]: order.keepPod }),
      },
    },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: order.activeDeadlineSeconds,
      // A builder has no state to save on SIGTERM.
      terminationGracePeriodSeconds: 1,
      enableServiceLinks: false,
      // For the whole pod, so that a template can replace it for the pod and for each container.
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      ...(!inputs.hostUsers && { hostUsers: false }),
      automountServiceAccountToken: inputs.serviceAccount !== undefined,
      ...(inputs.serviceAccount !== undefined && { serviceAccountName: inputs.serviceAccount }),
      nodeSelector: {
        'kubernetes.io/os': 'linux',
        ...(order.platform !== undefined && { 'kubernetes.io/arch': order.platform.architecture }),
        ...inputs.nodeSelector,
      },
      ...(inputs.tolerations.length > 0 && {
        tolerations: inputs.tolerations.map((t) => ({ ...t })),
      }),
      ...(inputs.imagePullSecrets.length > 0 && {
        imagePullSecrets: inputs.imagePullSecrets.map((name) => ({ name })),
      }),
      ...(order.volumes.length > 0 && { volumes: [...order.volumes] }),
      containers: [builderContainer(inputs, container)],
    },
  };
}

/**
 * The container with the fields that the action depends on. `stdinOnce` makes the container runtime close stdin when the first attach ends;
 * without it a builder that reads to the end of stdin would never end.
 */
function builderContainer(inputs: PodInputs, container: V1Container): V1Container {
  const { requests, limits } = inputs.resources;
  return {
    ...container,
    ...((Object.keys(requests).length > 0 || Object.keys(limits).length > 0) && {
      resources: { requests: { ...requests }, limits: { ...limits } },
    }),
    stdin: true,
    stdinOnce: true,
    tty: false,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function runLabels(run: RunIdentity): Record<string, string> {
  const labels = {
    [`${ownPrefix}repository`]: toLabelValue(run.repository),
    [`${ownPrefix}run-id`]: toLabelValue(run.runId),
    [`${ownPrefix}run-attempt`]: toLabelValue(run.runAttempt),
  };
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}
