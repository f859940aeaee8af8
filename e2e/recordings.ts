// The pods that record-pods.ts creates: how to cause each state on a real cluster, and how to detect it.
import type { V1Container, V1ContainerState, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { evict, loseContainer, loseShim, withTaint } from './accidents.ts';
import { kubectl, runProgram } from './kubectl.ts';

/** The environment of the recordings, in addition to kubectl. */
export interface RecordingPlace {
  readonly namespace: string;
  readonly image: string;
  /** A registry that refuses requests without credentials. */
  readonly closedRegistry: string | undefined;
  /** See KBP_LAB in CONTRIBUTING.md. */
  readonly lab: string | undefined;
  /** Address of containerd, for changes that only the runtime can make to a container. */
  readonly containerd: string | undefined;
}

export interface Recording {
  readonly spec?: Partial<V1PodSpec>;
  readonly container?: Partial<V1Container>;
  readonly when: (pod: V1Pod) => boolean;
  /** Reason of an event that is recorded with the pod. The recording waits for it. */
  readonly event?: string;
  readonly before?: () => Promise<unknown>;
  /** Called when the container is running. */
  readonly then?: (pod: V1Pod) => Promise<unknown>;
  /** Undoes what `before` and `then` did. */
  readonly finally?: () => Promise<unknown>;
  /** The reason why this environment cannot record it. */
  readonly missing?: string | undefined;
}

const second = 1_000;

function builder(pod: V1Pod): V1ContainerState | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === 'builder')?.state;
}

function waiting(reason: string): Recording['when'] {
  return (pod) => builder(pod)?.waiting?.reason === reason;
}

function terminated(pod: V1Pod): boolean {
  return builder(pod)?.terminated !== undefined;
}

function running(pod: V1Pod): boolean {
  return builder(pod)?.running !== undefined;
}

function hasReason(reason: string): Recording['when'] {
  return (pod) => pod.status?.reason === reason;
}

function disrupted(reason: string): Recording['when'] {
  return (pod) =>
    pod.status?.conditions?.some(
      (condition) => condition.type === 'DisruptionTarget' && condition.reason === reason,
    ) ?? false;
}

function script(text: string): Partial<V1Container> {
  return { command: ['sh', '-c', text] };
}

/** A container that ignores SIGTERM, so that its pod still exists after it was deleted or evicted. */
const stubborn: Pick<Recording, 'spec' | 'container'> = {
  spec: { terminationGracePeriodSeconds: 5 },
  container: script('trap "" TERM; sleep 300; sleep 300'),
};

function secretVolume(name: string): Pick<Recording, 'spec' | 'container'> {
  return {
    spec: { volumes: [{ name: 'login', secret: { secretName: name } }] },
    container: { volumeMounts: [{ name: 'login', mountPath: '/login' }] },
  };
}

export function allRecordings(place: RecordingPlace): Readonly<Record<string, Recording>> {
  const { namespace, image } = place;
  const inNamespace = ['--namespace', namespace];
  const needsLab = place.lab === undefined ? 'KBP_LAB is not set' : undefined;
  const needsRuntime = place.containerd === undefined ? 'KBP_CONTAINERD is not set' : needsLab;
  const lab = (...args: readonly string[]): Promise<string> => runProgram(place.lab ?? '', args);
  const remove = (...args: readonly string[]): Promise<string> =>
    kubectl([
      'delete',
      ...args,
      '--ignore-not-found',
      '--wait=true',
      '--grace-period=0',
      '--force',
    ]);

  const roomy: Partial<V1Container> = { resources: { requests: { cpu: '1200m' } } };
  const onPort: Partial<V1Container> = { ports: [{ containerPort: 80, hostPort: 8080 }] };

  /** A second pod that competes with the recorded one: together they request more than a node of two cores has. */
  const rival = (spec: Partial<V1PodSpec>, container = roomy): Promise<string> =>
    kubectl(['create', ...inNamespace, '--filename', '-'], {
      input: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'record-rival' },
        spec: {
          restartPolicy: 'Never',
          ...spec,
          containers: [{ name: 'rival', image, ...container, ...script('sleep 60') }],
        },
      }),
    });
  const removeRival = (): Promise<unknown> => remove('pod', 'record-rival', ...inNamespace);

  return {
    running: { container: script('sleep 60'), when: running },
    completed: { container: script('echo done >/dev/termination-log'), when: terminated },
    'exit-7': { container: script('echo last words; exit 7'), when: terminated },
    'oom-killed': {
      container: {
        ...script('x=a; while true; do x=$x$x$x$x; done'),
        resources: { limits: { memory: '16Mi' } },
      },
      when: terminated,
    },
    'start-error': { container: { command: ['/no/such/command'] }, when: terminated },
    'post-start-hook': {
      container: {
        ...script('sleep 60'),
        lifecycle: { postStart: { exec: { command: ['sh', '-c', 'echo no luck; exit 3'] } } },
      },
      when: terminated,
      event: 'FailedPostStartHook',
    },
    'err-image-pull': { container: { image: `${image}-missing` }, when: waiting('ErrImagePull') },
    'image-pull-back-off': {
      container: { image: `${image}-missing` },
      when: waiting('ImagePullBackOff'),
    },
    'pull-unauthorized': {
      container: { image: `${place.closedRegistry ?? ''}/kbp/private:1` },
      when: waiting('ImagePullBackOff'),
      missing: place.closedRegistry === undefined ? 'KBP_TLS_REGISTRY is not set' : undefined,
    },
    'registry-away': {
      container: { image: '127.0.0.1:9/kbp/builder:1' },
      when: waiting('ImagePullBackOff'),
    },
    'invalid-image-name': {
      container: { image: 'UPPER/CASE:1' },
      when: waiting('InvalidImageName'),
    },
    'image-never-pull': {
      container: { image: `${image}-missing`, imagePullPolicy: 'Never' },
      when: waiting('ErrImageNeverPull'),
    },
    'config-error': {
      container: {
        env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'missing', key: 'x' } } }],
      },
      when: waiting('CreateContainerConfigError'),
    },
    'secret-key-missing': {
      // The recorded state is the same for a ConfigMap without the key, and every namespace has this ConfigMap.
      container: {
        env: [
          {
            name: 'X',
            valueFrom: { configMapKeyRef: { name: 'kube-root-ca.crt', key: 'token' } },
          },
        ],
      },
      when: waiting('CreateContainerConfigError'),
    },
    'run-as-non-root': {
      container: { securityContext: { runAsNonRoot: true } },
      when: waiting('CreateContainerConfigError'),
    },
    'create-error': {
      container: {
        securityContext: {
          seccompProfile: { type: 'Localhost', localhostProfile: 'kbp/missing.json' },
        },
      },
      when: waiting('CreateContainerError'),
    },
    'container-creating': { ...secretVolume('missing'), when: waiting('ContainerCreating') },
    'volume-missing': {
      ...secretVolume('missing'),
      when: waiting('ContainerCreating'),
      event: 'FailedMount',
    },
    'volume-not-mounted': {
      spec: {
        volumes: [{ name: 'data', hostPath: { path: '/no/such/directory', type: 'Directory' } }],
      },
      container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
      when: waiting('ContainerCreating'),
      event: 'FailedMount',
    },
    'sandbox-failed': {
      spec: { runtimeClassName: 'kbp-missing' },
      when: waiting('ContainerCreating'),
      event: 'FailedCreatePodSandBox',
      before: () =>
        kubectl(['create', '--filename', '-'], {
          input: JSON.stringify({
            apiVersion: 'node.k8s.io/v1',
            kind: 'RuntimeClass',
            metadata: { name: 'kbp-missing' },
            handler: 'kbp-missing',
          }),
        }),
      finally: () => remove('runtimeclass', 'kbp-missing'),
    },
    'memory-too-low': {
      container: { resources: { limits: { memory: '1Mi' } } },
      when: waiting('ContainerCreating'),
      event: 'FailedCreatePodSandBox',
    },
    unschedulable: {
      container: { resources: { requests: { cpu: '1000' } } },
      when: (pod) =>
        pod.status?.conditions?.some(({ reason }) => reason === 'Unschedulable') ?? false,
    },
    'scheduling-gated': {
      spec: { schedulingGates: [{ name: 'example.com/quota' }] },
      when: (pod) =>
        pod.status?.conditions?.some(({ reason }) => reason === 'SchedulingGated') ?? false,
    },
    'deadline-exceeded': {
      spec: { activeDeadlineSeconds: 2 },
      container: script('sleep 60'),
      when: (pod) => pod.status?.reason === 'DeadlineExceeded' && terminated(pod),
    },
    evicted: {
      container: {
        ...script('head -c 30000000 /dev/zero >/x; sleep 120'),
        resources: { limits: { 'ephemeral-storage': '1Mi' } },
      },
      when: hasReason('Evicted'),
    },
    'evicted-with-0': {
      container: {
        ...script('trap "exit 0" TERM; head -c 30000000 /dev/zero >/x; sleep 120 & wait'),
        resources: { limits: { 'ephemeral-storage': '1Mi' } },
      },
      when: terminated,
      event: 'Evicted',
    },
    'evicted-empty-dir': {
      spec: { volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Mi' } }] },
      container: {
        ...script('head -c 30000000 /dev/zero >/scratch/x; sleep 120'),
        volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
      },
      when: hasReason('Evicted'),
    },
    deleted: {
      ...stubborn,
      when: (pod) => pod.metadata?.deletionTimestamp !== undefined && running(pod),
      then: ({ metadata }) =>
        kubectl(['delete', 'pod', metadata?.name ?? '', ...inNamespace, '--wait=false']),
    },
    'evicted-by-api': {
      ...stubborn,
      when: disrupted('EvictionByEvictionAPI'),
      then: (pod) => evict(pod),
    },
    'taint-manager': {
      ...stubborn,
      when: disrupted('DeletionByTaintManager'),
      then: (pod) => withTaint(pod, 'add'),
      finally: () => withTaint(undefined, 'remove'),
    },
    'preempted-by-scheduler': {
      ...stubborn,
      container: { ...stubborn.container, ...roomy },
      when: disrupted('PreemptionByScheduler'),
      then: async () => {
        await kubectl(['create', 'priorityclass', 'kbp-record', '--value=1000']);
        await rival({ priorityClassName: 'kbp-record' });
      },
      finally: async () => {
        await removeRival();
        await remove('priorityclass', 'kbp-record');
      },
    },
    'preempted-by-kubelet': {
      container: { ...script('sleep 300'), ...roomy },
      when: hasReason('Preempting'),
      then: ({ spec }) =>
        rival({ priorityClassName: 'system-node-critical', nodeName: spec?.nodeName ?? '' }),
      finally: removeRival,
    },
    'pod-gc': {
      spec: { nodeName: 'kbp-no-such-node' },
      when: disrupted('DeletionByPodGC'),
    },
    'out-of-cpu': {
      spec: { nodeName: 'lab' },
      container: { resources: { requests: { cpu: '1000' } } },
      when: hasReason('OutOfcpu'),
    },
    'node-affinity': {
      spec: { nodeName: 'lab', nodeSelector: { 'example.com/disk': 'fast' } },
      when: hasReason('NodeAffinity'),
    },
    'node-ports': {
      spec: { nodeName: 'lab' },
      container: onPort,
      when: hasReason('NodePorts'),
      before: () => rival({ nodeName: 'lab' }, onPort),
      finally: removeRival,
    },
    'sysctl-forbidden': {
      spec: { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '65536' }] } },
      when: hasReason('SysctlForbidden'),
    },
    'os-not-supported': {
      spec: { nodeName: 'lab', os: { name: 'windows' } },
      when: hasReason('PodOSNotSupported'),
    },
    'init-failed': {
      spec: { initContainers: [{ name: 'first', image, command: ['sh', '-c', 'exit 3'] }] },
      when: (pod) => pod.status?.phase === 'Failed',
    },
    'init-image-pull': {
      spec: { initContainers: [{ name: 'first', image: `${image}-missing` }] },
      when: (pod) =>
        pod.status?.initContainerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff',
    },
    'node-not-ready': {
      container: script('sleep 300'),
      when: (pod) =>
        running(pod) &&
        (pod.status?.conditions?.some(
          ({ type, status, reason }) =>
            type === 'Ready' && status === 'False' && reason !== 'ContainersNotReady',
        ) ??
          false),
      then: () => lab('stop', 'kubelet'),
      finally: () => lab('start', 'kubelet'),
      missing: needsLab,
    },
    // The recording ends before the eviction that follows after five minutes (DeletionByTaintManager). That one needs a
    // second node: no pod is evicted while all nodes are unreachable.
    'container-lost-by-runtime': {
      container: script('sleep 300'),
      when: terminated,
      then: async (pod) => {
        await lab('stop', 'kubelet');
        await lab('stop', 'containerd');
        await loseShim(pod);
        await lab('start', 'containerd');
        await lab('start', 'kubelet');
      },
      finally: () => lab('up'),
      missing: needsLab,
    },
    'container-lost-by-kubelet': {
      container: script('sleep 300'),
      when: (pod) => terminated(pod) || (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0,
      then: async (pod) => {
        await lab('stop', 'kubelet');
        await loseContainer(pod, place.containerd ?? '');
        // Until its restart, containerd can still return the exit code of the container.
        await lab('restart', 'containerd');
        await lab('start', 'kubelet');
      },
      finally: () => lab('up'),
      missing: needsRuntime,
    },
  };
}

/** Time limit for a state. A node is NotReady after less than a minute; the pod GC deletes orphans after another minute. */
export const recordingMs = 180 * second;
