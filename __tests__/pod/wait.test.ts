import { describe, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { BuildError } from '../../src/errors.ts';
import { PodFollower } from '../../src/pod/follow.ts';
import { waitForStart } from '../../src/pod/wait.ts';
import type { PodEvent } from '../../src/ports.ts';
import { orAborted } from '../../src/time/abort.ts';
import { VirtualClock } from '../support/clock.ts';
import { visible } from '../support/failure.ts';
import { recordedPod } from '../support/pods.ts';
import { Source } from '../support/source.ts';

const second = 1_000;

/** A pod that waits for this reason. */
function waiting(reason: string, message = ''): V1Pod {
  return {
    status: {
      containerStatuses: [
        {
          name: 'builder',
          state: { waiting: { reason, message } },
          image: '',
          imageID: '',
          ready: false,
          restartCount: 0,
        },
      ],
    },
  };
}

/** A wait for a pod to start, as a test drives it. */
class Start {
  readonly clock = new VirtualClock();
  readonly states = new Source<V1Pod | undefined>();
  readonly cancel = new AbortController();
  readonly reports: string[] = [];
  /** Seconds after the beginning at which the events were read. */
  readonly eventsReadAt: number[] = [];
  events: readonly PodEvent[] | Promise<readonly PodEvent[]> = [];
  problem: BuildError | undefined;
  /** The state, what a user sees of a BuildError, or another error as it is. */
  result: unknown;
  readonly #startedAtMs = this.clock.now();

  constructor(startTimeoutMs = 300 * second) {
    const wait = {
      startTimeoutMs,
      clock: this.clock,
      report: (line: string) => {
        this.reports.push(line);
      },
      events: (signal: AbortSignal) => {
        this.eventsReadAt.push(this.seconds);
        return orAborted(Promise.resolve(this.events), signal);
      },
      problem: () => this.problem,
    };
    const follower = new PodFollower(this.states, 'builder', this.clock, this.cancel.signal);
    void waitForStart(follower, wait, this.cancel.signal).then(
      (state) => {
        this.result = state;
      },
      (error: unknown) => {
        this.result = error instanceof BuildError ? visible(error) : error;
      },
    );
  }

  get seconds(): number {
    return (this.clock.now() - this.#startedAtMs) / second;
  }

  async becomes(pod: V1Pod | undefined): Promise<void> {
    this.states.push(pod);
    await this.clock.advance(0);
  }
}

const running = { kind: 'running', node: 'lab' };
const checkImage = "Check 'builder-image' and, for a private registry, 'image-pull-secrets'.";
const checkWay =
  "The node cannot reach the registry: mirror the builder image to a registry that it can reach, and set 'builder-image' to the mirror.";

test('ends when the builder runs, and reports each reason once', async () => {
  const start = new Start();
  await start.becomes({});
  await start.becomes(recordedPod('unschedulable'));
  await start.clock.advance(60 * second);
  await start.becomes(recordedPod('unschedulable'));
  await start.becomes(recordedPod('container-creating'));
  expect(start.result).toBeUndefined();
  await start.becomes(recordedPod('running'));
  expect(start.result).toEqual(running);
  expect(start.reports).toEqual([
    'waiting: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    'waiting: ContainerCreating',
  ]);
  expect(start.clock.sleeping).toBe(0);
});

test('reports a failed pull once, also if its reason alternates', async () => {
  const start = new Start();
  const refused = 'dial tcp 127.0.0.1:9: connect: connection refused';
  const backOff = `Back-off pulling image "127.0.0.1:9/x": ErrImagePull: ${refused}`;
  for (let tries = 0; tries < 3; tries += 1) {
    await start.becomes(waiting('ErrImagePull', refused));
    await start.clock.advance(second);
    await start.becomes(waiting('ImagePullBackOff', backOff));
    await start.clock.advance(2 * second);
  }
  await start.becomes(waiting('CreateContainerError', 'name in use'));
  await start.becomes(recordedPod('running'));
  expect(start.result).toEqual(running);
  expect(start.reports).toEqual([
    `waiting: ErrImagePull: ${refused}`,
    'waiting: CreateContainerError: name in use',
  ]);
});

test.each([
  { name: 'completed', kind: 'ended' },
  { name: 'exit-7', kind: 'ending' },
  { name: 'evicted', kind: 'lost' },
])('a pod that was too quick to be seen running has started: $name', async ({ name, kind }) => {
  const start = new Start();
  await start.becomes(recordedPod(name));
  expect(start.result).toMatchObject({ kind });
});

test('ends when the pod is deleted', async () => {
  const start = new Start();
  await start.becomes(undefined);
  expect(start.result).toEqual({ kind: 'gone' });
});

describe('a hopeless state', () => {
  test('fails at once for a reason without a time limit', async () => {
    const start = new Start();
    await start.becomes(recordedPod('image-never-pull'));
    expect(start.result).toEqual({
      kind: 'pod',
      message:
        'the pod cannot start: ErrImageNeverPull: Container image "10.88.0.1:5000/library/busybox:1-missing" is not present with pull policy of Never',
      hint: checkImage,
    });
    expect(start.seconds).toBe(0);
  });

  test('fails when its time limit is over, not before', async () => {
    const start = new Start();
    await start.becomes(recordedPod('config-error'));
    await start.clock.advance(10 * second - 1);
    expect(start.result).toBeUndefined();
    await start.clock.advance(1);
    expect(start.result).toEqual({
      kind: 'pod',
      message: 'the pod cannot start: CreateContainerConfigError: configmap "missing" not found',
      hint: "Create the Secret or ConfigMap that the pod names, or correct 'pod-template' and 'registry-secret'.",
    });
  });

  test('does not restart its time limit for another reason of the same kind', async () => {
    const start = new Start();
    await start.becomes(waiting('ErrImagePull', 'connection refused'));
    await start.clock.advance(60 * second);
    await start.becomes(waiting('ImagePullBackOff', 'connection refused'));
    await start.clock.advance(30 * second - 1);
    expect(start.result).toBeUndefined();
    await start.clock.advance(1);
    expect(start.result).toMatchObject({
      message: 'the pod cannot start: ImagePullBackOff: connection refused',
    });
  });

  test('restarts its time limit after a reason that can change by itself', async () => {
    const start = new Start();
    await start.becomes(waiting('CreateContainerError', 'name in use'));
    await start.clock.advance(9 * second);
    await start.becomes(waiting('ContainerCreating'));
    await start.clock.advance(9 * second);
    await start.becomes(waiting('CreateContainerError', 'name in use'));
    await start.clock.advance(9 * second);
    expect(start.result).toBeUndefined();
    await start.becomes(recordedPod('running'));
    expect(start.result).toEqual(running);
  });

  test('is limited by start-timeout too', async () => {
    const start = new Start(20 * second);
    await start.becomes(waiting('ErrImagePull', 'connection refused'));
    await start.clock.advance(20 * second);
    expect(start.result).toEqual({
      kind: 'timeout',
      message: 'the pod did not start within 20 s: ErrImagePull: connection refused',
      hint: checkWay,
    });
  });
});

describe('start-timeout', () => {
  test('ends the wait with the last state', async () => {
    const start = new Start(90 * second);
    await start.becomes(recordedPod('unschedulable'));
    await start.clock.advance(90 * second - 1);
    expect(start.result).toBeUndefined();
    await start.clock.advance(1);
    expect(start.result).toEqual({
      kind: 'timeout',
      message:
        'the pod did not start within 90 s: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      hint: "Lower the requests in 'resources', correct 'node-selector' or 'tolerations', or raise 'start-timeout' to give a cluster autoscaler more time.",
    });
    expect(start.eventsReadAt).toEqual([]);
  });

  test('has a hint of its own for ephemeral storage, which has a default request', async () => {
    const start = new Start(90 * second);
    const pod = recordedPod('unschedulable');
    const text = JSON.stringify(pod).replace('Insufficient cpu', 'Insufficient ephemeral-storage');
    await start.becomes(JSON.parse(text) as V1Pod);
    await start.clock.advance(90 * second);
    expect(start.result).toMatchObject({
      hint: "Set a smaller requests.ephemeral-storage in 'resources', whose default is 1Gi, or 0 if the nodes do not report their storage; or raise 'start-timeout'.",
    });
  });

  test('is not extended by changes', async () => {
    const start = new Start(30 * second);
    for (let change = 0; change < 30; change += 1) {
      await start.becomes(waiting(`Reason${String(change)}`));
      await start.clock.advance(second);
    }
    expect(start.result).toMatchObject({
      message: 'the pod did not start within 30 s: Reason29',
    });
  });
});

const noUserNamespaces =
  "Remove 'host-users', or use 'node-selector' to select nodes that support user namespaces: Linux 6.3 or later, and for example containerd 2.0 with runc 1.2.";

test('a container that cannot get a user namespace fails with a hint of its own', async () => {
  const start = new Start();
  const message =
    'snapshotter "overlayfs" doesn\'t support idmap mounts on this host, configure `slow_chown` to allow a slower and expensive fallback';
  await start.becomes(waiting('CreateContainerError', message));
  await start.clock.advance(10 * second);
  expect(start.result).toMatchObject({ kind: 'pod', hint: noUserNamespaces });
});

describe('events', () => {
  const scheduled = { type: 'Normal', reason: 'Scheduled', message: 'to lab' };
  const noRoom = { type: 'Warning', reason: 'FailedScheduling', message: '0/1 nodes' };
  const notMounted = { type: 'Warning', reason: 'FailedMount', message: 'timed out' };
  const secretMissing = {
    type: 'Warning',
    reason: 'FailedMount',
    message: 'secret "ca" not found',
  };

  test('are read at growing intervals while a container is being created, and reported once', async () => {
    const start = new Start(100 * second);
    await start.becomes(recordedPod('container-creating'));
    start.events = [noRoom, scheduled];
    await start.clock.advance(20 * second);
    start.events = [...start.events, notMounted];
    await start.clock.advance(80 * second);
    expect(start.eventsReadAt).toEqual([10, 20, 40, 80]);
    expect(start.reports).toEqual(['waiting: ContainerCreating', 'event: FailedMount: timed out']);
    expect(start.result).toEqual({
      kind: 'timeout',
      message:
        'the pod did not start within 100 s: ContainerCreating; last event: FailedMount: timed out',
      hint: "Check the volumes in 'pod-template', or raise 'start-timeout'.",
    });
  });

  test('end the wait for a pod that cannot get a user namespace', async () => {
    const start = new Start();
    await start.becomes(recordedPod('container-creating'));
    const message =
      "Failed to create pod sandbox: can't set `spec.hostUsers: false`, runtime does not support user namespaces";
    start.events = [scheduled, { type: 'Warning', reason: 'FailedCreatePodSandBox', message }];
    await start.clock.advance(20 * second);
    expect(start.result).toEqual({
      kind: 'pod',
      message: `the pod cannot start: ContainerCreating; last event: FailedCreatePodSandBox: ${message}`,
      hint: noUserNamespaces,
    });
  });

  test('end the wait when the same warning is found twice and cannot resolve by itself', async () => {
    const start = new Start();
    await start.becomes(recordedPod('container-creating'));
    start.events = [secretMissing];
    await start.clock.advance(20 * second - 1);
    expect(start.result).toBeUndefined();
    await start.clock.advance(1);
    expect(start.result).toMatchObject({
      kind: 'pod',
      message:
        'the pod cannot start: ContainerCreating; last event: FailedMount: secret "ca" not found',
    });
  });

  test('do not end the wait when the missing object is created in time', async () => {
    const start = new Start();
    await start.becomes(recordedPod('container-creating'));
    start.events = [secretMissing];
    await start.clock.advance(19 * second);
    await start.becomes(recordedPod('running'));
    expect(start.result).toEqual(running);
  });

  test('are read from ten seconds after the pod is scheduled', async () => {
    const start = new Start();
    await start.becomes(recordedPod('unschedulable'));
    await start.clock.advance(60 * second);
    await start.becomes(recordedPod('container-creating'));
    await start.clock.advance(10 * second);
    expect(start.eventsReadAt).toEqual([70]);
  });

  test('are not read when the pod starts in time', async () => {
    const start = new Start();
    await start.becomes(recordedPod('container-creating'));
    await start.clock.advance(9 * second);
    await start.becomes(recordedPod('running'));
    expect(start.eventsReadAt).toEqual([]);
  });
});

test('throws the reason of its signal', async () => {
  const start = new Start();
  await start.becomes(recordedPod('container-creating'));
  const reason = new Error('cancelled');
  start.cancel.abort(reason);
  await start.clock.advance(0);
  expect(start.result).toBe(reason);
  expect(start.clock.sleeping).toBe(0);
});

test('throws the error of the source of states', async () => {
  const start = new Start();
  const failure = new Error('the watch is refused');
  start.states.fail(failure);
  await start.clock.advance(0);
  expect(start.result).toBe(failure);
  expect(start.clock.sleeping).toBe(0);
});

test('reports at start-timeout that the pod status is unavailable', async () => {
  const start = new Start(240 * second);
  await start.becomes({});
  start.problem = new BuildError('cluster', 'following pod "kbp-x" failed: no answer', {
    hint: 'Check the network.',
  });
  await start.clock.advance(240 * second);
  expect(start.result).toEqual({
    kind: 'timeout',
    message:
      'the pod status was unavailable, so it is unknown whether the pod started within 240 s: following pod "kbp-x" failed: no answer',
    hint: 'Check the network.',
  });
});

describe('events that cannot be read', () => {
  const never = new Promise<readonly PodEvent[]>(() => undefined);

  test('do not delay the upload to a pod that has started', async () => {
    const start = new Start();
    start.events = never;
    await start.becomes(recordedPod('container-creating'));
    await start.clock.advance(11 * second);
    expect(start.eventsReadAt).toEqual([10]);
    await start.becomes(recordedPod('running'));
    expect(start.result).toEqual(running);
    expect(start.clock.sleeping).toBe(0);
  });

  test('do not delay the start timeout', async () => {
    const start = new Start(20 * second);
    start.events = never;
    await start.becomes(recordedPod('container-creating'));
    await start.clock.advance(20 * second);
    expect(start.result).toMatchObject({ kind: 'timeout' });
  });
});
