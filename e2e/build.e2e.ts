// Builds and pushes with kaniko, and the failures of such builds.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import {
  account,
  assertGreen,
  assertRed,
  cluster,
  kaniko,
  podsOf,
  runBuild,
  withFiles,
} from './build.ts';
import { needs, suite, testCase } from './cases.ts';
import { kubectl, runProgram } from './kubectl.ts';
import { until } from './poll.ts';
import { hasTags, readConfig, readFiles, readManifest, type Manifest } from './registry.ts';

const registry = { host: cluster.registry };
const baseImage = cluster.baseImage;
const from = `FROM ${baseImage}\n`;

function repositoryOf(name: string): string {
  return `${account.namespace}/${name}`;
}

function imageOf(name: string): string {
  return `${registry.host}/${repositoryOf(name)}`;
}

async function pushed(name: string, tag: string): Promise<Manifest> {
  const manifest = await readManifest(registry, repositoryOf(name), tag);
  assert.ok(manifest !== undefined, `${imageOf(name)}:${tag} is not in the registry`);
  return manifest;
}

/** Files that an image adds to its base image. */
async function addedFiles(name: string, tag: string): Promise<Record<string, string>> {
  const [, repository = '', baseTag = ''] = /^[^/]+\/(.+?)(?::([^:@/]+))?$/.exec(baseImage) ?? [];
  const base = await readManifest(registry, repository, baseTag || 'latest');
  assert.ok(base !== undefined, `${baseImage} is not in ${registry.host}`);
  return readFiles(registry, repositoryOf(name), await pushed(name, tag), base);
}

suite('build', () => {
  testCase('builds FROM, COPY, RUN and ARG with .dockerignore, and pushes every tag', async () => {
    const image = imageOf('app');
    const files = {
      Dockerfile: [
        `FROM ${baseImage}`,
        'ARG VERSION=none',
        'ENV GREETING=hello',
        'COPY . /app/',
        'RUN echo "$VERSION" >/version && chmod 640 /version',
        '',
      ].join('\n'),
      '.dockerignore': 'logs\n*.tmp\n!keep.tmp\nDockerfile\n.dockerignore\n',
      'main.txt': 'main\n',
      'drop.tmp': 'not sent\n',
      'keep.tmp': 'kept\n',
      'logs/today.txt': 'not sent\n',
      'src/deep/file name.txt': 'deep\n',
    };
    const result = await withFiles(files, (directory) =>
      runBuild(
        kaniko({
          tags: `${image}:1, ${image}:latest`,
          push: 'true',
          'build-args': 'VERSION=4.2',
          labels: 'org.example.answer=42',
        }),
        { directory },
      ),
    );
    assertGreen(result);
    assert.deepEqual(await addedFiles('app', '1'), {
      'app/main.txt': 'main\n',
      'app/keep.tmp': 'kept\n',
      'app/src/deep/file name.txt': 'deep\n',
      version: '4.2\n',
    });
    const manifest = await pushed('app', '1');
    const { config = {} } = await readConfig(registry, repositoryOf('app'), manifest);
    assert.equal(config.Env?.includes('GREETING=hello'), true);
    assert.equal(config.Labels?.['org.example.answer'], '42');
    assert.equal((await pushed('app', 'latest')).digest, manifest.digest);

    const { outputs } = result;
    assert.equal(outputs['digest'], manifest.digest);
    assert.equal(outputs['image'], `${image}:1@${manifest.digest}`);
    assert.equal(outputs['image-name'], image);
    assert.equal(outputs['exit-code'], '0');
    assert.equal(outputs['namespace'], account.namespace);
    const metadata = JSON.parse(outputs['metadata'] ?? '') as Record<string, unknown>;
    assert.equal(metadata['containerimage.digest'], manifest.digest);
    assert.equal(metadata['image.name'], `${image}:1,${image}:latest`);
    assert.equal(metadata['kubernetes.pod'], outputs['pod-name']);
    assert.ok(result.summary.includes(manifest.digest.replace('sha256:', '')), result.summary);
  });

  testCase('uses the layer cache on the second run', async () => {
    const cache = imageOf('cache');
    const files = { Dockerfile: `${from}RUN echo ${randomInt(2 ** 40)} >/slow\n` };
    await withFiles(files, async (directory) => {
      const inputs = kaniko({
        tags: `${imageOf('cached')}:1`,
        push: 'true',
        'cache-to': `type=registry,ref=${cache}`,
      });
      const first = await runBuild(inputs, { directory });
      assertGreen(first);
      assert.doesNotMatch(first.log, /Using caching version of cmd/);
      const second = await runBuild({ ...inputs, 'cache-from': cache }, { directory });
      assertGreen(second);
      assert.match(second.log, /Using caching version of cmd: RUN/);
      // A layer of the cache has the same files and times, so the image is built from the same layers.
      assert.ok(await hasTags(registry, repositoryOf('cache')));
    });
  });

  testCase('builds without pushing', async () => {
    const result = await withFiles({ Dockerfile: `${from}RUN true\n` }, (directory) =>
      runBuild(kaniko({ tags: `${imageOf('unpushed')}:1` }), { directory }),
    );
    assertGreen(result);
    assert.equal(result.outputs['digest'] ?? '', '');
    assert.equal(result.outputs['image'] ?? '', '');
    assert.equal(await hasTags(registry, repositoryOf('unpushed')), false);
  });

  testCase('fails with the exit code of a failing RUN, and annotates its line', async () => {
    const files = { Dockerfile: `${from}\n# A comment.\nRUN echo working && exit 3\n` };
    const result = await withFiles(files, (directory) =>
      runBuild(kaniko({ tags: `${imageOf('failing')}:1`, push: 'true' }), { directory }),
    );
    const error = assertRed(result, /\b3\b/);
    assert.equal(error.file, 'Dockerfile');
    assert.equal(error.line, 4);
    // kaniko exits with the code of the RUN.
    assert.equal(result.outputs['exit-code'], '3');
    assert.equal(result.outputs['digest'] ?? '', '');
    assert.equal(await hasTags(registry, repositoryOf('failing')), false);
  });

  testCase('builds a ready-made archive with the Dockerfile inside', async () => {
    const files = {
      'tree/docker/Dockerfile': `${from}COPY data.txt /data.txt\n`,
      'tree/data.txt': 'from the archive\n',
    };
    const result = await withFiles(files, async (directory) => {
      await runProgram('tar', [
        '-C',
        join(directory, 'tree'),
        '-czf',
        join(directory, 'app.tar.gz'),
        '.',
      ]);
      return runBuild(
        kaniko({
          context: 'app.tar.gz',
          file: 'docker/Dockerfile',
          tags: `${imageOf('archive')}:1`,
          push: 'true',
        }),
        { directory },
      );
    });
    assertGreen(result);
    assert.deepEqual(await addedFiles('archive', '1'), { 'data.txt': 'from the archive\n' });
  });

  testCase('runs two builds at once', async () => {
    const builds = ['one', 'two'].map((name) =>
      withFiles({ Dockerfile: `${from}COPY name.txt /name.txt\n`, 'name.txt': name }, (directory) =>
        runBuild(kaniko({ tags: `${imageOf(`parallel-${name}`)}:1`, push: 'true' }), {
          directory,
        }),
      ),
    );
    for (const result of await Promise.all(builds)) assertGreen(result);
    for (const name of ['one', 'two'])
      assert.deepEqual(await addedFiles(`parallel-${name}`, '1'), { 'name.txt': name });
  });

  testCase('keeps the pod with keep-pod', async () => {
    const runId = String(randomInt(2 ** 40));
    const result = await withFiles({ Dockerfile: `${from}RUN true\n` }, (directory) =>
      runBuild(kaniko({ 'keep-pod': 'always' }), {
        directory,
        keepsPod: true,
        env: { GITHUB_RUN_ID: runId },
      }),
    );
    assertGreen(result);
    const kept = await until('the kept pod has ended', 20_000, async () =>
      (await podsOf(runId)).find(({ status }) => status?.phase === 'Succeeded'),
    );
    assert.equal(kept.metadata?.name, result.outputs['pod-name']);
    const name = result.outputs['pod-name'] ?? '';
    assert.ok(result.summary.includes(`kubectl delete pod ${name}`), result.summary);
    await kubectl(['delete', 'pod', name, '--namespace', account.namespace]);
  });
});

suite('a registry without TLS', () => {
  const host = cluster.strictRegistry ?? '';
  const missing = needs('KBP_STRICT_REGISTRY', cluster.strictRegistry);
  const files = { Dockerfile: `${from}RUN true\n` };

  testCase(
    'gets the image if insecure-registries contains it',
    async () => {
      const repository = repositoryOf('strict');
      const result = await withFiles(files, (directory) =>
        runBuild(
          kaniko({
            tags: `${host}/${repository}:1`,
            push: 'true',
            'insecure-registries': `http://${host}, http://${registry.host}`,
          }),
          { directory },
        ),
      );
      assertGreen(result);
      const manifest = await readManifest({ host }, repository, '1');
      assert.equal(result.outputs['digest'], manifest?.digest);
    },
    missing,
  );

  testCase(
    'is refused otherwise, with a hint to insecure-registries',
    async () => {
      const result = await withFiles(files, (directory) =>
        runBuild(
          kaniko({ tags: `${host}/${repositoryOf('refused')}:1`, push: 'true', 'push-retry': '0' }),
          { directory },
        ),
      );
      assertRed(result, new RegExp(`${host} uses plain HTTP.*insecure-registries`));
    },
    missing,
  );
});
