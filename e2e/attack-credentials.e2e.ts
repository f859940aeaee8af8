// What a workflow writes into its workspace to reach the cluster and the registry is not in the image.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { splitLog } from '../runner/job-log.ts';
import {
  account,
  assertGreen,
  assertRed,
  cluster,
  kaniko,
  runBuild,
  script,
  withFiles,
} from './build.ts';
import { suite, testCase } from './cases.ts';
import { readLayers, readManifest } from './registry.ts';

const registry = { host: cluster.registry };
const kubeconfig = Buffer.from(account.kubeconfig, 'base64').toString();
const password = 'kiwi7-Walrus-parade';
const login = JSON.stringify({
  auths: { 'other.example': { auth: Buffer.from(`ci:${password}`).toString('base64') } },
});
/** As google-github-actions/get-gke-credentials names its kubeconfig, and auth its credentials. */
const files = {
  Dockerfile: `FROM ${cluster.baseImage}\nCOPY . /app/\n`,
  name: 'foo\n',
  'gha-kubeconfig-1a2b3c4d': kubeconfig,
  'gha-creds-1a2b3c4d5e6f7890.json': `{"private_key":"${password}"}`,
  '.docker/config.json': login,
  'deploy/kubeconfig': kubeconfig,
  'deploy/app.yaml': 'kind: Pod\n',
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/logs/HEAD': `clone: from https://ci:${password}@git.example/app\n`,
  '.git/config': `[core]\n\tbare = false\n[github]\n\ttoken = ${password}\n`,
};
const note =
  'credentials of the workflow are not sent: .docker, deploy/kubeconfig, gha-creds-1a2b3c4d5e6f7890.json, gha-kubeconfig-1a2b3c4d (workflow-credentials: keep sends them)';

/** The environment that the actions of Google and a login in the workspace leave for the next steps. */
function environment(directory: string): Record<string, string> {
  return {
    KUBECONFIG: `${join(directory, 'gha-kubeconfig-1a2b3c4d')}:deploy/kubeconfig`,
    GOOGLE_GHA_CREDS_PATH: join(directory, 'gha-creds-1a2b3c4d5e6f7890.json'),
    DOCKER_CONFIG: join(directory, '.docker'),
  };
}

suite('credentials of the workflow', () => {
  testCase('build / credentials of the workflow are not in an image of kaniko', async () => {
    const repository = `${account.namespace}/credentials`;
    await withFiles(files, async (directory) => {
      const inputs = kaniko({
        kubeconfig: 'auto',
        namespace: account.namespace,
        tags: `${registry.host}/${repository}:1`,
        push: 'true',
        'keep-git-dir': 'true',
      });
      const result = await runBuild(inputs, { directory, env: environment(directory) });
      assertGreen(result);
      assert.ok(splitLog(result.log).own.includes(note), result.log);
    });
    const manifest = await readManifest(registry, repository, '1');
    assert.ok(manifest !== undefined);
    const members = await readLayers(registry, repository, manifest, undefined);
    const sent = members.filter(({ name }) => name.startsWith('app/'));
    assert.deepEqual(sent.map(({ name }) => name.replace(/\/$/, '')).toSorted(), [
      'app/.git',
      'app/.git/HEAD',
      'app/.git/config',
      'app/Dockerfile',
      'app/deploy',
      'app/deploy/app.yaml',
      'app/name',
    ]);
  });

  testCase('build / a custom builder gets no credentials of the workflow', async () => {
    await withFiles(files, async (directory) => {
      const inputs = script(
        'tar -xzf - -C /tmp && cd /tmp && find . -type f | sort && cat .git/config',
        {
          kubeconfig: 'auto',
          namespace: account.namespace,
          context: '.',
        },
      );
      const result = await runBuild(inputs, { directory, env: environment(directory) });
      assertGreen(result);
      const { mirrored, own } = splitLog(result.log);
      assert.ok(own.includes(note), result.log);
      assert.deepEqual(
        mirrored.filter((line) => line !== ''),
        [
          './.git/HEAD',
          './.git/config',
          './Dockerfile',
          './deploy/app.yaml',
          './name',
          '[core]',
          '\tbare = false',
        ],
      );
    });
  });

  testCase('build / COPY of the kubeconfig of the step fails without a pod', async () => {
    const copied = { ...files, Dockerfile: 'FROM scratch\nCOPY deploy/kubeconfig /\n' };
    await withFiles(copied, async (directory) => {
      const inputs = kaniko({ kubeconfig: 'auto', namespace: account.namespace });
      const result = await runBuild(inputs, { directory, env: environment(directory) });
      assertRed(
        result,
        /COPY deploy\/kubeconfig: deploy\/kubeconfig has credentials of the workflow or of git, and is not sent/,
      );
      assert.equal(result.outputs['pod-name'], undefined);
    });
  });
});
