/** A way in which a cluster takes a pod away, or does not take it. */
export interface Loss {
  readonly what: string;
  readonly hint: string;
  /** True for what another pod may survive. */
  readonly restart: boolean;
  /** The node refused the pod: no container was ever started. */
  readonly never?: boolean;
}

export const tryAgain = 'Run the step again; if it happens often, ask whoever runs the cluster.';
const raisePriority = "Set a priorityClassName by 'pod-template'.";

const losses: Readonly<Record<string, Loss>> = {
  Deleted: {
    what: 'somebody deleted the pod',
    hint: 'Find out who deletes pods in this namespace.',
    restart: false,
  },
  TerminationByKubelet: { what: 'the node evicted the pod', hint: tryAgain, restart: true },
  Preempting: {
    what: 'the pod was preempted by a more important one',
    hint: raisePriority,
    restart: true,
  },
  PreemptionByScheduler: {
    what: 'the pod was preempted by a more important one',
    hint: raisePriority,
    restart: true,
  },
  EvictionByEvictionAPI: {
    what: 'the pod was evicted, as when a node is drained,',
    hint: tryAgain,
    restart: true,
  },
  DeletionByTaintManager: { what: 'the node became unusable', hint: tryAgain, restart: true },
  DeletionByPodGC: { what: 'the node disappeared', hint: tryAgain, restart: true },
  NodeLost: { what: 'the node disappeared', hint: tryAgain, restart: true },
  NodeShutdown: { what: 'the node was shut down', hint: tryAgain, restart: true },
  Terminated: { what: 'the node was shut down', hint: tryAgain, restart: true },
  ContainerRestarted: {
    what: 'the container was started a second time',
    hint: "Take restart policies out of 'pod-template'.",
    restart: false,
  },
  ContainerStatusUnknown: { what: 'the node lost the container', hint: tryAgain, restart: true },
  NodeAffinity: {
    what: 'the node does not fit the pod',
    hint: "Correct 'node-selector' and 'pod-template'.",
    restart: false,
    never: true,
  },
  NodePorts: {
    what: 'a host port of the pod is in use on the node',
    hint: "Take host ports out of 'pod-template'.",
    restart: false,
    never: true,
  },
  SysctlForbidden: {
    what: 'the node refused the pod',
    hint: "Take sysctls out of 'pod-template'.",
    restart: false,
    never: true,
  },
  AppArmor: {
    what: 'the node refused the pod',
    hint: "Correct the AppArmor profile in 'pod-template'.",
    restart: false,
    never: true,
  },
  PodOSNotSupported: {
    what: 'the node runs another operating system',
    hint: "Correct os in 'pod-template': builders run on linux.",
    restart: false,
    never: true,
  },
  PodOSSelectorNodeLabelDoesNotMatch: {
    what: 'the node runs another operating system',
    hint: "Correct os in 'pod-template': builders run on linux.",
    restart: false,
    never: true,
  },
  PodFeatureUnsupported: {
    what: 'the node is too old for the pod',
    hint: "Take what its words name out of 'pod-template', or choose other nodes by 'node-selector'.",
    restart: false,
    never: true,
  },
  UnexpectedAdmissionError: {
    what: 'the node refused the pod',
    hint: tryAgain,
    restart: true,
    never: true,
  },
  TopologyAffinityError: {
    what: 'the node refused the pod',
    hint: tryAgain,
    restart: true,
    never: true,
  },
  InvalidNodeInfo: {
    what: 'the node refused the pod',
    hint: tryAgain,
    restart: true,
    never: true,
  },
  InitContainerFailed: {
    what: 'an init container failed',
    hint: "Correct the init containers of 'pod-template'.",
    restart: false,
  },
};

/** The node was filled between scheduling and start: OutOfcpu, OutOfmemory, OutOfpods, … */
const noRoom: Loss = {
  what: 'the node had no room for the pod',
  hint: tryAgain,
  restart: true,
  never: true,
};

const unknownLoss: Loss = { what: 'the cluster ended the pod', hint: tryAgain, restart: false };

/** What a reason of the kubelet, the scheduler or a disruption condition means; `message`: its words. */
export function lossOf(reason: string, message: string): Loss {
  if (reason === 'Evicted') return evictionOf(message);
  if (reason.startsWith('OutOf')) return noRoom;
  return (Object.hasOwn(losses, reason) ? losses[reason] : undefined) ?? unknownLoss;
}

/** A pod over its own limits is evicted anywhere; one on a node under pressure may fare better elsewhere. */
function evictionOf(message: string): Loss {
  const what = 'the node evicted the pod';
  const resource = /low on resource: ([\w-]+)/.exec(message)?.[1];
  if (resource === 'memory' || resource === 'ephemeral-storage') {
    const hint = `Raise 'requests.${resource}' in 'resources': a node under pressure first evicts what uses more than it requested.`;
    return { what, hint, restart: true };
  }
  // Also a node that refuses new pods: `The node had condition: [DiskPressure].`
  if (resource !== undefined || message.includes('The node had condition')) {
    return { what, hint: tryAgain, restart: true };
  }
  const hint = message.includes('EmptyDir')
    ? "Raise the sizeLimit of the volume in 'pod-template', or write less to it."
    : "Raise 'limits.ephemeral-storage' in 'resources', or keep files out with .dockerignore.";
  return { what, hint, restart: false };
}
