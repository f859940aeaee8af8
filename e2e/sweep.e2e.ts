// A run removes the pods of ended runs. It does not touch running pods and kept pods.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { account, assertGreen, cluster, runBuild, shell } from './build.ts';
import { suite, testCase } from './cases.ts';
import { getObject, kubectl } from './kubectl.ts';

const repository = 'example/project';
const hour = 60 * 60_000;

/** Creates a pod as another run would, with a container that sleeps. The pod expires at `expiresMs`. */
async function leave(owner: string, expiresMs: number): Promise<string> {
  const name = `kbp-left-${randomInt(2 ** 40)}`;
  const pod: V1Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: account.namespace,
      labels: {
        'app.kubernetes.io/name': 'kube-build-push',
        'app.kubernetes.io/managed-by': 'kube-build-push',
        'app.kubernetes.io/component': 'builder',
        'kube-build-push/repository': owner.replace('/', '.'),
      },
      annotations: { 'kube-build-push/expires': new Date(expiresMs).toISOString() },
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'builder', image: cluster.baseImage, command: ['sleep', '600'] }],
    },
  };
  await kubectl(['create', '--filename', '-'], { input: JSON.stringify(pod) });
  // The action does not delete a pod whose resourceVersion has changed, so wait until it no longer changes.
  await kubectl([
    ...['wait', `pod/${name}`, '--namespace', account.namespace],
    ...['--for=condition=Ready', '--timeout=120s'],
  ]);
  return name;
}

async function isLeft(name: string): Promise<boolean> {
  const pod = await getObject<V1Pod>(['pod', name, '--namespace', account.namespace]);
  return pod !== undefined && pod.metadata?.deletionTimestamp === undefined;
}

suite('sweep', () => {
  testCase('removes only the pods of this repository that have expired', async () => {
    const dead = await leave(repository, Date.now() - hour);
    const living = await leave(repository, Date.now() + hour);
    const foreign = await leave('other/project', Date.now() - hour);
    try {
      const result = await runBuild(shell({ stdin: 'echo foo' }));
      assertGreen(result);
      assert.match(result.log, new RegExp(`^deleted pod ${dead} of an earlier run$`, 'm'));
      assert.equal(await isLeft(dead), false);
      assert.equal(await isLeft(living), true);
      assert.equal(await isLeft(foreign), true);
    } finally {
      const names = [dead, living, foreign];
      await kubectl([
        ...['delete', 'pod', ...names, '--namespace', account.namespace],
        ...['--ignore-not-found', '--grace-period=1'],
      ]);
    }
  });
});
