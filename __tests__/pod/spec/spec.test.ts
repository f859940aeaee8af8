import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { buildPod } from '../../../src/pod/spec/spec.ts';
import { actionVersion } from '../../../src/pod/spec/version.ts';
import { parse } from '../../support/inputs.ts';
import { order } from '../../support/pod-order.ts';

test('a pod without optional inputs', () => {
  expect(buildPod(parse({}), order)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'kbp-x',
      namespace: 'builds',
      labels: {
        'app.kubernetes.io/instance': 'kbp-x',
        'app.kubernetes.io/version': actionVersion,
        'app.kubernetes.io/name': 'kube-build-push',
        'app.kubernetes.io/managed-by': 'kube-build-push',
        'app.kubernetes.io/component': 'builder',
        'kube-build-push/repository': 'acme.app',
        'kube-build-push/run-id': '42',
        'kube-build-push/run-attempt': '2',
      },
      annotations: {
        'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
        'kube-build-push/nonce': 'n0nce',
        'kube-build-push/lifetime-seconds': '3720',
      },
    },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: 3_660,
      terminationGracePeriodSeconds: 1,
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      automountServiceAccountToken: false,
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      containers: [
        {
          name: 'builder',
          image: 'busybox',
          stdin: true,
          stdinOnce: true,
          tty: false,
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'FallbackToLogsOnError',
        },
      ],
    },
  });
});

test('a pod with every input', () => {
  const inputs = parse({
    'service-account': 'builder',
    resources: 'requests.cpu=1\nlimits.memory=4Gi',
    'node-selector': 'pool=builds',
    tolerations: 'key=a,operator=Exists',
    'pod-labels': 'team=a,app.kubernetes.io/instance=ci',
    'host-users': 'false',
    'pod-annotations': 'note=x\ncluster-autoscaler.kubernetes.io/safe-to-evict=true',
    'image-pull-secrets': 'one, two',
  });
  const volume = { name: 'auth', secret: { secretName: 'login' } };
  const pod = buildPod(inputs, {
    ...order,
    platform: { os: 'linux', architecture: 'arm64', variant: undefined },
    volumes: [volume],
  });
  expect(pod.metadata?.labels).toMatchObject({
    team: 'a',
    'app.kubernetes.io/instance': 'ci',
    'app.kubernetes.io/name': 'kube-build-push',
  });
  expect(pod.metadata?.annotations).toMatchObject({
    note: 'x',
    'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true',
    'kube-build-push/nonce': 'n0nce',
  });
  expect(pod.spec).toMatchObject({
    hostUsers: false,
    serviceAccountName: 'builder',
    automountServiceAccountToken: true,
    nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64', pool: 'builds' },
    tolerations: [{ key: 'a', operator: 'Exists' }],
    imagePullSecrets: [{ name: 'one' }, { name: 'two' }],
    volumes: [volume],
    containers: [{ resources: { requests: { cpu: '1' }, limits: { memory: '4Gi' } } }],
  });
});

test('a run outside of a workflow gets no labels for unknown values', () => {
  const run = { repository: '', runId: '', runAttempt: '' };
  expect(buildPod(parse({}), { ...order, run }).metadata?.labels).toEqual({
    'app.kubernetes.io/instance': 'kbp-x',
    'app.kubernetes.io/version': actionVersion,
    'app.kubernetes.io/name': 'kube-build-push',
    'app.kubernetes.io/managed-by': 'kube-build-push',
    'app.kubernetes.io/component': 'builder',
  });
});

test.each([
  {
    name: 'requests',
    resources: 'requests.cpu=1',
    expected: { requests: { cpu: '1' }, limits: {} },
  },
  { name: 'limits', resources: 'limits.cpu=1', expected: { requests: {}, limits: { cpu: '1' } } },
])('$name alone are enough to be set', ({ resources, expected }) => {
  const pod = buildPod(parse({ resources }), order);
  expect(pod.spec?.containers[0]?.resources).toEqual(expected);
});

test('a container cannot override the fields that the action depends on', () => {
  const container = {
    ...order.container,
    stdin: false,
    stdinOnce: false,
    tty: true,
    terminationMessagePath: '/x',
    terminationMessagePolicy: 'File',
  };
  expect(buildPod(parse({}), { ...order, container }).spec?.containers).toEqual([
    {
      name: 'builder',
      image: 'busybox',
      stdin: true,
      stdinOnce: true,
      tty: false,
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'FallbackToLogsOnError',
    },
  ]);
});

test('the label with the version has that of package.json', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({
    version: actionVersion,
  });
});
