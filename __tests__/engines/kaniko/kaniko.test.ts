import { describe, expect, test } from '@jest/globals';
import type { StreamExtras } from '../../../src/engines/engine.ts';
import { kaniko } from '../../../src/engines/kaniko/kaniko.ts';
import type { Inputs } from '../../../src/inputs/inputs.ts';
import { parseInputs } from '../../../src/inputs/parse.ts';

function inputsOf(given: Readonly<Record<string, string>>): Inputs {
  return parseInputs({
    read: (name) => given[name] ?? (name === 'kubeconfig' ? 'auto' : ''),
    env: () => undefined,
    readText: () => '-----BEGIN CERTIFICATE-----\nMIIBszCC\n-----END CERTIFICATE-----\n',
  });
}

const plain: StreamExtras = { logins: false, ca: false };

const securityContext = {
  runAsUser: 0,
  capabilities: {
    drop: ['ALL'],
    add: [
      'AUDIT_WRITE',
      'CHOWN',
      'DAC_OVERRIDE',
      'FOWNER',
      'FSETID',
      'KILL',
      'MKNOD',
      'NET_BIND_SERVICE',
      'SETFCAP',
      'SETGID',
      'SETPCAP',
      'SETUID',
      'SYS_CHROOT',
    ],
  },
};

/** The flags of osscontainertools that make its images those of Docker. */
const compatibility = [
  { name: 'FF_KANIKO_CHOWN_ON_IMPLICIT_DIRS', value: 'true' },
  { name: 'FF_KANIKO_COPY_AS_ROOT', value: 'true' },
  { name: 'FF_KANIKO_COPY_CHMOD_ON_IMPLICIT_DIRS', value: 'true' },
  { name: 'FF_KANIKO_EXPAND_HEREDOC', value: 'true' },
  { name: 'FF_KANIKO_RUN_HONOR_GROUP', value: 'true' },
  { name: 'FF_KANIKO_UNTAR_SKIP_ROOT', value: 'true' },
];

test('a build without push', () => {
  expect(kaniko.container(inputsOf({}), plain)).toEqual({
    name: 'builder',
    image: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
    args: [
      '--context=tar://stdin',
      '--context-sub-path=ctx',
      '--dockerfile=/kaniko/buildcontext/meta/Dockerfile',
      '--no-push=true',
      '--force=true',
      '--log-format=text',
      '--verbosity=info',
      '--image-download-retry=3',
    ],
    env: compatibility,
    securityContext,
  });
});

test('a build with all inputs', () => {
  const inputs = inputsOf({
    tags: 'ghcr.io/acme/app:1\nacme/app',
    push: 'true',
    'build-args': 'A=1\n"B=two\nlines"',
    labels: 'l=x y',
    annotations: 'n=z',
    target: 'release',
    platforms: 'linux/arm/v7',
    'cache-to': 'cache.local:5000/layers',
    'cache-ttl': '336h',
    'insecure-registries': 'http://a:5000,https://b,c',
    'registry-ca': 'ca.pem',
    'registry-mirrors': 'mirror.local/hub,quay.io=mirror.local/quay',
    'push-retry': '5',
    'pull-logins': 'base.example',
    'builder-image': 'registry.local/kaniko:1',
    verbosity: 'debug',
  });
  const extras: StreamExtras = { logins: true, ca: true, pullHosts: ['gcr.io', 'ghcr.io'] };
  expect(kaniko.container(inputs, extras)).toEqual({
    name: 'builder',
    image: 'registry.local/kaniko:1',
    args: [
      '--context=tar://stdin',
      '--context-sub-path=ctx',
      '--dockerfile=/kaniko/buildcontext/meta/Dockerfile',
      '--destination=ghcr.io/acme/app:1',
      '--destination=acme/app:latest',
      '--image-name-tag-with-digest-file=/dev/termination-log',
      '--force=true',
      '--log-format=text',
      '--verbosity=debug',
      '--build-arg=A=1',
      '--build-arg=B=two\nlines',
      '--label=l=x y',
      '--annotation=n=z',
      '--target=release',
      '--custom-platform=linux/arm/v7',
      '--cache=true',
      '--cache-repo=cache.local:5000/layers',
      '--cache-ttl=1209600s',
      '--insecure-registry=a:5000',
      '--insecure-registry=c',
      '--skip-tls-verify-registry=b',
      '--skip-tls-verify-registry=c',
      '--registry-certificate=ghcr.io=/kaniko/buildcontext/auth/ca.crt',
      '--registry-certificate=index.docker.io=/kaniko/buildcontext/auth/ca.crt',
      '--registry-certificate=cache.local:5000=/kaniko/buildcontext/auth/ca.crt',
      '--registry-certificate=mirror.local=/kaniko/buildcontext/auth/ca.crt',
      '--registry-certificate=base.example=/kaniko/buildcontext/auth/ca.crt',
      '--registry-certificate=gcr.io=/kaniko/buildcontext/auth/ca.crt',
      '--registry-mirror=mirror.local/hub',
      '--registry-map=quay.io=mirror.local/quay',
      '--push-retry=5',
      '--image-download-retry=3',
    ],
    env: [{ name: 'DOCKER_CONFIG', value: '/kaniko/buildcontext/auth' }, ...compatibility],
    securityContext,
  });
});

test('registries have the settings under every name that the Dockerfile uses', () => {
  const inputs = inputsOf({
    'registry-ca': 'ca.pem',
    'insecure-registries': 'registry-1.docker.io,http://GHCR.io',
  });
  const pullHosts = ['index.docker.io', 'registry-1.docker.io', 'GHCR.IO'];
  const args = kaniko.container(inputs, { logins: false, ca: true, pullHosts }).args ?? [];
  expect(args.filter((argument) => /insecure|skip-tls|certificate/.test(argument))).toEqual([
    '--insecure-registry=index.docker.io',
    '--insecure-registry=registry-1.docker.io',
    '--insecure-registry=ghcr.io',
    '--insecure-registry=GHCR.IO',
    '--skip-tls-verify-registry=index.docker.io',
    '--skip-tls-verify-registry=registry-1.docker.io',
    '--registry-certificate=index.docker.io=/kaniko/buildcontext/auth/ca.crt',
    '--registry-certificate=registry-1.docker.io=/kaniko/buildcontext/auth/ca.crt',
    '--registry-certificate=GHCR.IO=/kaniko/buildcontext/auth/ca.crt',
  ]);
});

test('mirror-fallback: false forbids the original registry', () => {
  const given = { 'registry-mirrors': 'mirror.local', 'mirror-fallback': 'false' };
  expect(kaniko.container(inputsOf(given), plain).args).toContain(
    '--skip-default-registry-fallback=true',
  );
});

describe('the cache', () => {
  const cacheArgs = (given: Readonly<Record<string, string>>): unknown =>
    kaniko.container(inputsOf(given), plain).args?.filter((argument) => argument.includes('cache'));

  test.each([
    { name: 'is off by default', given: {}, args: [] },
    {
      name: 'is only read',
      given: { 'cache-from': 'acme/cache' },
      args: ['--cache=true', '--cache-repo=acme/cache', '--no-push-cache=true'],
    },
    {
      name: 'is read and written',
      given: { 'cache-from': 'acme/cache', 'cache-to': 'acme/cache' },
      args: ['--cache=true', '--cache-repo=acme/cache'],
    },
    {
      name: 'is not used with no-cache',
      given: { 'cache-to': 'acme/cache', 'cache-ttl': '1h', 'no-cache': 'true' },
      args: [],
    },
  ])('$name', ({ given, args }) => {
    expect(cacheArgs(given)).toEqual(args);
  });
});

test('stages are skipped if the Dockerfile allows it', () => {
  const flags = (extras: StreamExtras): unknown =>
    kaniko.container(inputsOf({}), extras).args?.filter((flag) => flag.includes('stages'));
  expect(flags(plain)).toEqual([]);
  expect(flags({ ...plain, skipsStages: false })).toEqual([]);
  expect(flags({ ...plain, skipsStages: true })).toEqual(['--skip-unused-stages=true']);
});

test.each([
  { args: 'SOURCE_DATE_EPOCH=7', value: '7' },
  { args: 'SOURCE_DATE_EPOCH=', value: undefined },
  { args: 'SOURCE_DATE_EPOCH=now', value: undefined },
  { args: 'A=7', value: undefined },
])('with the build argument $args kaniko gets SOURCE_DATE_EPOCH=$value', ({ args, value }) => {
  const { env = [] } = kaniko.container(inputsOf({ 'build-args': args }), plain);
  expect(env.find(({ name }) => name === 'SOURCE_DATE_EPOCH')?.value).toBe(value);
});

test.each([
  { given: { 'cache-to': 'acme/cache' }, isSkipped: true },
  { given: { 'cache-to': 'acme/cache', tags: 'acme/app', push: 'true' }, isSkipped: false },
  { given: { 'cache-from': 'acme/cache' }, isSkipped: false },
  { given: { 'cache-to': 'acme/cache', 'no-cache': 'true' }, isSkipped: false },
])('a cache that refuses layers does not fail the build of $given', ({ given, isSkipped }) => {
  const { args = [] } = kaniko.container(inputsOf(given), plain);
  expect(args.includes('--skip-push-permission-check=true')).toBe(isSkipped);
});

describe('registry-secret', () => {
  const inputs = inputsOf({ 'registry-secret': 'login' });

  test('is mounted where kaniko reads credentials', () => {
    expect(kaniko.container(inputs, plain)).toEqual({
      name: 'builder',
      image: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
      args: [
        '--context=tar://stdin',
        '--context-sub-path=ctx',
        '--dockerfile=/kaniko/buildcontext/meta/Dockerfile',
        '--no-push=true',
        '--force=true',
        '--log-format=text',
        '--verbosity=info',
        '--image-download-retry=3',
      ],
      env: [{ name: 'DOCKER_CONFIG', value: '/kaniko/.docker' }, ...compatibility],
      securityContext,
      volumeMounts: [{ name: 'registry-login', mountPath: '/kaniko/.docker', readOnly: true }],
    });
  });

  test('provides config.json from either of the two usual keys', () => {
    expect(kaniko.volumes(inputs)).toEqual([
      {
        name: 'registry-login',
        projected: {
          defaultMode: 0o400,
          sources: [
            {
              secret: {
                name: 'login',
                items: [{ key: '.dockerconfigjson', path: 'config.json' }],
                optional: true,
              },
            },
            { secret: { name: 'login' } },
          ],
        },
      },
    ]);
  });

  test('adds no volume if it is not set', () => {
    expect(kaniko.volumes(inputsOf({}))).toEqual([]);
  });
});

describe('readDigests', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  const other = `sha256:${'0b'.repeat(32)}`;

  test.each([
    {
      name: 'one line for each destination',
      message: `10.0.0.1:5000/a:1@${digest}\n10.0.0.1:5000/a:2@${digest}\n`,
      expected: [digest],
    },
    {
      name: 'a list whose end is missing',
      message: `r/a:1@${digest}\nr/a:2@sha256:0a0a`,
      expected: [digest],
    },
    {
      name: 'two digests',
      message: `r/a:1@${digest}\nr/a:2@${other}\n`,
      expected: [digest, other],
    },
    { name: 'an empty message', message: '', expected: [] },
    { name: 'other text', message: 'error: no space left', expected: [] },
    { name: 'an incomplete digest', message: 'r/a:1@sha256:0a0a', expected: [] },
  ])('reads $name', ({ message, expected }) => {
    expect(kaniko.readDigests(message)).toEqual(expected);
  });
});

test.each([
  { verbosity: 'debug', expected: '--verbosity=debug', isFiltered: false },
  { verbosity: 'info', expected: '--verbosity=info', isFiltered: false },
  { verbosity: 'warn', expected: '--verbosity=info', isFiltered: true },
  { verbosity: 'panic', expected: '--verbosity=info', isFiltered: true },
])('asks for at least info with verbosity $verbosity', ({ verbosity, expected, isFiltered }) => {
  const inputs = inputsOf({ verbosity });
  expect(kaniko.container(inputs, plain).args).toContain(expected);
  expect(kaniko.filterOutput(inputs) !== undefined).toBe(isFiltered);
});
