import { describe, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { mergeTemplate } from '../../../src/pod/spec/template.ts';
import { failureOf } from '../../support/failure.ts';

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
    expect(mergeTemplate(ours, { spec })).toEqual({ ...ours, spec: expected });
    expect(ours).toEqual(before);
  });

  test('labels and annotations are added', () => {
    const metadata = { labels: { tier: 'b' }, annotations: { note: 'x' } };
    expect(mergeTemplate(ours, { metadata }).metadata).toEqual({
      name: 'kbp-x',
      namespace: 'builds',
      labels: { team: 'a', tier: 'b' },
      annotations: { 'kube-build-push/nonce': 'n0nce', note: 'x' },
    });
  });

  test('an empty template changes nothing', () => {
    expect(mergeTemplate(ours, {})).toEqual(ours);
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
    ...['/dev/termination-log', '//dev/./termination-log/'].map((mountPath) => ({
      name: `a mount at ${mountPath}`,
      template: inSpec({ volumeMounts: [{ name: 'x', mountPath }] }),
      problem: 'volumeMounts of $builder must not hide /dev/termination-log: the action needs it',
    })),
    {
      name: 'a mount at a path of the action',
      template: inSpec({
        volumeMounts: [
          { name: 'x', mountPath: '/kaniko/.dock' },
          { name: 'x', mountPath: '/kaniko' },
          { name: 'x', mountPath: '/kaniko/.docker/' },
        ],
      }),
      problem: 'volumeMounts of $builder must not hide /kaniko/.docker: the action needs it',
    },
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
    expect(await failureOf(() => mergeTemplate(ours, { ...template }))).toEqual({
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
  expect(await failureOf(() => mergeTemplate(ours, given.template))).toEqual({
    kind: 'input',
    message: `input 'pod-template': ${given.problem}`,
    hint: 'Correct these fields of the template, or remove them.',
  });
});
