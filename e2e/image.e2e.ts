// The images of kaniko are those of Docker: labels, stages, build arguments, with every kaniko of the registry.
import assert from 'node:assert/strict';
import type { ActionResult } from '../runner/run-action.ts';
import {
  account,
  assertGreen,
  cluster,
  kaniko,
  runBuild,
  withFiles,
  type Inputs,
} from './build.ts';
import { suite, testCase } from './cases.ts';
import {
  readConfig,
  readLayers,
  readManifest,
  type ImageConfig,
  type Manifest,
} from './registry.ts';

const registry = { host: cluster.registry };
const base = cluster.baseImage;

const google = { repository: 'kaniko/executor-google', tag: 'v1' };
const isGoogleHere = (await readManifest(registry, google.repository, google.tag)) !== undefined;

interface Builder {
  readonly fork: string;
  readonly image: string | undefined;
  /** The reason to skip the cases. */
  readonly missing?: string;
}

/** The kaniko of the suite and Google's, which is not in every registry. */
const builders: readonly Builder[] = [
  { fork: 'default', image: cluster.builderImage },
  {
    fork: 'google',
    image: `${registry.host}/${google.repository}:${google.tag}`,
    ...(!isGoogleHere && { missing: `${google.repository} is not in the registry` }),
  },
];

interface Build {
  readonly repository: string;
  readonly tag: string;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  readonly result: ActionResult;
}

interface BuildOptions {
  readonly name: string;
  readonly dockerfile: string;
  readonly inputs?: Inputs;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** Builds and pushes with one kaniko. */
async function build(
  { image, fork: tag }: Builder,
  { name, dockerfile, inputs = {}, env = {}, files = {} }: BuildOptions,
): Promise<Build> {
  const repository = `${account.namespace}/${name}`;
  const result = await withFiles({ ...files, Dockerfile: dockerfile }, (directory) =>
    runBuild(
      {
        ...kaniko({ tags: `${registry.host}/${repository}:${tag}`, push: 'true' }),
        ...(image !== undefined && { 'builder-image': image }),
        ...inputs,
      },
      { directory, env },
    ),
  );
  assertGreen(result);
  const manifest = await readManifest(registry, repository, tag);
  assert.ok(manifest !== undefined);
  const config = await readConfig(registry, repository, manifest);
  return { repository, tag, manifest, config, result };
}

/** The content of a file of the image; undefined if no layer has it. */
async function fileOf({ repository, manifest }: Build, name: string): Promise<string | undefined> {
  const members = await readLayers(registry, repository, manifest, undefined);
  return members.findLast((member) => member.name === name)?.content.toString();
}

/** Runs the case with each kaniko. */
function forEachBuilder(name: string, run: (builder: Builder) => Promise<void>): void {
  for (const builder of builders) {
    testCase(
      `${name} (${builder.fork})`,
      async () => {
        await run(builder);
      },
      builder.missing,
    );
  }
}

suite('image', () => {
  forEachBuilder('labels win over those of the Dockerfile', async (builder) => {
    const awkward = `it's "a" \\ $HOME \${PATH} \\n <<E #`;
    const dockerfile = [
      `FROM ${base} AS base`,
      'LABEL version=base kept.base=yes',
      'FROM base AS wanted',
      'LABEL version="dev" \\',
      '  # a comment',
      '  kept="a b" text=none',
      'LABEL title Old form',
      'RUN true',
      `FROM ${base}`,
      'RUN exit 1',
      '',
    ].join('\n');
    const labels = ['version=1.2.3', 'title=new', `text=${awkward}`].map(
      (label) => `"${label.replaceAll('"', '""')}"`,
    );
    for (const cache of [
      '',
      `type=registry,ref=${registry.host}/${account.namespace}/labels-cache`,
    ]) {
      const { config } = await build(builder, {
        name: 'labels',
        dockerfile,
        inputs: { labels: labels.join('\n'), target: 'wanted', 'cache-to': cache },
      });
      assert.deepEqual(config.config?.Labels, {
        version: '1.2.3',
        title: 'new',
        text: awkward,
        kept: 'a b',
        'kept.base': 'yes',
      });
    }
  });

  forEachBuilder('stages that the target does not need are not built', async (builder) => {
    const dockerfile = [
      `FROM ${base} AS lint`,
      'RUN echo lint fails >&2; exit 3',
      `FROM ${base} AS tools`,
      'RUN echo tool >/tool',
      `FROM ${base}`,
      'COPY --from=tools /tool /tool',
      '',
    ].join('\n');
    const built = await build(builder, { name: 'stages', dockerfile });
    assert.equal(await fileOf(built, 'tool'), 'tool\n');
  });

  forEachBuilder('stages are not built for a final stage without COPY', async (builder) => {
    const dockerfile = [
      `FROM ${base}`,
      'COPY missing /',
      `FROM ${base} AS broken`,
      'RUN <<E',
      'exit 1',
      'E',
      `FROM ${base} AS parent`,
      'RUN echo parent >/f',
      'FROM Parent',
      'USER 7',
      '',
    ].join('\n');
    const built = await build(builder, { name: 'chain', dockerfile });
    assert.equal(await fileOf(built, 'f'), 'parent\n');
    assert.equal(built.config.config?.User, '7');
  });

  forEachBuilder('a numbered stage is the one that Docker takes', async (builder) => {
    const dockerfile = [
      `FROM ${base}`,
      'RUN echo 0 >/f',
      `FROM ${base} AS unused`,
      'RUN exit 1',
      `FROM ${base} AS named`,
      'RUN echo named >/f',
      `FROM ${base}`,
      'COPY --from=0 /f /f0',
      'COPY --from=named /f /fn',
      '',
    ].join('\n');
    const built = await build(builder, { name: 'numbered', dockerfile });
    assert.equal(await fileOf(built, 'f0'), '0\n');
    assert.equal(await fileOf(built, 'fn'), 'named\n');
  });

  forEachBuilder('RUN has the automatic arguments of a known platform', async (builder) => {
    const names = ['TARGETPLATFORM', 'TARGETARCH', 'TARGETVARIANT', 'BUILDOS'];
    const dockerfile = [
      `FROM ${base}`,
      ...names.map((name) => `ARG ${name}`),
      'ARG TARGETOS=default',
      `RUN set -u; echo "${names.map((name) => `$${name}`).join(' ')} $TARGETOS" >/values`,
      '',
    ].join('\n');
    const inputs = { platforms: 'linux/amd64', 'build-args': 'BUILDOS=mine' };
    const built = await build(builder, { name: 'platform', dockerfile, inputs });
    assert.equal(await fileOf(built, 'values'), 'linux/amd64 amd64  mine default\n');
  });

  forEachBuilder('RUN has SOURCE_DATE_EPOCH and the proxies of the runner', async (builder) => {
    const proxies = { httpProxy: 'http://proxy.invalid:1', noProxy: '*', allProxy: 'http://u:p@q' };
    const docker = { 'docker/config.json': JSON.stringify({ proxies: { default: proxies } }) };
    await withFiles(docker, async (directory) => {
      const dockerfile = [
        `FROM ${base}`,
        'ARG SOURCE_DATE_EPOCH',
        'RUN echo "$SOURCE_DATE_EPOCH $HTTP_PROXY $http_proxy $NO_PROXY $ALL_PROXY" >/values',
        '',
      ].join('\n');
      const env = { DOCKER_CONFIG: `${directory}/docker`, SOURCE_DATE_EPOCH: '1700000000' };
      const inputs = { 'build-args': 'http_proxy=mine' };
      const built = await build(builder, { name: 'environment', dockerfile, env, inputs });
      assert.equal(await fileOf(built, 'values'), '1700000000 http://proxy.invalid:1 mine * \n');
      assert.match(built.result.log, /allProxy of the Docker configuration .* has credentials/);
      assert.doesNotMatch(JSON.stringify(built.config.config), /proxy/i);
    });
  });

  forEachBuilder('the compatibility flags of another fork change nothing', async (builder) => {
    const flags = [
      'CHOWN_ON_IMPLICIT_DIRS',
      'COPY_AS_ROOT',
      'COPY_CHMOD_ON_IMPLICIT_DIRS',
      'EXPAND_HEREDOC',
      'RUN_HONOR_GROUP',
      'UNTAR_SKIP_ROOT',
    ];
    const off = flags.map((flag) => `FF_KANIKO_${flag}=false`).join('\n');
    const dockerfile = `FROM ${base}\nUSER 1000:33\nCOPY --chmod=700 a /x/y/\nWORKDIR /w/v\nCOPY a .\n`;
    const digests: string[] = [];
    for (const env of ['', off]) {
      const { manifest } = await build(builder, {
        name: 'flags',
        dockerfile,
        files: { a: 'a\n' },
        inputs: { 'builder-args': '--reproducible', 'builder-env': env },
      });
      digests.push(manifest.digest);
    }
    assert.equal(digests[0], digests[1]);
  });
});
