import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { BuildError } from '../../src/errors.ts';
import type { Inputs } from '../../src/inputs/inputs.ts';
import { parseInputs, parseKubeInputs } from '../../src/inputs/parse.ts';
import { inputDefaults, type RawInputs } from '../../src/inputs/reader.ts';

/** Stands for a file without the right to read it. */
const unreadable = 'unreadable';
const files: Readonly<Record<string, string>> = {
  'pod.yaml': 'kind: PodTemplate\ntemplate:\n  spec: { hostUsers: false }\n',
  'locked.yaml': unreadable,
  'ca.pem': '-----BEGIN CERTIFICATE-----\nMIIBszCC\n-----END CERTIFICATE-----\n',
};

/** Inputs as a runner gives them: `kubeconfig` has its default filled in, the rest is empty. */
function rawInputs(given: Readonly<Record<string, string>>): RawInputs {
  return {
    read: (name) => given[name] ?? (name === 'kubeconfig' ? 'auto' : ''),
    env: (name) => (name === 'VERSION' ? '1.2' : undefined),
    readText: (path) => {
      const text = files[path];
      if (text === unreadable) throw new Error('EACCES: permission denied');
      return text;
    },
  };
}

function parse(given: Readonly<Record<string, string>>): Inputs {
  return parseInputs(rawInputs(given));
}

function failureOf(given: Readonly<Record<string, string>>): unknown {
  try {
    parse(given);
  } catch (error) {
    if (error instanceof BuildError) return { message: error.message, hint: error.hint };
    throw error;
  }
  return 'no failure';
}

const defaults: Inputs = {
  source: { kind: 'context', path: '.' },
  file: undefined,
  compressionLevel: 1,
  contextBufferBytes: 67_108_864,
  excludes: [],
  gitCredentials: 'remove',
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
    verbosity: 'info',
  },
  kube: { kubeconfig: 'auto', context: undefined, namespace: undefined },
  pod: {
    serviceAccount: undefined,
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
    secret: undefined,
    mirrors: [],
    insecure: [],
    ca: undefined,
    pushRetry: 3,
  },
  startTimeoutMs: 300_000,
  timeoutMs: 3_600_000,
  retries: 1,
  keepPod: 'never',
  summary: true,
};

describe('defaults', () => {
  test('stand in for empty inputs', () => {
    expect(parse({})).toEqual(defaults);
  });

  test('are those of action.yml', () => {
    const action = load(readFileSync('action.yml', 'utf8')) as {
      inputs: Record<string, { default?: string }>;
    };
    const declared = Object.entries(action.inputs).flatMap(([name, input]) =>
      input.default === undefined ? [] : [[name, input.default] as const],
    );
    expect(Object.fromEntries(declared)).toEqual(inputDefaults);
  });
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
    verbosity: 'debug',
    'context-buffer': '32Mi',
    excludes: 'docs\n!docs/a,b.md',
    'git-credentials': 'keep',
    'check-dockerfile': 'false',
    'kube-context': 'lab',
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
    'registry-mirrors': 'mirror.local:5000',
    'insecure-registries': 'http://mirror.local:5000',
    'registry-ca': 'ca.pem',
    'push-retry': '0',
    summary: 'false',
  });
  expect(inputs).toEqual({
    source: { kind: 'context', path: 'app' },
    file: 'docker/Dockerfile',
    compressionLevel: 6,
    contextBufferBytes: 33_554_432,
    excludes: ['docs', '!docs/a,b.md'],
    gitCredentials: 'keep',
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
      verbosity: 'debug',
    },
    kube: { kubeconfig: 'auto', context: 'lab', namespace: 'builds' },
    pod: {
      serviceAccount: 'builder',
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
      secret: undefined,
      mirrors: [{ registry: 'index.docker.io', mirror: 'mirror.local:5000' }],
      insecure: [{ host: 'mirror.local:5000', http: true, unverifiedTls: false }],
      ca: '-----BEGIN CERTIFICATE-----\nMIIBszCC\n-----END CERTIFICATE-----\n',
      pushRetry: 0,
    },
    startTimeoutMs: 90_000,
    timeoutMs: 5_400_000,
    retries: 0,
    keepPod: 'on-failure',
    summary: false,
  } satisfies Inputs);
});

test('gives a value that nothing can change', () => {
  const inputs = parse({ tags: 'a:1' });
  expect(Object.isFrozen(inputs)).toBe(true);
  expect(Object.isFrozen(inputs.image.tags[0])).toBe(true);
});

describe('engine custom', () => {
  const custom = { engine: 'custom', 'builder-image': 'busybox' };

  test('takes a command, and stdin byte for byte', () => {
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
      verbosity: 'info',
    });
  });

  test('takes a file', () => {
    expect(parse({ ...custom, 'stdin-file': 'a.tgz' }).source).toEqual({
      kind: 'file',
      path: 'a.tgz',
    });
  });

  test('packs the working directory if that is said', () => {
    expect(parse({ ...custom, context: '.' }).source).toEqual({ kind: 'context', path: '.' });
  });

  test.each<{ name: string; given: Record<string, string> }>([
    { name: 'nothing', given: {} },
    { name: 'an empty stdin', given: { stdin: '' } },
    { name: 'only empty ones', given: { stdin: '', 'stdin-file': ' ', context: ' \n' } },
  ])('has no default for what is sent: $name', ({ given }) => {
    expect(failureOf({ ...custom, ...given })).toEqual({
      message:
        "input 'context': engine custom needs something to send, but 'stdin', 'stdin-file' and 'context' are empty; an empty value may be a secret or an output that is not set",
      hint: 'Set one of them; context: . sends the workspace.',
    });
  });

  test.each([
    ['file', 'Dockerfile'],
    ['tags', 'a:1'],
    ['push', 'true'],
    ['labels', 'a=1'],
    ['annotations', 'a=1'],
    ['build-args', 'A=1'],
    ['target', 'x'],
    ['platforms', 'linux/arm64'],
    ['no-cache', 'true'],
    ['cache-from', 'a/b'],
    ['cache-to', 'a/b'],
    ['cache-ttl', '1h'],
    ['verbosity', 'debug'],
    ['docker-config', '/x'],
    ['pull-logins', 'ghcr.io'],
    ['registry-secret', 'x'],
    ['registry-mirrors', 'm'],
    ['insecure-registries', 'm'],
    ['registry-ca', 'ca.pem'],
    ['push-retry', '1'],
  ])('refuses %s', (name, value) => {
    expect(failureOf({ ...custom, context: '.', [name]: value })).toEqual({
      message: `input '${name}': it means nothing to engine custom, whose command builds as it likes`,
      hint: 'Leave it out, or use engine: kaniko.',
    });
  });

  test.each([
    ['push', 'false'],
    ['no-cache', 'false'],
    ['docker-config', 'none'],
    ['pull-logins', 'none'],
    ['push-retry', '3'],
  ])('takes %s with the value %s', (name, value) => {
    expect(failureOf({ ...custom, context: '.', [name]: value })).toBe('no failure');
  });
});

describe('one problem', () => {
  test.each<{ name: string; given: Record<string, string>; message: unknown; hint: string }>([
    {
      name: 'an empty kubeconfig',
      given: { kubeconfig: '' },
      message:
        "input 'kubeconfig': it is empty: the secret is empty or not passed to this event (a fork's pull request, for example)",
      hint: "Set the secret, or use auto for the runner's kubeconfig or ServiceAccount.",
    },
    {
      name: 'a kubeconfig with a file that is not here',
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
      name: 'an open quote',
      given: { 'build-args': 'A=1\n\n"B=2' },
      message: "input 'build-args' line 3: the quote opened at column 1 is never closed",
      hint: 'Close it, or write the quote twice and put the whole element in quotes.',
    },
    {
      name: 'a misspelt word',
      given: { 'keep-pod': 'onfailure' },
      message: 'input \'keep-pod\': "onfailure" is not one of its values',
      hint: 'Use on-failure.',
    },
    {
      name: 'a word that is near nothing',
      given: { engine: 'podman' },
      message: 'input \'engine\': "podman" is not one of its values',
      hint: 'Use one of: kaniko, custom.',
    },
    {
      name: 'a boolean of another language',
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
      name: 'a missing template',
      given: { 'pod-template': 'nope.yaml' },
      message: 'input \'pod-template\': the file "nope.yaml" does not exist',
      hint: 'Name a file that can be read, relative to the working directory.',
    },
    {
      name: 'a template that may not be read',
      given: { 'pod-template': 'locked.yaml' },
      message:
        'input \'pod-template\': reading the file "locked.yaml" failed: EACCES: permission denied',
      hint: 'Name a file that can be read, relative to the working directory.',
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
      message: 'input \'pod-template\': its kind is "Deployment"',
      hint: 'Use kind: Pod or leave it out.',
    },
    {
      name: 'a template that is broken',
      given: { 'pod-template': 'spec:\n  a: [1\n' },
      message: expect.stringMatching(/^input 'pod-template' line 3: it is not YAML: .+$/),
      hint: 'Give a mapping with metadata and spec, as of a Pod.',
    },
    {
      name: 'an image that is none',
      given: { 'builder-image': 'docker://a' },
      message: 'input \'builder-image\': "docker://a" is not an image',
      hint: 'Write registry/repository:tag.',
    },
    {
      name: 'stdin beside a context',
      given: { engine: 'custom', 'builder-image': 'a', stdin: 'x', context: 'y' },
      message: "input 'stdin': it stands beside 'context'",
      hint: 'Set only one of context, stdin and stdin-file.',
    },
    {
      name: 'stdin with an image engine',
      given: { stdin: 'x' },
      message: "input 'stdin': engine kaniko takes a context",
      hint: "Use 'context', or engine: custom.",
    },
    {
      name: 'a command with an image engine',
      given: { 'builder-command': 'sh' },
      message: "input 'builder-command': engine kaniko has its own command",
      hint: "Use 'builder-args', or engine: custom.",
    },
    {
      name: 'custom without an image',
      given: { engine: 'custom', context: '.' },
      message: "input 'builder-image': engine custom has no default image",
      hint: 'Name the image to run.',
    },
    {
      name: 'a push without tags',
      given: { push: 'true' },
      message: "input 'tags': it is empty, but push is true",
      hint: 'Name at least one image to push.',
    },
    {
      name: 'two sources of logins',
      given: { 'registry-secret': 'login', 'docker-config': '~/.docker' },
      message: "input 'registry-secret': it stands beside 'docker-config'",
      hint: 'Set only one of them.',
    },
    {
      name: 'two cache repositories',
      given: { 'cache-from': 'acme/a', 'cache-to': 'acme/b' },
      message:
        'input \'cache-to\': it names "acme/b", but \'cache-from\' names "acme/a", and kaniko has one repository for its cache',
      hint: 'Name the same repository in both.',
    },
    {
      name: 'an architecture that contradicts the platform',
      given: { platforms: 'linux/arm64', 'node-selector': 'kubernetes.io/arch=amd64' },
      message:
        "input 'node-selector': kubernetes.io/arch=amd64 contradicts the platform linux/arm64",
      hint: 'Leave it out.',
    },
    {
      name: 'a variable of ours',
      given: { 'builder-env': 'DOCKER_CONFIG=/x' },
      message: "input 'builder-env': DOCKER_CONFIG is set by the action itself",
      hint: "Use 'docker-config' or 'registry-secret'.",
    },
    {
      name: 'the directory of kaniko',
      given: { 'builder-env': 'KANIKO_DIR=/x' },
      message: "input 'builder-env': KANIKO_DIR is set by the action itself",
      hint: 'Remove it: the context is unpacked there.',
    },
    {
      name: 'a flag that makes a lost push green',
      given: { 'builder-args': '--push-ignore-immutable-tag-errors' },
      message:
        "input 'builder-args': the flag \"--push-ignore-immutable-tag-errors\" is the action's own: a push that fails must fail the step",
      hint: 'Remove the flag.',
    },
    {
      name: 'a timeout below a second',
      given: { timeout: '60ms' },
      message: 'input \'timeout\': "60ms" is not between 1s and 480h',
      hint: 'Use a duration such as 90s, 5m or 1h30m.',
    },
    {
      name: 'a flag of ours',
      given: { 'builder-args': '--destination=a/b' },
      message: "input 'builder-args': the flag \"--destination\" is the action's own: use 'tags'",
      hint: 'Remove the flag.',
    },
    {
      name: 'a short flag of ours with its value',
      given: { 'builder-args': '-dacme/app' },
      message: "input 'builder-args': the flag \"-dacme/app\" is the action's own: use 'tags'",
      hint: 'Remove the flag.',
    },
    {
      name: "an input of docker's action that is not here",
      given: { outputs: 'type=tar' },
      message: "input 'outputs': it is not supported",
      hint: "Use 'tags' with push: true.",
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
    ['build-args', 'VERSION\nB=2\nVERSION=2', '"VERSION"'],
    ['labels', 'a=1\nb=2\na=2', '"a"'],
    ['annotations', 'a=1\nb=2\nmanifest:a=2', '"a"'],
  ])('a key of %s with two values', (name, value, key) => {
    expect(failureOf({ [name]: value })).toEqual({
      message: `input '${name}' line 3: ${key} is given twice, with different values`,
      hint: 'Leave one of them out.',
    });
    expect(failureOf({ [name]: value.replace(/[^\n]*$/, '') + value.split('\n', 1).join() })).toBe(
      'no failure',
    );
  });

  test.each<Record<string, string>>([
    { 'builder-args': 'constructor' },
    { 'builder-args': '__proto__' },
    { 'pod-labels': 'constructor=x' },
    { 'builder-env': 'constructor=x' },
  ])('names that every object has are names like others: %j', (given) => {
    expect(failureOf(given)).toBe('no failure');
  });

  test('load: false asks for nothing', () => {
    expect(failureOf({ load: 'false' })).toBe('no failure');
  });

  test('the same cache repository in two spellings is one', () => {
    expect(failureOf({ 'cache-from': 'docker.io/acme/a', 'cache-to': 'acme/a' })).toBe(
      'no failure',
    );
  });
});

test('lists all problems at once', () => {
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
      '(2) input \'tags\' line 2: "ghcr.io/a/b@sha256:1" has a digest, which only the pushed image gets. Write registry/repository:tag. ' +
      '(3) input \'push\': "yes" is not a boolean. Use true or false. ' +
      "(4) input 'platforms': it names 2 platforms, but one build makes the image of one. Name one platform; for several, use one step or job each. " +
      "(5) input 'kubeconfig': it is empty: the secret is empty or not passed to this event (a fork's pull request, for example). Set the secret, or use auto for the runner's kubeconfig or ServiceAccount. " +
      '(6) input \'timeout\': "5" is not a duration. Use a duration such as 90s, 5m or 1h30m.',
    hint: undefined,
  });
});

test('parseKubeInputs reads what leads to the cluster alone', () => {
  const given = { namespace: 'builds', 'pod-template': 'nope.yaml', push: 'yes' };
  expect(parseKubeInputs(rawInputs(given))).toEqual({
    kubeconfig: 'auto',
    context: undefined,
    namespace: 'builds',
  });
});

test('parses the kubeconfig once, also one that refers to itself', () => {
  const kubeconfig = `clusters: [{ name: c, cluster: { server: 'https://c' } }]
contexts: [{ name: a, context: { cluster: c } }]
current-context: a
extensions: &self [*self]`;
  const parsed = parseKubeInputs(rawInputs({ kubeconfig: btoa(kubeconfig) })).kubeconfig;
  expect(parsed).toMatchObject({
    source: "input 'kubeconfig'",
    document: { clusters: [{ name: 'c', cluster: { server: 'https://c' } }] },
  });
  expect(Object.isFrozen(parsed)).toBe(true);
});
