import type { V1Container, V1Pod, V1Volume } from '@kubernetes/client-node';
import type { PodInputs } from '../../inputs/inputs.ts';
import { ownLabels, ownPrefix } from '../../inputs/values/own-keys.ts';
import type { Platform } from '../../inputs/values/platform.ts';
import type { PodRef } from '../../ports.ts';
import { expiresAnnotation, keepAnnotation, nonceAnnotation, toLabelValue } from './labels.ts';

/** Whose run a pod belongs to; empty texts are left out. */
export interface RunIdentity {
  readonly repository: string;
  readonly runId: string;
  readonly runAttempt: string;
}

/** What differs from pod to pod beside the inputs. */
export interface PodOrder {
  readonly ref: PodRef;
  readonly run: RunIdentity;
  readonly nonce: string;
  /** Time after which a later run may remove the pod. */
  readonly expiresAt: Date;
  /** `keep-pod`: the pod may stay after its run. */
  readonly keepPod: 'never' | 'on-failure' | 'always';
  /** The cluster's own bound on the container's life, counted from the pod's start. */
  readonly activeDeadlineSeconds: number;
  readonly platform: Platform | undefined;
  /** The engine's container without `resources` and the fields that carry our guarantees. */
  readonly container: V1Container;
  readonly volumes: readonly V1Volume[];
}

/** The builder pod, before a pod template is merged. */
export function buildPod(inputs: PodInputs, order: PodOrder): V1Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: order.ref.name,
      namespace: order.ref.namespace,
      labels: { ...inputs.labels, ...ownLabels, ...runLabels(order.run) },
      annotations: {
        // A builder that is moved starts again from nothing; the autoscaler has to wait for it.
        'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
        ...inputs.annotations,
        [nonceAnnotation]: order.nonce,
        [expiresAnnotation]: order.expiresAt.toISOString(),
        ...(order.keepPod !== 'never' && { [keepAnnotation]: order.keepPod }),
      },
    },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: order.activeDeadlineSeconds,
      // A builder has nothing to save when it is told to stop.
      terminationGracePeriodSeconds: 1,
      enableServiceLinks: false,
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
      containers: [builderContainer(inputs, order.container)],
    },
  };
}

/**
 * The fields that carry the action's guarantees. `stdinOnce` makes the runtime close stdin after the first attach
 * (attach ends = end of file); without it a builder that reads to the end would wait for ever.
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
