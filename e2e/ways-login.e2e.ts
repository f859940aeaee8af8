// Every way in which registry credentials are found: each pulls from and pushes to a registry that refuses both without them.
import { join } from 'node:path';
import { account, assertRed, cluster, type Inputs } from './build.ts';
import { suite, testCase } from './cases.ts';
import { readManifest } from './registry.ts';
import {
  assertPushed,
  configWith,
  credentials,
  host,
  missing,
  password,
  push,
  user,
} from './tls-push.ts';

const { namespace } = account;
const auth = Buffer.from(credentials).toString('base64');
const wrong = { auth: Buffer.from(`${user}:not-the-password`).toString('base64') };
const config = configWith(credentials);

interface Way {
  readonly name: string;
  readonly inputs?: Inputs;
  readonly files?: Readonly<Record<string, string>>;
  /** Variables of the runner. @param directory with the files. */
  readonly env?: (directory: string) => Readonly<Record<string, string>>;
  /** The image in FROM; by default that of the registry. */
  readonly from?: string;
}

const base = `${host}/${namespace}/ways-base:1`;

function auths(elements: readonly object[]): Inputs {
  return { 'docker-config': 'none', 'registry-auths': JSON.stringify(elements) };
}

const login = { registry: host, username: user, password };

const ways: readonly Way[] = [
  { name: 'variable', env: () => ({ DOCKER_AUTH_CONFIG: config }) },
  {
    name: 'podman-file',
    files: { 'auth.json': config },
    env: (directory) => ({ REGISTRY_AUTH_FILE: join(directory, 'auth.json') }),
  },
  {
    name: 'podman-runtime',
    files: { 'run/containers/auth.json': config },
    env: (directory) => ({ XDG_RUNTIME_DIR: join(directory, 'run') }),
  },
  {
    name: 'podman-home',
    files: { 'home/containers/auth.json': config },
    env: (directory) => ({ XDG_CONFIG_HOME: join(directory, 'home') }),
  },
  {
    name: 'scopes',
    files: {
      [`docker/buildx/config/${host}/${namespace}/ways-scopes@push/config.json`]: config,
      [`docker/buildx/config/${host}@pull/config.json`]: config,
    },
    env: (directory) => ({ DOCKER_CONFIG: join(directory, 'docker') }),
  },
  {
    name: 'paths',
    files: {
      'docker/config.json': JSON.stringify({
        auths: { [host]: wrong, [`${host}/${namespace}`]: { auth }, [`${host}/other`]: wrong },
      }),
    },
    inputs: { 'docker-config': 'docker' },
  },
  {
    name: 'old-key',
    files: {
      'docker/config.json': JSON.stringify({ auths: { [`HTTPS://${host}/v2/`]: { auth } } }),
    },
    inputs: { 'docker-config': 'docker' },
  },
  {
    name: 'missing-helper',
    files: {
      'docker/config.json': JSON.stringify({ ...JSON.parse(config), credsStore: 'e2e-missing' }),
    },
    inputs: { 'docker-config': 'docker' },
  },
  { name: 'auths', inputs: auths([login]) },
  {
    name: 'auths-scopes',
    inputs: auths([
      { ...login, scope: `${namespace}/ways-auths-scopes@push` },
      { ...login, scope: '@pull' },
    ]),
  },
  { name: 'auths-path', inputs: auths([{ ...login, registry: `${host}/${namespace}` }]) },
  {
    name: 'mirror',
    from: 'mirrored.invalid/ways-base:1',
    inputs: {
      ...auths([login]),
      'registry-mirrors': `mirrored.invalid=${host}/${namespace}`,
      'mirror-fallback': 'false',
    },
  },
];

/** The image that every way pulls. */
let pushedBase: Promise<void> | undefined;

function needBase(): Promise<void> {
  const files = { 'docker.json': config };
  pushedBase ??= push('ways-base', { 'docker-config': 'docker.json' }, files).then((result) =>
    assertPushed('ways-base', result),
  );
  return pushedBase;
}

const registry = { host: cluster.registry };
const googleImage = (await readManifest(registry, 'kaniko/executor-google', 'v1'))
  ? `${registry.host}/kaniko/executor-google:v1`
  : undefined;

/** Ways whose credentials depend on how kaniko looks them up. */
const lookups = ['paths', 'auths-scopes', 'mirror'];

const cases = [
  ...ways.map((way) => ({ way, image: cluster.builderImage, kaniko: 'kaniko', reason: missing })),
  ...ways
    .filter(({ name }) => lookups.includes(name))
    .map((way) => ({
      way,
      image: googleImage,
      kaniko: "Google's kaniko",
      reason:
        googleImage === undefined ? 'kaniko/executor-google:v1 is not in the registry' : missing,
    })),
];

suite('ways of credentials', () => {
  for (const { way, image, kaniko, reason } of cases) {
    const { name, inputs = {}, files = {}, env = () => ({}), from = base } = way;
    testCase(
      `way ${name}, ${kaniko}`,
      async () => {
        await needBase();
        const builder: Inputs = image === undefined ? {} : { 'builder-image': image };
        const dockerfile = { 'src/Dockerfile': `FROM ${from}\nCOPY name.txt /name.txt\n` };
        const run = { ...builder, ...inputs };
        const result = await push(`ways-${name}`, run, { ...dockerfile, ...files }, env);
        await assertPushed(`ways-${name}`, result);
      },
      reason,
    );
  }

  testCase(
    'way none is refused',
    async () => {
      const result = await push('ways-none', { 'docker-config': 'none' });
      assertRed(result, /denied the push/);
    },
    missing,
  );
});
