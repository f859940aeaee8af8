import { describe, expect, test } from '@jest/globals';
import type { Inputs } from '../../src/inputs/inputs.ts';
import { parseKubeInputs } from '../../src/inputs/parse.ts';
import { failureOf, parse, rawInputs, type Given } from '../support/inputs.ts';

const defaults: Inputs = {
  mode: 'build',
  source: { kind: 'context', path: '.', withoutGit: true },
  file: undefined,
  compressionLevel: 1,
  contextBufferBytes: 67_108_864,
  excludes: [],
  gitCredentials: 'remove',
  workflowCredentials: 'exclude',
  checkDockerfile: true,
  image: {
    tags: [],
    push: false,
    buildArgs: [],
    labels: [],
    annotations: [],
    target: undefined,
    platform: undefined,
    noCache: false,
    cacheFrom: undefined,
    cacheTo: undefined,
    cacheTtlMs: undefined,
  },
  builder: {
    engine: 'kaniko',
    image: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
    command: [],
    args: [],
    env: [],
    expandVariables: false,
    verbosity: 'info',
  },
  kube: { kubeconfig: 'auto', context: undefined, namespace: undefined, hideServer: false },
  pod: {
    serviceAccount: undefined,
    hostUsers: true,
    resources: { requests: {}, limits: {} },
    nodeSelector: {},
    tolerations: [],
    labels: {},
    annotations: {},
    imagePullSecrets: [],
    template: undefined,
  },
  registry: {
    dockerConfig: undefined,
    pullLogins: 'auto',
    auths: [],
    secret: undefined,
    mirrors: [],
    mirrorFallback: true,
    insecure: [],
    ca: undefined,
    pushRetry: 3,
  },
  startTimeoutMs: 300_000,
  timeoutMs: 3_600_000,
  retries: 1,
  keepPod: 'never',
  summary: true,
  warnings: [],
};

test('uses the default of every empty input', () => {
  expect(parse({})).toEqual(defaults);
});

test('reads every input', () => {
  const inputs = parse({
    context: ' app ',
    file: 'docker/Dockerfile',
    'compression-level': '6',
    tags: 'ghcr.io/acme/app:1, ghcr.io/acme/app:2\nghcr.io/acme/app:1',
    push: 'True',
    labels: 'a=1\nb=x, y',
    annotations: 'manifest:c=2',
    'build-args': 'VERSION\nMISSING\nA=b=c\n"MULTI=1\n2"',
    target: 'release',
    platforms: 'linux/arm64',
    'no-cache': 'true',
    'cache-from': 'type=registry,ref=ghcr.io/acme/cache',
    'cache-to': 'ghcr.io/acme/cache',
    'cache-ttl': '336h',
    engine: 'kaniko',
    'builder-image': 'registry.local/kaniko:1',
    'builder-args': '--reproducible\n--ignore-path=/a,b',
    'builder-env': 'HTTP_PROXY=http://proxy:3128',
    'expand-variables': 'true',
    'host-users': 'false',
    verbosity: 'debug',
    'context-buffer': '32Mi',
    excludes: 'docs\n!docs/a,b.md',
    'git-credentials': 'keep',
    'workflow-credentials': 'keep',
    'check-dockerfile': 'false',
    'kube-context': 'lab',
    'hide-server': 'true',
    namespace: 'builds',
    'service-account': 'builder',
    resources: 'requests.cpu=1, limits.memory=4Gi\nlimits.cpu=2',
    'node-selector': 'pool=builds,disk=ssd',
    tolerations: 'key=a,operator=Exists',
    'pod-labels': 'team=a',
    'pod-annotations': 'note=x, y',
    'image-pull-secrets': 'one, two',
    'pod-template': 'pod.yaml',
    'start-timeout': '90s',
    timeout: '1h30m',
    retries: '0',
    'keep-pod': 'on-failure',
    'docker-config': '~/.docker-ci',
    'pull-logins': 'ghcr.io, docker.io',
    'registry-auths': '- {registry: GHCR.io, username: me, password: 0123, scope: acme/app@push}',
    'registry-mirrors': 'mirror.local:5000',
    'mirror-fallback': 'false',
    'insecure-registries': 'http://mirror.local:5000',
    'registry-ca': 'ca.pem',
    'push-retry': '0',
    summary: 'false',
  });
  expect(inputs).toEqual({
    mode: 'build',
    source: { kind: 'context', path: 'app' },
    file: 'docker/Dockerfile',
    compressionLevel: 6,
    contextBufferBytes: 33_554_432,
    excludes: ['docs', '!docs/a,b.md'],
    gitCredentials: 'keep',
    workflowCredentials: 'keep',
    checkDockerfile: false,
    image: {
      tags: [
        { text: 'ghcr.io/acme/app:1', registry: 'ghcr.io', repository: 'acme/app', tag: '1' },
        { text: 'ghcr.io/acme/app:2', registry: 'ghcr.io', repository: 'acme/app', tag: '2' },
      ],
      push: true,
      buildArgs: [
        { key: 'VERSION', value: '1.2' },
        { key: 'A', value: 'b=c' },
        { key: 'MULTI', value: '1\n2' },
      ],
      labels: [
        { key: 'a', value: '1' },
        { key: 'b', value: 'x, y' },
      ],
      annotations: [{ key: 'c', value: '2' }],
      target: 'release',
      platform: { os: 'linux', architecture: 'arm64', variant: undefined },
      noCache: true,
      cacheFrom: 'ghcr.io/acme/cache',
      cacheTo: 'ghcr.io/acme/cache',
      cacheTtlMs: 1_209_600_000,
    },
    builder: {
      engine: 'kaniko',
      image: 'registry.local/kaniko:1',
      command: [],
      args: ['--reproducible', '--ignore-path=/a,b'],
      env: [{ key: 'HTTP_PROXY', value: 'http://proxy:3128' }],
      expandVariables: true,
      verbosity: 'debug',
    },
    kube: { kubeconfig: 'auto', context: 'lab', namespace: 'builds', hideServer: true },
    pod: {
      serviceAccount: 'builder',
      hostUsers: false,
      resources: { requests: { cpu: '1' }, limits: { memory: '4Gi', cpu: '2' } },
      nodeSelector: { pool: 'builds', disk: 'ssd' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      labels: { team: 'a' },
      annotations: { note: 'x, y' },
      imagePullSecrets: ['one', 'two'],
      template: { spec: { hostUsers: false } },
    },
    registry: {
      dockerConfig: '~/.docker-ci',
      pullLogins: ['ghcr.io', 'index.docker.io'],
      auths: [
        {
          registry: 'ghcr.io',
          path: '',
          scope: { registry: 'ghcr.io', path: 'acme/app', actions: ['push'] },
          username: 'me',
          password: '0123',
        },
      ],
      secret: undefined,
      mirrors: [{ registry: 'index.docker.io', mirror: 'mirror.local:5000' }],
      mirrorFallback: false,
      insecure: [{ host: 'mirror.local:5000', http: true, unverifiedTls: false }],
      ca: '-----BEGIN CERTIFICATE-----\nMIIBszCC\n-----END CERTIFICATE-----\n',
      pushRetry: 0,
    },
    startTimeoutMs: 90_000,
    timeoutMs: 5_400_000,
    retries: 0,
    keepPod: 'on-failure',
    summary: false,
    warnings: [],
  } satisfies Inputs);
});

test('returns a frozen value', () => {
  const inputs = parse({ tags: 'a:1' });
  expect(Object.isFrozen(inputs)).toBe(true);
  expect(Object.isFrozen(inputs.image.tags[0])).toBe(true);
});

describe('engine: custom', () => {
  const custom = { engine: 'custom', 'builder-image': 'busybox' };

  test('accepts a command, and stdin byte for byte', () => {
    const inputs = parse({
      ...custom,
      'builder-command': 'sh\n-c\necho a, b',
      stdin: ' echo foo\n',
    });
    expect(inputs.source).toEqual({ kind: 'text', text: ' echo foo\n' });
    expect(inputs.retries).toBe(0);
    expect(inputs.builder).toEqual({
      engine: 'custom',
      image: 'busybox',
      command: ['sh', '-c', 'echo a, b'],
      args: [],
      env: [],
      expandVariables: false,
      verbosity: 'info',
    });
  });

  test('accepts a file for stdin', () => {
    expect(parse({ ...custom, 'stdin-file': 'a.tgz' }).source).toEqual({
      kind: 'file',
      path: 'a.tgz',
    });
  });

  test('packs the working directory with context: .', () => {
    expect(parse({ ...custom, context: '.' }).source).toEqual({ kind: 'context', path: '.' });
  });
});

describe('refuses', () => {
  test.each<{ name: string; given: Given; message: unknown; hint: string }>([
    {
      name: 'an empty kubeconfig',
      given: { kubeconfig: '' },
      message:
        "input 'kubeconfig': it is empty: the secret is empty or not passed to this event (a fork's pull request, for example)",
      hint: "Set the secret, or use auto for the runner's kubeconfig or ServiceAccount.",
    },
    {
      name: 'a kubeconfig with a file that the runner does not have',
      given: {
        kubeconfig: `clusters: [{name: c, cluster: {server: 'https://c', certificate-authority: /ca.crt}}]
contexts: [{name: a, context: {cluster: c}}]
current-context: a`,
      },
      message:
        'input \'kubeconfig\': its certificate-authority is the file "/ca.crt", which cannot be read on the runner',
      hint: 'Store the output of: kubectl config view --raw --flatten --minify.',
    },
    {
      name: 'a line of a list',
      given: { tags: 'ghcr.io/acme/app:1\nghcr.io/Acme/app:1' },
      message: 'input \'tags\' line 2: "ghcr.io/Acme/app" has upper-case letters in the repository',
      hint: 'Use ghcr.io/acme/app.',
    },
    {
      name: 'a double quote that is not closed',
      given: { 'build-args': 'A=1\n\n"B=2' },
      message: "input 'build-args' line 3: a double quote is not closed",
      hint: 'Close it, or write a literal quote as "" in an element that is enclosed in double quotes.',
    },
    {
      name: 'a misspelt value',
      given: { 'keep-pod': 'onfailure' },
      message: 'input \'keep-pod\': "onfailure" is not a supported value',
      hint: 'Use on-failure.',
    },
    {
      name: 'a value that is not similar to a supported one',
      given: { engine: 'podman' },
      message: 'input \'engine\': "podman" is not a supported value',
      hint: 'Use one of: kaniko, custom.',
    },
    {
      name: 'a boolean of YAML 1.1',
      given: { push: 'yes' },
      message: 'input \'push\': "yes" is not a boolean',
      hint: 'Use true or false.',
    },
    {
      name: 'a number out of range',
      given: { 'compression-level': '10' },
      message: 'input \'compression-level\': "10" is not a whole number from 0 to 9',
      hint: 'Use a number from 0 to 9.',
    },
    {
      name: 'a template that does not exist',
      given: { 'pod-template': 'nope.yaml' },
      message: 'input \'pod-template\': the file "nope.yaml" does not exist',
      hint: 'Use the path of a readable file, relative to the working directory.',
    },
    {
      name: 'a template that cannot be read',
      given: { 'pod-template': 'locked.yaml' },
      message:
        'input \'pod-template\': reading the file "locked.yaml" failed: EACCES: permission denied',
      hint: 'Use the path of a readable file, relative to the working directory.',
    },
    {
      name: 'a context that the kubeconfig does not have',
      given: {
        kubeconfig: '{"clusters": [], "contexts": [{"name": "production"}]}',
        'kube-context': 'prodction',
      },
      message:
        'input \'kube-context\': "prodction" is not a context of the kubeconfig (contexts: production)',
      hint: 'Use production.',
    },
    {
      name: 'a template of another kind',
      given: { 'pod-template': '{"kind": "Deployment"}' },
      message: 'input \'pod-template\': the kind "Deployment" is not supported',
      hint: 'Use kind: Pod, or remove the field.',
    },
    {
      name: 'a template that is not YAML',
      given: { 'pod-template': 'spec:\n  a: [1\n' },
      message: expect.stringMatching(/^input 'pod-template' line 3: it is not YAML: .+$/),
      hint: 'Use the manifest of a Pod, a mapping with metadata and spec.',
    },
    {
      name: 'a URL as the image',
      given: { 'builder-image': 'docker://a' },
      message: 'input \'builder-image\': "docker://a" is not an image reference',
      hint: 'Write registry/repository:tag.',
    },
    {
      name: 'a timeout of less than a second',
      given: { timeout: '60ms' },
      message: 'input \'timeout\': "60ms" is not between 1s and 480h',
      hint: 'Use a duration such as 90s, 5m or 1h30m.',
    },
  ])('$name', ({ given, message, hint }) => {
    expect(failureOf(given)).toEqual({ message, hint });
  });

  test.each([
    ['resources', 'requests.cpu=1\nlimits.cpu=2\nrequests.cpu=2', '"requests.cpu"'],
    ['node-selector', 'a=1\nb=2\na=2', '"a"'],
    ['pod-labels', 'a=1\nb=2\na=2', '"a"'],
    ['pod-annotations', 'a=1\nb=2\na=2', '"a"'],
    ['builder-env', 'A=1\nB=2\nA=2', '"A"'],
  ])('a key of %s that has two values', (name, value, key) => {
    expect(failureOf({ [name]: value })).toEqual({
      message: `input '${name}' line 3: ${key} is set twice, with different values`,
      hint: 'Remove one of them.',
    });
    expect(failureOf({ [name]: value.replace(/[^\n]*$/, '') + value.split('\n', 1).join() })).toBe(
      'no failure',
    );
  });
});

test('reports the problems of all inputs at once', () => {
  expect(
    failureOf({
      kubeconfig: '',
      tags: 'A\nghcr.io/a/b@sha256:1',
      push: 'yes',
      timeout: '5',
      platforms: 'linux/amd64,linux/arm64',
    }),
  ).toEqual({
    message:
      '6 problems in the inputs: ' +
      '(1) input \'tags\' line 1: "A" has upper-case letters in the repository. Use a. ' +
      '(2) input \'tags\' line 2: "ghcr.io/a/b@sha256:1" has a digest, but an image can only be pushed to a tag. Write registry/repository:tag. ' +
      '(3) input \'push\': "yes" is not a boolean. Use true or false. ' +
      "(4) input 'platforms': it has 2 platforms, but a build supports one. Use one platform, and one step or job for each platform. " +
      "(5) input 'kubeconfig': it is empty: the secret is empty or not passed to this event (a fork's pull request, for example). Set the secret, or use auto for the runner's kubeconfig or ServiceAccount. " +
      '(6) input \'timeout\': "5" is not a duration. Use a duration such as 90s, 5m or 1h30m.',
    hint: undefined,
  });
});

test('parseKubeInputs reads only the inputs for the connection to the cluster', () => {
  const given = { namespace: 'builds', 'pod-template': 'nope.yaml', push: 'yes' };
  expect(parseKubeInputs(rawInputs(given))).toEqual({
    kubeconfig: 'auto',
    context: undefined,
    namespace: 'builds',
    hideServer: false,
  });
});

test('parses the kubeconfig once', () => {
  const kubeconfig = `clusters: [{ name: c, cluster: { server: 'https://c' } }]
contexts: [{ name: a, context: { cluster: c } }]
current-context: a`;
  const parsed = parseKubeInputs(rawInputs({ kubeconfig: btoa(kubeconfig) })).kubeconfig;
  expect(parsed).toMatchObject({
    source: "input 'kubeconfig'",
    document: { clusters: [{ name: 'c', cluster: { server: 'https://c' } }] },
  });
  expect(Object.isFrozen(parsed)).toBe(true);
});
