import { describe, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { buildPod } from '../../../src/pod/spec/spec.ts';
import type { Guard } from '../../../src/pod/spec/template-guard.ts';
import { mergeTemplate } from '../../../src/pod/spec/template.ts';
import { failureOf } from '../../support/failure.ts';
import { parse } from '../../support/inputs.ts';
import { order } from '../../support/pod-order.ts';

const ours: V1Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'kbp-x',
    namespace: 'builds',
    labels: { team: 'a' },
    annotations: { 'kube-build-push/nonce': 'n0nce' },
  },
  spec: {
    restartPolicy: 'Never',
    activeDeadlineSeconds: 3_660,
    enableServiceLinks: false,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'a', operator: 'Exists' }],
    containers: [
      {
        name: 'builder',
        image: 'busybox',
        env: [{ name: 'DOCKER_CONFIG', value: '/x' }],
        resources: { requests: { cpu: '1' }, limits: { memory: '4Gi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'], add: ['CHOWN'] },
        },
        stdin: true,
        terminationMessagePath: '/dev/termination-log',
        volumeMounts: [{ name: 'registry-login', mountPath: '/kaniko/.docker' }],
      },
    ],
  },
};

const [ourBuilder] = ours.spec?.containers ?? [];

const guard: Guard = {
  timeoutMs: 3_600_000,
  reserved: { paths: ['/kaniko/executor', '/kaniko/buildcontext'], variables: ['KANIKO_DIR'] },
};

describe('merging', () => {
  test.each<{ name: string; spec: Readonly<Record<string, unknown>>; expected: object }>([
    {
      name: 'lists are appended',
      spec: { tolerations: [{ key: 'b' }] },
      expected: { ...ours.spec, tolerations: [{ key: 'a', operator: 'Exists' }, { key: 'b' }] },
    },
    {
      name: 'maps are merged, the template wins',
      spec: { nodeSelector: { pool: 'builds', 'kubernetes.io/os': 'other' } },
      expected: { ...ours.spec, nodeSelector: { 'kubernetes.io/os': 'other', pool: 'builds' } },
    },
    {
      name: 'single values are replaced',
      spec: { enableServiceLinks: true },
      expected: { ...ours.spec, enableServiceLinks: true },
    },
    {
      name: 'new and unknown fields pass',
      spec: { hostUsers: false, noSuchField: { a: 1 } },
      expected: { ...ours.spec, hostUsers: false, noSuchField: { a: 1 } },
    },
    {
      name: 'other containers are sidecars after the builder',
      spec: { containers: [{ name: 'proxy', image: 'envoy', command: ['run'] }] },
      expected: {
        ...ours.spec,
        containers: [ourBuilder, { name: 'proxy', image: 'envoy', command: ['run'] }],
      },
    },
    {
      name: '$builder is merged into the builder at any position',
      spec: {
        containers: [
          { name: 'proxy' },
          {
            name: '$builder',
            env: [{ name: 'HTTP_PROXY', value: 'http://localhost' }],
            resources: { limits: { cpu: '2' } },
            volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
          },
        ],
      },
      expected: {
        ...ours.spec,
        containers: [
          {
            ...ourBuilder,
            env: [
              { name: 'DOCKER_CONFIG', value: '/x' },
              { name: 'HTTP_PROXY', value: 'http://localhost' },
            ],
            resources: { requests: { cpu: '1' }, limits: { memory: '4Gi', cpu: '2' } },
            volumeMounts: [
              { name: 'registry-login', mountPath: '/kaniko/.docker' },
              { name: 'scratch', mountPath: '/scratch' },
            ],
          },
          { name: 'proxy' },
        ],
      },
    },
    {
      name: 'capabilities are replaced as a whole, the rest of the security context is merged',
      spec: {
        containers: [
          {
            name: '$builder',
            securityContext: { runAsUser: 0, capabilities: { add: ['SETUID'] } },
          },
        ],
      },
      expected: {
        ...ours.spec,
        containers: [
          {
            ...ourBuilder,
            securityContext: {
              allowPrivilegeEscalation: false,
              runAsUser: 0,
              capabilities: { add: ['SETUID'] },
            },
          },
        ],
      },
    },
  ])('$name', ({ spec, expected }) => {
    const before = structuredClone(ours);
    expect(mergeTemplate(ours, { spec }, guard)).toEqual({ ...ours, spec: expected });
    expect(ours).toEqual(before);
  });

  test('labels and annotations are added', () => {
    const metadata = { labels: { tier: 'b' }, annotations: { note: 'x' } };
    expect(mergeTemplate(ours, { metadata }, guard).metadata).toEqual({
      name: 'kbp-x',
      namespace: 'builds',
      labels: { team: 'a', tier: 'b' },
      annotations: { 'kube-build-push/nonce': 'n0nce', note: 'x' },
    });
  });

  test('an empty template changes nothing', () => {
    expect(mergeTemplate(ours, {}, guard)).toEqual(ours);
  });
});

describe('what carries the guarantees is refused', () => {
  const inSpec = (builder: object): object => ({
    spec: { containers: [{ name: '$builder', ...builder }] },
  });
  test.each<{ name: string; template: object; problem: string }>([
    {
      name: 'metadata.name',
      template: { metadata: { name: 'x' } },
      problem: 'metadata.name must not be set: the action chooses it',
    },
    {
      name: 'metadata.generateName',
      template: { metadata: { generateName: 'x-' } },
      problem: 'metadata.generateName must not be set: the action chooses the name',
    },
    {
      name: 'metadata.namespace',
      template: { metadata: { namespace: 'x' } },
      problem: "metadata.namespace must not be set: use the input 'namespace'",
    },
    {
      name: 'metadata.ownerReferences',
      template: { metadata: { ownerReferences: [] } },
      problem: 'metadata.ownerReferences must not be set: the action deletes the pod itself',
    },
    {
      name: 'spec.restartPolicy',
      template: { spec: { restartPolicy: 'Always' } },
      problem: 'spec.restartPolicy must not be set: a restarted builder would have no stdin',
    },
    {
      name: 'spec.activeDeadlineSeconds',
      template: { spec: { activeDeadlineSeconds: null } },
      problem: "spec.activeDeadlineSeconds must not be set: use the input 'timeout'",
    },
    {
      name: 'image of the builder',
      template: inSpec({ image: 'x' }),
      problem: "spec.containers[$builder].image must not be set: use the input 'builder-image'",
    },
    {
      name: 'command of the builder',
      template: inSpec({ command: ['x'] }),
      problem: "spec.containers[$builder].command must not be set: use the input 'builder-command'",
    },
    {
      name: 'args of the builder',
      template: inSpec({ args: ['x'] }),
      problem: "spec.containers[$builder].args must not be set: use the input 'builder-args'",
    },
    {
      name: 'stdin of the builder',
      template: inSpec({ stdin: false }),
      problem:
        'spec.containers[$builder].stdin must not be set: the builder reads the context from it',
    },
    {
      name: 'stdinOnce of the builder',
      template: inSpec({ stdinOnce: false }),
      problem:
        'spec.containers[$builder].stdinOnce must not be set: the builder reads the context from it',
    },
    {
      name: 'tty of the builder',
      template: inSpec({ tty: true }),
      problem: 'spec.containers[$builder].tty must not be set: the context is binary',
    },
    {
      name: 'terminationMessagePath of the builder',
      template: inSpec({ terminationMessagePath: '/x' }),
      problem:
        'spec.containers[$builder].terminationMessagePath must not be set: the builder reports the image digest there',
    },
    {
      name: 'terminationMessagePolicy of the builder',
      template: inSpec({ terminationMessagePolicy: 'File' }),
      problem:
        'spec.containers[$builder].terminationMessagePolicy must not be set: the builder reports the image digest there',
    },
    {
      name: 'a reserved label',
      template: { metadata: { labels: { 'app.kubernetes.io/name': 'x', team: 'b' } } },
      problem:
        'metadata.labels must not have "app.kubernetes.io/name": it is reserved by the action',
    },
    {
      name: 'a reserved annotation',
      template: { metadata: { annotations: { 'kube-build-push/nonce': 'x' } } },
      problem:
        'metadata.annotations must not have "kube-build-push/nonce": it is reserved by the action',
    },
    {
      name: 'an environment variable of the action',
      template: inSpec({ env: [{ name: 'A' }, { name: 'DOCKER_CONFIG', value: '/y' }] }),
      problem: 'env "DOCKER_CONFIG" of $builder is already set by the action',
    },
    {
      name: 'an environment variable that the builder depends on',
      template: inSpec({ env: [{ name: 'KANIKO_DIR', value: '/y' }] }),
      problem: 'env "KANIKO_DIR" of $builder is reserved by the action',
    },
    ...['resizePolicy', 'restartPolicy', 'restartPolicyRules'].map((name) => ({
      name: `${name} of the builder`,
      template: inSpec({ [name]: [] }),
      problem: `spec.containers[$builder].${name} must not be set: a restarted builder would have no stdin`,
    })),
    ...['livenessProbe', 'startupProbe'].map((name) => ({
      name: `${name} of the builder`,
      template: inSpec({ [name]: { exec: { command: ['true'] } } }),
      problem: `spec.containers[$builder].${name} must not be set: the kubelet would kill the builder in the middle of a build`,
    })),
    {
      name: 'a grace period that is longer than the timeout',
      template: { spec: { terminationGracePeriodSeconds: 3_601 } },
      problem:
        "spec.terminationGracePeriodSeconds must not be longer than the input 'timeout', 3600 s",
    },
    ...[
      ['/', '/dev/termination-log'],
      ['', '/dev/termination-log'],
      ['/dev', '/dev/termination-log'],
      ['dev', '/dev/termination-log'],
      ['/x/../dev/', '/dev/termination-log'],
      ['//dev/./termination-log/', '/dev/termination-log'],
      ['/dev/termination-log/x', '/dev/termination-log'],
      ['/kaniko', '/kaniko/.docker'],
      ['/kaniko/executor', '/kaniko/executor'],
      ['/kaniko/buildcontext', '/kaniko/buildcontext'],
      ['/kaniko/buildcontext/ctx/src', '/kaniko/buildcontext'],
      ['/kaniko/.docker/', '/kaniko/.docker'],
      ['/kaniko/.docker/config.json', '/kaniko/.docker'],
    ].flatMap(([path = '', needed = '']) => [
      {
        name: `a volume at ${JSON.stringify(path)}`,
        template: inSpec({ volumeMounts: [{ name: 'x', mountPath: path }] }),
        problem: `volumeMounts of $builder must not have ${JSON.stringify(path)}: the action needs ${needed}`,
      },
      {
        name: `a device at ${JSON.stringify(path)}`,
        template: inSpec({ volumeDevices: [{ name: 'x', devicePath: path }] }),
        problem: `volumeDevices of $builder must not have ${JSON.stringify(path)}: the action needs ${needed}`,
      },
    ]),
    {
      name: 'two builders',
      template: { spec: { containers: [{ name: '$builder' }, { name: '$builder' }] } },
      problem: 'spec.containers must not have $builder more than once',
    },
    {
      name: 'several fields, all at once',
      template: { metadata: { name: 'x' }, spec: { restartPolicy: 'Always' } },
      problem:
        'metadata.name must not be set: the action chooses it; spec.restartPolicy must not be set: a restarted builder would have no stdin',
    },
  ])('$name', async ({ template, problem }) => {
    expect(await failureOf(() => mergeTemplate(ours, { ...template }, guard))).toEqual({
      kind: 'input',
      message: `input 'pod-template': ${problem}`,
      hint: 'Remove these fields from the template.',
    });
  });
});

test.each([
  { name: 'an empty spec', template: { spec: null }, problem: 'spec must be a map' },
  { name: 'a list as metadata', template: { metadata: [] }, problem: 'metadata must be a map' },
  {
    name: 'containers as a map, together with a reserved field',
    template: { spec: { containers: {}, restartPolicy: 'Always' } },
    problem:
      'spec.containers must be a list; spec.restartPolicy must not be set: a restarted builder would have no stdin',
  },
])('reports a value of the wrong type: $name', async (given) => {
  expect(await failureOf(() => mergeTemplate(ours, given.template, guard))).toEqual({
    kind: 'input',
    message: `input 'pod-template': ${given.problem}`,
    hint: 'Correct these fields of the template, or remove them.',
  });
});

test('a template cannot undo the input host-users', async () => {
  const isolated: V1Pod = { ...ours, spec: { containers: [], ...ours.spec, hostUsers: false } };
  const merge = (hostUsers: unknown): V1Pod =>
    mergeTemplate(isolated, { spec: { hostUsers } }, guard);
  expect(merge(false).spec?.hostUsers).toBe(false);
  for (const hostUsers of [true, null]) {
    expect(await failureOf(() => merge(hostUsers))).toMatchObject({
      message:
        "input 'pod-template': spec.hostUsers must be false or not be set: the input 'host-users' is false",
    });
  }
});

test.each([
  '/dev/shm',
  '/dev/termination-log.d',
  '/kaniko/ssl/certs',
  '/kaniko/.dock',
  '/kaniko/executor2',
  '/scratch',
])('a volume at %s is added', (mountPath) => {
  const volumeMounts = [{ name: 'x', mountPath }];
  const template = { spec: { containers: [{ name: '$builder', volumeMounts }] } };
  const mounted = mergeTemplate(ours, template, guard).spec?.containers[0]?.volumeMounts;
  expect(mounted?.map((mount) => mount.mountPath)).toEqual(['/kaniko/.docker', mountPath]);
});

test.each([{}, { pod: 'Unconfined' }, { pod: 'Localhost' }, { container: 'Unconfined' }])(
  'seccomp is RuntimeDefault unless the template has another profile: %j',
  ({ pod, container }: { pod?: string; container?: string }) => {
    const built = buildPod(parse({}), order);
    const template = {
      spec: {
        ...(pod !== undefined && { securityContext: { seccompProfile: { type: pod } } }),
        containers: [
          {
            name: '$builder',
            ...(container !== undefined && {
              securityContext: { seccompProfile: { type: container } },
            }),
          },
        ],
      },
    };
    const { spec } = mergeTemplate(built, template, guard);
    expect(spec?.securityContext?.seccompProfile?.type).toBe(pod ?? 'RuntimeDefault');
    expect(spec?.containers[0]?.securityContext?.seccompProfile?.type).toBe(container);
  },
);
