import { describe, expect, test } from '@jest/globals';
import { lossOf, tryAgain } from '../../src/result/losses.ts';

describe('a new pod may succeed after', () => {
  test.each([
    ['TerminationByKubelet', 'the kubelet evicted the pod'],
    ['Preempting', 'the pod was preempted by a higher-priority pod'],
    ['PreemptionByScheduler', 'the pod was preempted by a higher-priority pod'],
    [
      'EvictionByEvictionAPI',
      'the pod was evicted with the Eviction API (for example by a node drain)',
    ],
    ['DeletionByTaintManager', 'the pod was evicted because of a NoExecute taint of its node'],
    ['DeletionByPodGC', 'the node was removed from the cluster'],
    ['NodeLost', 'the node became unreachable'],
    ['NodeShutdown', 'the node was shut down'],
    ['Terminated', 'the node was shut down'],
    ['ContainerStatusUnknown', 'the kubelet lost the status of the container'],
  ])('%s', (reason, cause) => {
    const { neverRan, ...loss } = lossOf(reason, '');
    expect(loss).toMatchObject({ cause, isRetried: true });
    expect(neverRan).toBeUndefined();
  });
});

describe('the kubelet rejected the pod, and a new pod may succeed, after', () => {
  test.each([
    ['UnexpectedAdmissionError', 'the kubelet rejected the pod'],
    ['TopologyAffinityError', 'the kubelet rejected the pod'],
    ['InvalidNodeInfo', 'the kubelet rejected the pod'],
    ['OutOfcpu', 'the node had insufficient resources for the pod'],
    ['OutOfexample.com/gpu', 'the node had insufficient resources for the pod'],
  ])('%s', (reason, cause) => {
    expect(lossOf(reason, '')).toEqual({ cause, hint: tryAgain, isRetried: true, neverRan: true });
  });
});

test.each([
  ['NodeAffinity', "Correct 'node-selector' and 'pod-template'."],
  ['NodePorts', "Remove host ports from 'pod-template'."],
  ['SysctlForbidden', "Remove sysctls from 'pod-template'."],
  ['AppArmor', "Correct the AppArmor profile in 'pod-template'."],
  ['PodOSNotSupported', "Correct os in 'pod-template': builders run on linux."],
  ['PodOSSelectorNodeLabelDoesNotMatch', "Correct os in 'pod-template': builders run on linux."],
  [
    'PodFeatureUnsupported',
    "Remove that feature from 'pod-template', or choose other nodes with 'node-selector'.",
  ],
])('%s is not retried, because the pod spec has to change', (reason, hint) => {
  expect(lossOf(reason, '')).toMatchObject({ hint, isRetried: false, neverRan: true });
});

test.each([
  ['Deleted', 'another client deleted the pod'],
  ['ContainerRestarted', 'the container was restarted'],
  ['InitContainerFailed', 'an init container failed'],
  ['NewInThisVersion', 'the pod was terminated'],
  ['', 'the pod was terminated'],
  ['toString', 'the pod was terminated'],
])('%j is not retried', (reason, cause) => {
  expect(lossOf(reason, '')).toMatchObject({ cause, isRetried: false });
});

describe('an eviction', () => {
  test.each([
    {
      name: 'for node memory is retried, with advice for the requests',
      message: 'The node was low on resource: memory. Threshold quantity: 100Mi',
      hint: "Raise 'requests.memory' in 'resources': under node pressure, the kubelet first evicts pods that use more than they request.",
      isRetried: true,
    },
    {
      name: 'for node storage is retried, with advice for the requests',
      message: 'The node was low on resource: ephemeral-storage.',
      hint: "Raise 'requests.ephemeral-storage' in 'resources': under node pressure, the kubelet first evicts pods that use more than they request.",
      isRetried: true,
    },
    {
      name: 'for another resource of the node is retried',
      message: 'The node was low on resource: pids.',
      hint: tryAgain,
      isRetried: true,
    },
    {
      name: 'by a node that rejects new pods is retried',
      message: 'The node had condition: [DiskPressure].',
      hint: tryAgain,
      isRetried: true,
    },
    {
      name: 'for the limit of a volume is not retried',
      message: 'Usage of EmptyDir volume "scratch" exceeds the limit "1Mi".',
      hint: "Raise the sizeLimit of the volume in 'pod-template', or write less to it.",
      isRetried: false,
    },
    {
      name: 'for the limit of the pod is not retried',
      message: 'Pod ephemeral local storage usage exceeds the total limit of containers 1Mi.',
      hint: "Raise 'limits.ephemeral-storage' in 'resources', or exclude files with .dockerignore.",
      isRetried: false,
    },
  ])('$name', ({ message, hint, isRetried }) => {
    expect(lossOf('Evicted', message)).toEqual({
      cause: 'the kubelet evicted the pod',
      hint,
      isRetried,
    });
  });
});
