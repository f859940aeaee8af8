// The action on a runner that is a pod of the cluster: it uses the in-cluster ServiceAccount, builds and pushes.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { V1EnvVar, V1Node, V1Pod } from '@kubernetes/client-node';
import { accountName } from './account.ts';
import { account, assertGreen, cluster, kaniko, runBuild, withFiles } from './build.ts';
import { suite, testCase } from './cases.ts';
import { getObject, kubectl, runProgram } from './kubectl.ts';
import { until } from './poll.ts';
import { readManifest } from './registry.ts';

const root = resolve(import.meta.dirname, '..');
const runner = 'kbp-e2e-runner';
const inNamespace = ['--namespace', account.namespace];
const runMs = 240_000;

/** The files that scripts/action.ts needs to run the bundle. */
const actionFiles = [
  'action.yml',
  'package.json',
  'dist',
  'scripts/action.ts',
  'runner',
  'support',
  'src',
  'node_modules/js-yaml',
  'node_modules/argparse',
];

const dockerfile = `FROM ${cluster.baseImage}\nCOPY root /\nWORKDIR /workspace\n`;

/** Files of the runner image: this Node with its libraries, the action, and a workspace with a Dockerfile. */
async function writeRunnerFiles(directory: string): Promise<void> {
  const target = join(directory, 'root');
  const copy = (from: string, to: string): void => {
    const path = join(target, to);
    mkdirSync(dirname(path), { recursive: true });
    cpSync(from, path, { recursive: true, dereference: true });
  };
  copy(process.execPath, '/usr/local/bin/node');
  for (const library of await librariesOf(process.execPath)) copy(library, library);
  for (const path of actionFiles) {
    const from = join(root, path);
    if (existsSync(from)) copy(from, join('/action', path));
  }
  mkdirSync(join(target, 'workspace'));
  writeFileSync(
    join(target, 'workspace', 'Dockerfile'),
    `FROM ${cluster.baseImage}\nRUN echo built in the cluster >/proof\n`,
  );
  writeFileSync(join(directory, 'Dockerfile'), dockerfile);
}

async function librariesOf(program: string): Promise<string[]> {
  const text = await runProgram('ldd', [program]);
  return [...text.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, path = '']) => path);
}

/** Empty if the Service of the API server has endpoints; else the address of the node and the port in the kubeconfig. */
async function serverVariables(): Promise<V1EnvVar[]> {
  const slices = ['endpointslices', '--namespace', 'default'];
  const selector = ['--selector', 'kubernetes.io/service-name=kubernetes'];
  const ready = await getObject<{ items: unknown[] }>([...slices, ...selector]);
  if (ready !== undefined && ready.items.length > 0) return [];
  const nodes = await getObject<{ items: V1Node[] }>(['nodes']);
  const addresses = nodes?.items[0]?.status?.addresses ?? [];
  const host = addresses.find(({ type }) => type === 'InternalIP')?.address;
  const field = '{.clusters[0].cluster.server}';
  const server = await kubectl(['config', 'view', '--minify', '--output', `jsonpath=${field}`]);
  assert.ok(host !== undefined, 'the node has no address');
  return [
    { name: 'KUBERNETES_SERVICE_HOST', value: host },
    { name: 'KUBERNETES_SERVICE_PORT', value: new URL(server).port || '443' },
  ];
}

function runnerPod(
  image: string,
  env: V1EnvVar[],
  inputs: Readonly<Record<string, string>>,
): V1Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: runner, namespace: account.namespace },
    spec: {
      restartPolicy: 'Never',
      serviceAccountName: accountName,
      automountServiceAccountToken: true,
      activeDeadlineSeconds: runMs / 1_000,
      containers: [
        {
          name: 'runner',
          image,
          command: ['node', '/action/scripts/action.ts'],
          args: ['--json', ...Object.entries(inputs).map(([name, value]) => `${name}=${value}`)],
          env: [
            ...env,
            { name: 'RUNNER_OS', value: 'Linux' },
            { name: 'RUNNER_ARCH', value: 'X64' },
            { name: 'RUNNER_ENVIRONMENT', value: 'self-hosted' },
          ],
        },
      ],
    },
  };
}

suite('in the cluster', () => {
  testCase('builds and pushes with the in-cluster ServiceAccount', async () => {
    const image = `${cluster.registry}/${account.namespace}/runner:1`;
    const built = await withFiles({}, async (directory) => {
      await writeRunnerFiles(directory);
      return runBuild(kaniko({ tags: image, push: 'true' }), { directory });
    });
    assertGreen(built);

    const repository = `${account.namespace}/inner`;
    const inputs = kaniko({ tags: `${cluster.registry}/${repository}:1`, push: 'true' });
    const pod = runnerPod(image, await serverVariables(), inputs);
    await kubectl(['create', '--filename', '-'], { input: JSON.stringify(pod) });
    const ended = await until('the runner has ended', runMs, async () => {
      const found = await getObject<V1Pod>(['pod', runner, ...inNamespace]);
      return found?.status?.containerStatuses?.[0]?.state?.terminated;
    });
    const log = await kubectl(['logs', runner, ...inNamespace]);
    assert.equal(ended.exitCode, 0, log);
    assert.match(log, /in-cluster ServiceAccount/);
    const manifest = await readManifest({ host: cluster.registry }, repository, '1');
    assert.ok(manifest !== undefined, log);
    const last = log.trim().split('\n').at(-1) ?? '';
    const { main, post, outputs } = JSON.parse(last) as {
      main: number;
      post: number;
      outputs: Record<string, string>;
    };
    assert.deepEqual([main, post], [0, 0]);
    assert.equal(outputs['digest'], manifest.digest);
    assert.equal(outputs['namespace'], account.namespace);
    const builder = await getObject(['pod', outputs['pod-name'] ?? '', ...inNamespace]);
    assert.equal(builder, undefined, 'the builder pod still exists');
  });
});
