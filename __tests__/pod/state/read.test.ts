import { expect, test } from '@jest/globals';
import type { V1ContainerState, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import {
  describePodState,
  hasEnded,
  isFinal,
  type EndedState,
  type LostState,
  type PodState,
} from '../../../src/pod/state/state.ts';
import { readPodState } from '../../../src/pod/state/read.ts';
import { recordedPod } from '../../support/pods.ts';

const checkImage = "Check 'builder-image' and, for a private registry, 'image-pull-secrets'.";
const mirrorImage =
  "The node cannot reach the registry: mirror the builder image to a registry that it can reach, and set 'builder-image' to the mirror.";
const ended = { exitCode: 7, reason: 'Error', message: '', node: 'lab' };
const missingImage =
  'rpc error: code = NotFound desc = failed to pull and unpack image "10.88.0.1:5000/library/busybox:1-missing": failed to resolve reference "10.88.0.1:5000/library/busybox:1-missing": 10.88.0.1:5000/library/busybox:1-missing: not found';

const recorded: readonly { name: string; expected: PodState }[] = [
  { name: 'running', expected: { kind: 'running', node: 'lab' } },
  { name: 'node-not-ready', expected: { kind: 'running', node: 'lab', isNodeNotReady: true } },
  {
    // The phase is older: still Pending.
    name: 'completed',
    expected: { kind: 'ended', exitCode: 0, reason: 'Completed', message: 'done\n', node: 'lab' },
  },
  {
    // The phase is still Running: the reason may follow with it.
    name: 'exit-7',
    expected: {
      kind: 'ending',
      end: { kind: 'ended', exitCode: 7, reason: 'Error', message: '', node: 'lab' },
    },
  },
  {
    name: 'oom-killed',
    expected: {
      kind: 'ending',
      end: {
        kind: 'ended',
        exitCode: 137,
        reason: 'OOMKilled',
        message: '',
        node: 'lab',
        memoryLimit: '16Mi',
      },
    },
  },
  {
    name: 'start-error',
    expected: {
      kind: 'ending',
      end: {
        kind: 'ended',
        exitCode: 128,
        reason: 'StartError',
        message:
          'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/no/such/command": stat /no/such/command: no such file or directory: unknown',
        node: 'lab',
      },
    },
  },
  {
    name: 'container-creating',
    expected: { kind: 'starting', reason: 'ContainerCreating', message: '' },
  },
  {
    name: 'unschedulable',
    expected: {
      kind: 'starting',
      reason: 'Unschedulable',
      message:
        '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    },
  },
  {
    name: 'err-image-pull',
    expected: {
      kind: 'stuck',
      reason: 'ErrImagePull',
      message: missingImage,
      patienceMs: 3_000,
      hint: checkImage,
    },
  },
  {
    name: 'image-pull-back-off',
    expected: {
      kind: 'stuck',
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "10.88.0.1:5000/library/busybox:1-missing": ErrImagePull: ${missingImage}`,
      patienceMs: 3_000,
      hint: checkImage,
    },
  },
  {
    name: 'image-never-pull',
    expected: {
      kind: 'stuck',
      reason: 'ErrImageNeverPull',
      message:
        'Container image "10.88.0.1:5000/library/busybox:1-missing" is not present with pull policy of Never',
      patienceMs: 0,
      hint: checkImage,
    },
  },
  {
    name: 'invalid-image-name',
    expected: {
      kind: 'stuck',
      reason: 'InvalidImageName',
      message:
        'Failed to apply default image tag "UPPER/CASE:1": couldn\'t parse image name "UPPER/CASE:1": invalid reference format: repository name (CASE) must be lowercase',
      patienceMs: 0,
      hint: "Correct 'builder-image'.",
    },
  },
  {
    name: 'config-error',
    expected: {
      kind: 'stuck',
      reason: 'CreateContainerConfigError',
      message: 'configmap "missing" not found',
      patienceMs: 10_000,
      hint: "Create the Secret or ConfigMap that the pod names, or correct 'pod-template' and 'registry-secret'.",
    },
  },
  {
    name: 'init-failed',
    expected: {
      kind: 'lost',
      reason: 'InitContainerFailed',
      message: 'init container "first" ended with exit code 3 (Error)',
    },
  },
  {
    name: 'deadline-exceeded',
    expected: {
      kind: 'lost',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    },
  },
  {
    name: 'evicted',
    expected: {
      kind: 'lost',
      reason: 'Evicted',
      message: 'Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ',
    },
  },
  {
    name: 'deleted',
    expected: { kind: 'lost', reason: 'Deleted', message: 'another client deleted the pod' },
  },
];

test.each(recorded)('reads the recorded pod $name', ({ name, expected }) => {
  expect(readPodState(recordedPod(name), 'builder')).toEqual(expected);
});

test('a deleted pod no longer exists', () => {
  expect(readPodState(undefined, 'builder')).toEqual({ kind: 'gone' });
});

interface Written {
  readonly builder?: V1ContainerState;
  readonly status?: V1PodStatus;
  readonly deleted?: boolean;
  readonly restarts?: number;
}

/** A pod in a state that a cluster does not show on demand. */
function pod({ builder, status, deleted, restarts = 0 }: Written): V1Pod {
  return {
    metadata:
      deleted === true
        ? { deletionTimestamp: '2026-01-01T00:00:31Z' as never, deletionGracePeriodSeconds: 30 }
        : {},
    spec: { nodeName: 'lab', containers: [], activeDeadlineSeconds: 60 },
    status: {
      ...status,
      ...(builder !== undefined && {
        containerStatuses: [
          {
            name: 'builder',
            state: builder,
            image: '',
            imageID: '',
            ready: false,
            restartCount: restarts,
          },
        ],
      }),
    },
  };
}

const disrupted: V1PodStatus = {
  conditions: [
    {
      type: 'DisruptionTarget',
      status: 'True',
      lastTransitionTime: '2026-01-01T00:00:01Z' as never,
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    },
  ],
};
const killed: V1ContainerState = { terminated: { exitCode: 137, reason: 'Error' } };
const exited: V1ContainerState = { terminated: { exitCode: 0, reason: 'Completed' } };
/** Ended by itself, a second before the disruption, deletion or deadline of the pods here. */
const exitedBefore: V1ContainerState = {
  terminated: { exitCode: 0, reason: 'Completed', finishedAt: '2026-01-01T00:00:00Z' as never },
};
/** Ended with exit code 0, but only after SIGTERM. */
const exitedAfter: V1ContainerState = {
  terminated: { exitCode: 0, reason: 'Completed', finishedAt: '2026-01-01T00:00:01Z' as never },
};
const succeeded: PodState = { ...ended, kind: 'ended', exitCode: 0, reason: 'Completed' };
const running: V1ContainerState = { running: {} };
const forgotten: V1ContainerState = {
  terminated: {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located',
  },
};
const nodeLost: LostState = {
  kind: 'lost',
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located',
};

const restarted: LostState = {
  kind: 'lost',
  reason: 'ContainerRestarted',
  message: 'the container was restarted without its stdin',
};

const written: readonly (Written & { name: string; expected: PodState })[] = [
  {
    name: 'a new pod without any status is pending',
    expected: { kind: 'starting', reason: 'Pending', message: '' },
  },
  {
    name: 'a scheduled pod that the kubelet has not touched',
    status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
    expected: { kind: 'starting', reason: 'Scheduled', message: '' },
  },
  {
    name: 'a pod with a scheduling gate',
    status: {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
    },
    expected: { kind: 'starting', reason: 'SchedulingGated', message: '' },
  },
  {
    name: 'an unknown waiting reason does not stop the start',
    builder: { waiting: { reason: 'NewInThisVersion', message: 'hm' } },
    expected: { kind: 'starting', reason: 'NewInThisVersion', message: 'hm' },
  },
  {
    name: 'an unreachable registry has 90 seconds',
    builder: { waiting: { reason: 'ErrImagePull', message: 'dial tcp: connection refused' } },
    expected: {
      kind: 'stuck',
      reason: 'ErrImagePull',
      message: 'dial tcp: connection refused',
      patienceMs: 90_000,
      hint: mirrorImage,
    },
  },
  {
    name: 'a rejected pull has three seconds',
    builder: { waiting: { reason: 'ImagePullBackOff', message: 'failed: 401 Unauthorized' } },
    expected: {
      kind: 'stuck',
      reason: 'ImagePullBackOff',
      message: 'failed: 401 Unauthorized',
      patienceMs: 3_000,
      hint: checkImage,
    },
  },
  {
    name: 'the text not found has no effect outside of a pull',
    builder: { waiting: { reason: 'CreateContainerError', message: 'not found' } },
    expected: {
      kind: 'stuck',
      reason: 'CreateContainerError',
      message: 'not found',
      patienceMs: 10_000,
      hint: "Check 'builder-command' and 'pod-template'.",
    },
  },
  {
    name: 'an init container whose image cannot be pulled',
    builder: { waiting: { reason: 'PodInitializing' } },
    status: {
      initContainerStatuses: [
        {
          name: 'first',
          state: { waiting: { reason: 'ErrImageNeverPull', message: 'not present' } },
          image: '',
          imageID: '',
          ready: false,
          restartCount: 0,
        },
      ],
    },
    expected: {
      kind: 'stuck',
      reason: 'ErrImageNeverPull',
      message: 'init container "first": not present',
      patienceMs: 0,
      hint: "Correct the init containers of 'pod-template'.",
    },
  },
  {
    name: 'an evicted pod whose container was killed is lost, not failed',
    builder: killed,
    status: disrupted,
    deleted: true,
    expected: { kind: 'lost', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
  },
  {
    name: 'an evicted pod whose container had succeeded before has succeeded',
    builder: exitedBefore,
    status: disrupted,
    deleted: true,
    expected: succeeded,
  },
  {
    name: 'an evicted pod whose container had failed before has failed',
    builder: {
      terminated: {
        exitCode: 7,
        reason: 'Error',
        finishedAt: '2026-01-01T00:00:00Z' as never,
      },
    },
    status: disrupted,
    deleted: true,
    expected: {
      kind: 'ending',
      end: { ...ended, kind: 'ended', exitCode: 7, reason: 'Error' },
    },
  },
  {
    name: 'an eviction by the kubelet has no time, so a success before it is not confirmed',
    builder: exitedBefore,
    status: {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'low on resource',
      conditions: (disrupted.conditions ?? []).map((condition) => ({
        ...condition,
        reason: 'TerminationByKubelet',
      })),
    },
    expected: { kind: 'lost', reason: 'Evicted', message: 'low on resource' },
  },
  {
    name: 'a disrupted pod is lost while its container still runs',
    builder: running,
    status: { ...disrupted, phase: 'Running' },
    expected: { kind: 'lost', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
  },
  {
    name: 'a disruption condition with status False has no effect',
    builder: running,
    status: { conditions: [{ type: 'DisruptionTarget', status: 'False', reason: 'Preempting' }] },
    expected: { kind: 'running', node: 'lab' },
  },
  {
    name: 'the reason of an evicted pod has priority over its disruption condition',
    builder: killed,
    status: { ...disrupted, phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    expected: { kind: 'lost', reason: 'Evicted', message: 'low on memory' },
  },
  {
    name: 'an evicted pod whose container exited with 0 after SIGTERM is lost',
    builder: exitedAfter,
    status: disrupted,
    deleted: true,
    expected: { kind: 'lost', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
  },
  {
    name: 'a container that exited with 0 before the deadline has succeeded',
    builder: exitedBefore,
    status: {
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      startTime: '2025-12-31T23:59:01Z' as never,
    },
    expected: succeeded,
  },
  {
    name: 'a container that exited with 0 at the deadline is lost',
    builder: exitedAfter,
    status: {
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      startTime: '2025-12-31T23:59:01Z' as never,
    },
    expected: { kind: 'lost', reason: 'DeadlineExceeded', message: '' },
  },
  {
    name: 'an evicted pod whose container exited with 0 at an unknown time is lost',
    builder: exited,
    status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    expected: { kind: 'lost', reason: 'Evicted', message: 'low on memory' },
  },
  {
    name: 'a deleted pod whose container had succeeded before has succeeded',
    builder: exitedBefore,
    deleted: true,
    expected: succeeded,
  },
  {
    name: 'a deleted pod whose container exited with 0 after SIGTERM is lost',
    builder: exitedAfter,
    deleted: true,
    expected: { kind: 'lost', reason: 'Deleted', message: 'another client deleted the pod' },
  },
  {
    name: 'a restarted container is lost with any exit code',
    builder: exited,
    restarts: 1,
    status: { phase: 'Failed' },
    expected: restarted,
  },
  {
    name: 'a restarted container that runs again is lost at once',
    builder: running,
    restarts: 1,
    status: { phase: 'Running' },
    expected: restarted,
  },
  {
    name: 'the reason of a restart may follow while the container does not run again',
    builder: { waiting: { reason: 'CrashLoopBackOff' } },
    restarts: 1,
    status: { phase: 'Running' },
    expected: { kind: 'ending', end: restarted },
  },
  {
    name: 'a container whose status is unknown is lost',
    builder: forgotten,
    status: { phase: 'Failed' },
    expected: nodeLost,
  },
  {
    name: 'the reason of an unknown status may follow with the phase',
    builder: forgotten,
    status: { phase: 'Running' },
    expected: { kind: 'ending', end: nodeLost },
  },
  {
    name: 'an evicted pod whose container status is unknown was evicted',
    builder: forgotten,
    status: { ...disrupted, phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    restarts: 1,
    expected: { kind: 'lost', reason: 'Evicted', message: 'low on memory' },
  },
  {
    name: 'the reason of a killed container may follow with the phase',
    builder: killed,
    status: { phase: 'Running' },
    expected: { kind: 'ending', end: { ...ended, kind: 'ended', exitCode: 137 } },
  },
  {
    name: 'a failed pod without a reason failed because of its container',
    builder: killed,
    status: { phase: 'Failed' },
    expected: { ...ended, kind: 'ended', exitCode: 137 },
  },
  {
    name: 'a succeeded pod without an exit code of the builder is lost',
    status: { phase: 'Succeeded' },
    expected: { kind: 'lost', reason: 'Succeeded', message: 'the builder has no exit code' },
  },
  {
    name: 'a failed pod without an exit code of the builder has the message of its status',
    status: { phase: 'Failed', message: 'the node said no' },
    expected: { kind: 'lost', reason: 'Failed', message: 'the node said no' },
  },
];

test.each(written)('$name', ({ expected, ...given }) => {
  expect(readPodState(pod(given), 'builder')).toEqual(expected);
});

test('reads the state of the builder, not that of a sidecar', () => {
  const base = { image: '', imageID: '', ready: true, restartCount: 0 };
  const status = (sidecar: V1ContainerState, builder: V1ContainerState): V1Pod => ({
    ...pod({}),
    status: {
      phase: 'Running',
      containerStatuses: [
        { ...base, name: 'sidecar', state: sidecar },
        { ...base, name: 'builder', state: builder },
      ],
    },
  });
  expect(readPodState(status(running, exited), 'builder')).toEqual(succeeded);
  // An eviction stops all containers: no reason can follow.
  expect(readPodState(status(running, killed), 'builder')).toEqual({
    ...succeeded,
    exitCode: 137,
    reason: 'Error',
  });
  expect(
    readPodState(status({ waiting: { reason: 'ErrImagePull' } }, killed), 'builder'),
  ).toMatchObject({ kind: 'ended', exitCode: 137 });
  expect(readPodState(status(exited, running), 'builder')).toEqual({
    kind: 'running',
    node: 'lab',
  });
});

const exitState: EndedState = { kind: 'ended', ...ended };

test.each<{ state: PodState; final: boolean; over?: boolean; text: string }>([
  {
    state: { kind: 'starting', reason: 'Unschedulable', message: '0/1 nodes' },
    final: false,
    text: 'Unschedulable: 0/1 nodes',
  },
  { state: { kind: 'starting', reason: 'Pending', message: '' }, final: false, text: 'Pending' },
  {
    state: { kind: 'stuck', reason: 'ErrImagePull', message: 'no', patienceMs: 0, hint: '' },
    final: false,
    text: 'ErrImagePull: no',
  },
  { state: { kind: 'running', node: 'lab' }, final: false, text: 'running on node lab' },
  { state: { kind: 'running', node: '' }, final: false, text: 'running' },
  {
    state: { kind: 'running', node: 'lab', isNodeNotReady: true },
    final: false,
    text: 'running on node lab, which is NotReady',
  },
  {
    state: { kind: 'ending', end: exitState },
    final: false,
    over: true,
    text: 'ended with exit code 7 (Error)',
  },
  { state: exitState, final: true, text: 'ended with exit code 7 (Error)' },
  { state: { kind: 'lost', reason: 'Evicted', message: 'x' }, final: true, text: 'Evicted: x' },
  { state: { kind: 'gone' }, final: true, text: 'deleted' },
])('describes a state of kind $state.kind as "$text"', ({ state, final, over = final, text }) => {
  expect(describePodState(state)).toBe(text);
  expect(isFinal(state)).toBe(final);
  expect(hasEnded(state)).toBe(over);
});

/** Times of a node whose clock is this many seconds slow; the pod was created and scheduled at 23:59:50. */
function onSlowNode(slowBy: number, loss: Written): V1Pod {
  const at = (seconds: number): never => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)) as never;
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: at(-10) };
  const terminated = { exitCode: 0, reason: 'Completed', finishedAt: at(4 - slowBy) };
  const found = pod({ ...loss, builder: { terminated } });
  const conditions = [scheduled, ...(found.status?.conditions ?? [])];
  return {
    ...found,
    metadata: { ...found.metadata, creationTimestamp: at(-10) },
    status: { ...found.status, conditions, startTime: at(-10 - slowBy) },
  };
}

test.each([
  { name: 'deleted', loss: { deleted: true }, reason: 'Deleted' },
  { name: 'evicted', loss: { deleted: true, status: disrupted }, reason: 'EvictionByEvictionAPI' },
])(
  'a container with exit code 0 after its pod was $name is lost, also if the clock of the node is slow',
  ({ loss, reason }) => {
    for (const slowBy of [0, 1, 2, 3, 5, 60, 7_200]) {
      const state = readPodState(onSlowNode(slowBy, loss), 'builder');
      expect([slowBy, state.kind, state.kind === 'lost' && state.reason]).toEqual([
        slowBy,
        'lost',
        reason,
      ]);
    }
  },
);
