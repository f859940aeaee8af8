/** A reason for which a pod ended without an exit code of the builder, and the advice for it. */
export interface Loss {
  /** The cause: a clause that ` before the builder ended` can follow. */
  readonly cause: string;
  readonly hint: string;
  /** True if a new pod may succeed. */
  readonly isRetried: boolean;
  /** True if the kubelet rejected the pod, so no container was started. */
  readonly neverRan?: true;
}

export const tryAgain =
  'Run the step again. If it happens often, contact the administrator of the cluster.';
const raisePriority = "Set a priorityClassName in 'pod-template'.";

const losses: Readonly<Record<string, Loss>> = {
  Deleted: {
    cause: 'another client deleted the pod',
    hint: 'Check which user or controller deletes pods in this namespace.',
    isRetried: false,
  },
  TerminationByKubelet: { cause: 'the kubelet evicted the pod', hint: tryAgain, isRetried: true },
  Preempting: {
    cause: 'the pod was preempted by a higher-priority pod',
    hint: raisePriority,
    isRetried: true,
  },
  PreemptionByScheduler: {
    cause: 'the pod was preempted by a higher-priority pod',
    hint: raisePriority,
    isRetried: true,
  },
  EvictionByEvictionAPI: {
    cause: 'the pod was evicted with the Eviction API (for example by a node drain)',
    hint: tryAgain,
    isRetried: true,
  },
  DeletionByTaintManager: {
    cause: 'the pod was evicted because of a NoExecute taint of its node',
    hint: tryAgain,
    isRetried: true,
  },
  DeletionByPodGC: {
    cause: 'the node was removed from the cluster',
    hint: tryAgain,
    isRetried: true,
  },
  NodeLost: { cause: 'the node became unreachable', hint: tryAgain, isRetried: true },
  NodeShutdown: { cause: 'the node was shut down', hint: tryAgain, isRetried: true },
  Terminated: { cause: 'the node was shut down', hint: tryAgain, isRetried: true },
  ContainerRestarted: {
    cause: 'the container was restarted',
    hint: "Remove restart policies from 'pod-template'.",
    isRetried: false,
  },
  ContainerStatusUnknown: {
    cause: 'the kubelet lost the status of the container',
    hint: tryAgain,
    isRetried: true,
  },
  NodeAffinity: {
    cause: 'the node does not match the node selector or node affinity of the pod',
    hint: "Correct 'node-selector' and 'pod-template'.",
    isRetried: false,
    neverRan: true,
  },
  NodePorts: {
    cause: 'a host port of the pod is in use on the node',
    hint: "Remove host ports from 'pod-template'.",
    isRetried: false,
    neverRan: true,
  },
  SysctlForbidden: {
    cause: 'the kubelet rejected the pod',
    hint: "Remove sysctls from 'pod-template'.",
    isRetried: false,
    neverRan: true,
  },
  AppArmor: {
    cause: 'the kubelet rejected the pod',
    hint: "Correct the AppArmor profile in 'pod-template'.",
    isRetried: false,
    neverRan: true,
  },
  PodOSNotSupported: {
    cause: 'the node runs another operating system',
    hint: "Correct os in 'pod-template': builders run on linux.",
    isRetried: false,
    neverRan: true,
  },
  PodOSSelectorNodeLabelDoesNotMatch: {
    cause: 'the node runs another operating system',
    hint: "Correct os in 'pod-template': builders run on linux.",
    isRetried: false,
    neverRan: true,
  },
  PodFeatureUnsupported: {
    cause: 'the kubelet does not support a feature of the pod',
    hint: "Remove that feature from 'pod-template', or choose other nodes with 'node-selector'.",
    isRetried: false,
    neverRan: true,
  },
  UnexpectedAdmissionError: {
    cause: 'the kubelet rejected the pod',
    hint: tryAgain,
    isRetried: true,
    neverRan: true,
  },
  TopologyAffinityError: {
    cause: 'the kubelet rejected the pod',
    hint: tryAgain,
    isRetried: true,
    neverRan: true,
  },
  InvalidNodeInfo: {
    cause: 'the kubelet rejected the pod',
    hint: tryAgain,
    isRetried: true,
    neverRan: true,
  },
  InitContainerFailed: {
    cause: 'an init container failed',
    hint: "Correct the init containers of 'pod-template'.",
    isRetried: false,
  },
};

/** The node was filled between scheduling and start: OutOfcpu, OutOfmemory, OutOfpods, and others. */
const insufficientResources: Loss = {
  cause: 'the node had insufficient resources for the pod',
  hint: tryAgain,
  isRetried: true,
  neverRan: true,
};

const unknownLoss: Loss = { cause: 'the pod was terminated', hint: tryAgain, isRetried: false };

/**
 * The loss that a pod status describes.
 * @param reason of the kubelet, the scheduler or the condition DisruptionTarget.
 * @param message that belongs to the reason.
 */
export function lossOf(reason: string, message: string): Loss {
  if (reason === 'Evicted') return evictionOf(message);
  if (reason.startsWith('OutOf')) return insufficientResources;
  return (Object.hasOwn(losses, reason) ? losses[reason] : undefined) ?? unknownLoss;
}

/** A pod that exceeds its own limits is evicted from every node. After node pressure, a new pod may succeed on another node. */
function evictionOf(message: string): Loss {
  const cause = 'the kubelet evicted the pod';
  const resource = /low on resource: ([\w-]+)/.exec(message)?.[1];
  if (resource === 'memory' || resource === 'ephemeral-storage') {
    const hint = `Raise 'requests.${resource}' in 'resources': under node pressure, the kubelet first evicts pods that use more than they request.`;
    return { cause, hint, isRetried: true };
  }
  // The second text is that of a node that rejects new pods: `The node had condition: [DiskPressure].`
  if (resource !== undefined || message.includes('The node had condition')) {
    return { cause, hint: tryAgain, isRetried: true };
  }
  const hint = message.includes('EmptyDir')
    ? "Raise the sizeLimit of the volume in 'pod-template', or write less to it."
    : "Raise 'limits.ephemeral-storage' in 'resources', or exclude files with .dockerignore.";
  return { cause, hint, isRetried: false };
}
