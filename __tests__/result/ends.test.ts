// Every way in which a pod can end or not start, from its status to the sentence that the user reads.
import { expect, test } from '@jest/globals';
import type { V1ContainerStatus, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import { BuildError } from '../../src/errors.ts';
import { readKilling } from '../../src/pod/events.ts';
import { PodFollower } from '../../src/pod/follow.ts';
import { waitForStart } from '../../src/pod/wait.ts';
import { outcomeError } from '../../src/result/message.ts';
import { decideOutcome } from '../../src/result/outcome.ts';
import { VirtualClock } from '../support/clock.ts';
import { visible } from '../support/failure.ts';
import { recordedEvents, recordedPod } from '../support/pods.ts';
import { Source } from '../support/source.ts';

interface End {
  /** A pod of __tests__/fixtures/pods, or one that is written below. */
  readonly name: string;
  /** `lost`: another pod may fare better. `build`, `pod`, `timeout`: the step has failed. */
  readonly kind: 'build' | 'lost' | 'pod' | 'timeout';
  readonly message: string;
  readonly hint: string;
  /** Seconds until the sentence is there; 0 without it. */
  readonly after?: number;
}

const tryAgain =
  'Run the step again. If it happens often, contact the administrator of the cluster.';
const look = 'Look at the output of the builder in the group "Build".';
const checkImage = "Check 'builder-image' and, for a private registry, 'image-pull-secrets'.";
const checkWay =
  "The node cannot reach the registry: mirror the builder image to a registry that it can reach, and set 'builder-image' to the mirror.";
const checkInit = "Correct the init containers of 'pod-template'.";
const checkReferences =
  "Create the Secret or ConfigMap that the pod names, or correct 'pod-template' and 'registry-secret'.";
const raisePriority = "Set a priorityClassName in 'pod-template'.";
const startTimeoutMs = 300_000;
const second = 1_000;

/** Recorded from a real cluster by e2e/record-pods.ts. */
const recorded: readonly End[] = [
  {
    name: 'exit-7',
    kind: 'build',
    message: 'the builder ended with exit code 7, after 0 bytes of its stdin',
    hint: look,
  },
  {
    name: 'completed',
    kind: 'build',
    message:
      'the builder ended with exit code 0 before it read all of its stdin, so success cannot be confirmed',
    hint: 'Make the command read all of stdin.',
  },
  {
    name: 'oom-killed',
    kind: 'build',
    message: 'the builder was killed with exit code 137: it exceeded its memory limit of 16Mi',
    hint: "Raise 'limits.memory' in 'resources'.",
  },
  {
    name: 'start-error',
    kind: 'build',
    message:
      'the builder could not be started (exit code 128): failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/no/such/command": stat /no/such/command: no such file or directory: unknown',
    hint: "Correct 'builder-command' or 'builder-image'.",
  },
  {
    // Only an event has the reason. The kubelet kills the container as a user could.
    name: 'post-start-hook',
    kind: 'build',
    message:
      'the builder ended with exit code 137 (killed by signal 9): its postStart hook failed (FailedPostStartHook: PostStartHook failed)',
    hint: "Correct the postStart hook in 'pod-template'.",
  },
  {
    name: 'deadline-exceeded',
    kind: 'timeout',
    message:
      'the pod exceeded its activeDeadlineSeconds: Pod was active on the node longer than the specified deadline',
    hint: "Raise 'timeout' (now 3600 s).",
  },
  {
    name: 'evicted',
    kind: 'build',
    message:
      'the kubelet evicted the pod before the builder ended (Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 1Mi.)',
    hint: "Raise 'limits.ephemeral-storage' in 'resources', or exclude files with .dockerignore.",
  },
  {
    name: 'evicted-empty-dir',
    kind: 'build',
    message:
      'the kubelet evicted the pod before the builder ended (Evicted: Usage of EmptyDir volume "scratch" exceeds the limit "1Mi".)',
    hint: "Raise the sizeLimit of the volume in 'pod-template', or write less to it.",
  },
  {
    name: 'deleted',
    kind: 'build',
    message: 'another client deleted the pod before the builder ended',
    hint: 'Check which user or controller deletes pods in this namespace.',
  },
  {
    name: 'evicted-by-api',
    kind: 'lost',
    message:
      'the pod was evicted with the Eviction API (for example by a node drain) before the builder ended (EvictionByEvictionAPI: Eviction API: evicting)',
    hint: tryAgain,
  },
  {
    name: 'taint-manager',
    kind: 'lost',
    message:
      'the pod was evicted because of a NoExecute taint of its node before the builder ended (DeletionByTaintManager: Taint manager: deleting due to NoExecute taint)',
    hint: tryAgain,
  },
  {
    name: 'pod-gc',
    kind: 'lost',
    message:
      'the node was removed from the cluster before the builder ended (DeletionByPodGC: PodGC: node no longer exists)',
    hint: tryAgain,
  },
  {
    name: 'preempted-by-scheduler',
    kind: 'lost',
    message:
      'the pod was preempted by a higher-priority pod before the builder ended (PreemptionByScheduler: default-scheduler: preempting to accommodate a higher priority pod)',
    hint: raisePriority,
  },
  {
    name: 'preempted-by-kubelet',
    kind: 'lost',
    message:
      'the pod was preempted by a higher-priority pod before the builder ended (Preempting: Preempted in order to admit critical pod)',
    hint: raisePriority,
  },
  {
    name: 'container-lost-by-runtime',
    kind: 'lost',
    message:
      'the kubelet lost the status of the container before the builder ended (ContainerStatusUnknown: its exit code is unknown)',
    hint: tryAgain,
  },
  {
    name: 'container-lost-by-kubelet',
    kind: 'lost',
    message:
      'the kubelet lost the status of the container before the builder ended (ContainerStatusUnknown: The container could not be located when the pod was deleted.  The container used to be Running)',
    hint: tryAgain,
  },
  {
    name: 'out-of-cpu',
    kind: 'lost',
    message:
      "the node had insufficient resources for the pod, so the builder never ran (OutOfcpu: Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000, used: 0, capacity: 2000)",
    hint: tryAgain,
  },
  {
    name: 'node-affinity',
    kind: 'build',
    message:
      "the node does not match the node selector or node affinity of the pod, so the builder never ran (NodeAffinity: Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector)",
    hint: "Correct 'node-selector' and 'pod-template'.",
  },
  {
    name: 'node-ports',
    kind: 'build',
    message:
      "a host port of the pod is in use on the node, so the builder never ran (NodePorts: Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports)",
    hint: "Remove host ports from 'pod-template'.",
  },
  {
    name: 'sysctl-forbidden',
    kind: 'build',
    message:
      'the kubelet rejected the pod, so the builder never ran (SysctlForbidden: Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted)',
    hint: "Remove sysctls from 'pod-template'.",
  },
  {
    name: 'os-not-supported',
    kind: 'build',
    message:
      "the node runs another operating system, so the builder never ran (PodOSNotSupported: Pod was rejected: Failed to admit pod as the OS field doesn't match node OS)",
    hint: "Correct os in 'pod-template': builders run on linux.",
  },
  {
    name: 'init-failed',
    kind: 'build',
    message:
      'an init container failed before the builder ended (InitContainerFailed: init container "first" ended with exit code 3 (Error))',
    hint: checkInit,
  },
  {
    name: 'invalid-image-name',
    kind: 'pod',
    message:
      'the pod cannot start: InvalidImageName: Failed to apply default image tag "UPPER/CASE:1": couldn\'t parse image name "UPPER/CASE:1": invalid reference format: repository name (CASE) must be lowercase',
    hint: "Correct 'builder-image'.",
  },
  {
    name: 'image-never-pull',
    kind: 'pod',
    message:
      'the pod cannot start: ErrImageNeverPull: Container image "10.88.0.1:5000/library/busybox:1-missing" is not present with pull policy of Never',
    hint: checkImage,
  },
  {
    name: 'err-image-pull',
    kind: 'pod',
    message:
      'the pod cannot start: ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "10.88.0.1:5000/library/busybox:1-missing": failed to resolve reference "10.88.0.1:5000/library/busybox:1-missing": 10.88.0.1:5000/library/busybox:1-missing: not found',
    hint: checkImage,
    after: 3,
  },
  {
    name: 'image-pull-back-off',
    kind: 'pod',
    message:
      'the pod cannot start: ImagePullBackOff: Back-off pulling image "10.88.0.1:5000/library/busybox:1-missing": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "10.88.0.1:5000/library/busybox:1-missing": failed to resolve reference "10.88.0.1:5000/library/busybox:1-missing": 10.88.0.1:5000/library/busybox:1-missing: not found',
    hint: checkImage,
    after: 3,
  },
  {
    name: 'pull-unauthorized',
    kind: 'pod',
    message:
      'the pod cannot start: ImagePullBackOff: Back-off pulling image "10.88.0.1:5443/kbp/private:1": ErrImagePull: failed to pull and unpack image "10.88.0.1:5443/kbp/private:1": failed to resolve reference "10.88.0.1:5443/kbp/private:1": pulling from host 10.88.0.1:5443 failed with status code [manifests 1]: 401 Unauthorized',
    hint: checkImage,
    after: 3,
  },
  {
    name: 'registry-away',
    kind: 'pod',
    message:
      'the pod cannot start: ImagePullBackOff: Back-off pulling image "127.0.0.1:9/kbp/builder:1": ErrImagePull: failed to pull and unpack image "127.0.0.1:9/kbp/builder:1": failed to resolve reference "127.0.0.1:9/kbp/builder:1": failed to do request: Head "http://127.0.0.1:9/v2/kbp/builder/manifests/1": dial tcp 127.0.0.1:9: connect: connection refused',
    hint: checkWay,
    after: 90,
  },
  {
    name: 'init-image-pull',
    kind: 'pod',
    message:
      'the pod cannot start: ImagePullBackOff: init container "first": Back-off pulling image "10.88.0.1:5000/library/busybox:1-missing": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "10.88.0.1:5000/library/busybox:1-missing": failed to resolve reference "10.88.0.1:5000/library/busybox:1-missing": 10.88.0.1:5000/library/busybox:1-missing: not found',
    hint: checkInit,
    after: 3,
  },
  {
    name: 'config-error',
    kind: 'pod',
    message: 'the pod cannot start: CreateContainerConfigError: configmap "missing" not found',
    hint: checkReferences,
    after: 10,
  },
  {
    name: 'secret-key-missing',
    kind: 'pod',
    message:
      "the pod cannot start: CreateContainerConfigError: couldn't find key token in ConfigMap default/kube-root-ca.crt",
    hint: checkReferences,
    after: 10,
  },
  {
    name: 'run-as-non-root',
    kind: 'pod',
    message:
      'the pod cannot start: CreateContainerConfigError: container has runAsNonRoot and image will run as root (pod: "record-run-as-non-root_default(49cd6818-30f3-4204-bb5a-aaae03278116)", container: builder)',
    hint: "Set runAsUser in 'pod-template' to a user that the builder can run as, or remove runAsNonRoot.",
  },
  {
    name: 'create-error',
    kind: 'pod',
    message:
      'the pod cannot start: CreateContainerError: failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/kbp/missing.json": open /var/lib/kubelet/seccomp/kbp/missing.json: no such file or directory',
    hint: "Check 'builder-command' and 'pod-template'.",
    after: 10,
  },
  {
    name: 'volume-missing',
    kind: 'pod',
    message:
      'the pod cannot start: ContainerCreating; last event: FailedMount: MountVolume.SetUp failed for volume "login" : secret "missing" not found',
    hint: checkReferences,
    after: 20,
  },
  {
    name: 'volume-not-mounted',
    kind: 'timeout',
    message:
      'the pod did not start within 300 s: ContainerCreating; last event: FailedMount: MountVolume.SetUp failed for volume "data" : hostPath type check failed: /no/such/directory is not a directory',
    hint: "Check the volumes in 'pod-template', or raise 'start-timeout'.",
    after: 300,
  },
  {
    name: 'sandbox-failed',
    kind: 'pod',
    message:
      'the pod cannot start: ContainerCreating; last event: FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "kbp-missing" is configured',
    hint: "Correct runtimeClassName in 'pod-template', or select nodes that have this runtime with 'node-selector'.",
    after: 20,
  },
  {
    name: 'memory-too-low',
    kind: 'pod',
    message:
      'the pod cannot start: ContainerCreating; last event: FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown',
    hint: "Raise 'limits.memory' in 'resources'.",
    after: 20,
  },
  {
    name: 'unschedulable',
    kind: 'timeout',
    message:
      'the pod did not start within 300 s: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    hint: "Lower the requests in 'resources', correct 'node-selector' or 'tolerations', or raise 'start-timeout' to give a cluster autoscaler more time.",
    after: 300,
  },
  {
    name: 'scheduling-gated',
    kind: 'timeout',
    message:
      'the pod did not start within 300 s: SchedulingGated: Scheduling is blocked due to non-empty scheduling gates',
    hint: "Ask the cluster administrator which controller removes the scheduling gates of the pod, or raise 'start-timeout'.",
    after: 300,
  },
];

const blank = { image: '', imageID: '', ready: false, restartCount: 0 };

function waiting(reason: string): V1PodStatus {
  return {
    containerStatuses: [
      { ...blank, name: 'builder', state: { waiting: { reason, message: 'words' } } },
    ],
  };
}

function ended(exitCode: number, reason: string, message?: string): V1PodStatus {
  const status: V1ContainerStatus = {
    ...blank,
    name: 'builder',
    state: { terminated: { exitCode, reason, ...(message !== undefined && { message }) } },
  };
  return { containerStatuses: [status] };
}

function failed(reason: string, message = 'words'): V1PodStatus {
  return { phase: 'Failed', reason, message };
}

function disrupted(reason: string): V1PodStatus {
  return {
    phase: 'Failed',
    conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'words' }],
  };
}

/** Written by hand from the sources of Kubernetes, containerd and CRI-O: a test cluster cannot produce them on demand. */
const written: readonly (End & { readonly status: V1PodStatus })[] = [
  {
    name: 'ContainerCannotRun',
    status: ended(127, 'ContainerCannotRun', 'no such file'),
    kind: 'build',
    message: 'the builder could not be started (exit code 127): no such file',
    hint: "Correct 'builder-command' or 'builder-image'.",
  },
  {
    name: 'seccomp killed',
    status: ended(159, 'seccomp killed'),
    kind: 'build',
    message: 'the builder was killed with exit code 159: its seccomp profile forbids a system call',
    hint: "Set another seccompProfile in 'pod-template'.",
  },
  {
    name: 'ContainerStatusUnknown',
    status: ended(
      137,
      'ContainerStatusUnknown',
      'The container could not be located when the pod was terminated',
    ),
    kind: 'lost',
    message:
      'the kubelet lost the status of the container before the builder ended (ContainerStatusUnknown: The container could not be located when the pod was terminated)',
    hint: tryAgain,
  },
  {
    name: 'Evicted for want of memory on the node',
    status: failed(
      'Evicted',
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 60Mi. ',
    ),
    kind: 'lost',
    message:
      'the kubelet evicted the pod before the builder ended (Evicted: The node was low on resource: memory. Threshold quantity: 100Mi, available: 60Mi.)',
    hint: "Raise 'requests.memory' in 'resources': under node pressure, the kubelet first evicts pods that use more than they request.",
  },
  {
    name: 'Evicted for want of processes on the node',
    status: failed('Evicted', 'The node was low on resource: pids. '),
    kind: 'lost',
    message:
      'the kubelet evicted the pod before the builder ended (Evicted: The node was low on resource: pids.)',
    hint: tryAgain,
  },
  {
    name: 'Evicted by a node that accepts no pods',
    status: failed('Evicted', 'Pod was rejected: The node had condition: [DiskPressure]. '),
    kind: 'lost',
    message:
      'the kubelet evicted the pod before the builder ended (Evicted: Pod was rejected: The node had condition: [DiskPressure].)',
    hint: tryAgain,
  },
  {
    name: 'TerminationByKubelet',
    status: disrupted('TerminationByKubelet'),
    kind: 'lost',
    message: 'the kubelet evicted the pod before the builder ended (TerminationByKubelet: words)',
    hint: tryAgain,
  },
  {
    name: 'NodeLost',
    status: failed('NodeLost'),
    kind: 'lost',
    message: 'the node became unreachable before the builder ended (NodeLost: words)',
    hint: tryAgain,
  },
  {
    name: 'Terminated',
    status: failed('Terminated', 'Pod was terminated in response to imminent node shutdown.'),
    kind: 'lost',
    message:
      'the node was shut down before the builder ended (Terminated: Pod was terminated in response to imminent node shutdown.)',
    hint: tryAgain,
  },
  {
    name: 'NodeShutdown',
    status: failed('NodeShutdown'),
    kind: 'lost',
    message: 'the node was shut down before the builder ended (NodeShutdown: words)',
    hint: tryAgain,
  },
  ...['OutOfmemory', 'OutOfpods', 'OutOfephemeral-storage'].map((reason) => ({
    name: reason,
    status: failed(reason),
    kind: 'lost' as const,
    message: `the node had insufficient resources for the pod, so the builder never ran (${reason}: words)`,
    hint: tryAgain,
  })),
  ...['UnexpectedAdmissionError', 'TopologyAffinityError', 'InvalidNodeInfo'].map((reason) => ({
    name: reason,
    status: failed(reason),
    kind: 'lost' as const,
    message: `the kubelet rejected the pod, so the builder never ran (${reason}: words)`,
    hint: tryAgain,
  })),
  {
    name: 'PodFeatureUnsupported',
    status: failed('PodFeatureUnsupported'),
    kind: 'build',
    message:
      'the kubelet does not support a feature of the pod, so the builder never ran (PodFeatureUnsupported: words)',
    hint: "Remove that feature from 'pod-template', or choose other nodes with 'node-selector'.",
  },
  {
    name: 'PodOSSelectorNodeLabelDoesNotMatch',
    status: failed('PodOSSelectorNodeLabelDoesNotMatch'),
    kind: 'build',
    message:
      'the node runs another operating system, so the builder never ran (PodOSSelectorNodeLabelDoesNotMatch: words)',
    hint: "Correct os in 'pod-template': builders run on linux.",
  },
  {
    name: 'AppArmor',
    status: failed('AppArmor'),
    kind: 'build',
    message: 'the kubelet rejected the pod, so the builder never ran (AppArmor: words)',
    hint: "Correct the AppArmor profile in 'pod-template'.",
  },
  {
    name: 'Evicted, and its container forgotten',
    status: {
      ...failed('Evicted', 'The node was low on resource: memory.'),
      containerStatuses: [
        {
          ...blank,
          name: 'builder',
          state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
        },
      ],
    },
    kind: 'lost',
    message:
      'the kubelet evicted the pod before the builder ended (Evicted: The node was low on resource: memory.)',
    hint: "Raise 'requests.memory' in 'resources': under node pressure, the kubelet first evicts pods that use more than they request.",
  },
  {
    name: 'a second start',
    status: {
      containerStatuses: [{ ...blank, name: 'builder', restartCount: 1, state: { running: {} } }],
    },
    kind: 'build',
    message:
      'the container was restarted before the builder ended (ContainerRestarted: the container was restarted without its stdin)',
    hint: "Remove restart policies from 'pod-template'.",
  },
  ...['ImageInspectError', 'SignatureValidationFailed'].map((reason) => ({
    name: reason,
    status: waiting(reason),
    kind: 'pod' as const,
    message: `the pod cannot start: ${reason}: words`,
    hint: checkImage,
  })),
  {
    name: 'RegistryUnavailable',
    status: waiting('RegistryUnavailable'),
    kind: 'pod',
    message: 'the pod cannot start: RegistryUnavailable: words',
    hint: checkImage,
    after: 90,
  },
  {
    name: 'RunContainerError',
    status: waiting('RunContainerError'),
    kind: 'pod',
    message: 'the pod cannot start: RunContainerError: words',
    hint: "Check 'builder-command' and 'pod-template'.",
    after: 10,
  },
  ...['CreatePodSandboxError', 'ConfigPodSandboxError'].map((reason) => ({
    name: reason,
    status: waiting(reason),
    kind: 'pod' as const,
    message: `the pod cannot start: ${reason}: words`,
    hint: 'Check the node: its container runtime or network is not ready.',
    after: 60,
  })),
  ...['PreCreateHookError', 'PreStartHookError', 'PostStartHookError'].map((reason) => ({
    name: reason,
    status: waiting(reason),
    kind: 'pod' as const,
    message: `the pod cannot start: ${reason}: words`,
    hint: "Check 'pod-template'.",
    after: 10,
  })),
  {
    name: 'CrashLoopBackOff',
    status: waiting('CrashLoopBackOff'),
    kind: 'pod',
    message: 'the pod cannot start: CrashLoopBackOff: words',
    hint: checkInit,
  },
  {
    name: 'SchedulerError',
    status: {
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'SchedulerError', message: 'words' },
      ],
    },
    kind: 'timeout',
    message: 'the pod did not start within 300 s: SchedulerError: words',
    hint: "Raise 'start-timeout', or check the node and its events.",
    after: 300,
  },
];

interface Seen {
  /** The error as the user sees it. */
  readonly sentence: unknown;
  readonly after: number;
}

/** Follows one status as an attempt does, until there is a sentence. */
async function sentenceOf(pod: V1Pod, name: string): Promise<Seen> {
  const clock = new VirtualClock();
  const startedAtMs = clock.now();
  const states = new Source<V1Pod | undefined>();
  states.push(pod);
  const wait = {
    startTimeoutMs,
    clock,
    report: () => undefined,
    events: () => Promise.resolve(recordedEvents(name)),
    problem: () => undefined,
  };
  const { signal } = new AbortController();
  const started = waitForStart(new PodFollower(states, 'builder', clock, signal), wait, signal);
  let sentence: unknown;
  try {
    const outcome = decideOutcome(await clock.until(started), undefined);
    if (outcome.kind === 'succeeded') throw new Error('nothing was sent');
    const context = {
      memoryLimit: undefined,
      timeoutMs: 3_600 * second,
      diagnosis: readKilling(recordedEvents(name)),
      isSilent: false,
    };
    sentence = visible(outcomeError(outcome, context));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    sentence = visible(error);
  }
  return { sentence, after: Math.round((clock.now() - startedAtMs) / second) };
}

test.each(recorded)('recorded: $name', async ({ name, after = 0, ...sentence }) => {
  expect(await sentenceOf(recordedPod(name), name)).toEqual({ sentence, after });
});

test.each(written)('written: $name', async ({ name, status, after = 0, ...sentence }) => {
  expect(await sentenceOf({ status }, name)).toEqual({ sentence, after });
});
