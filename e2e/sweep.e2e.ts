// A run removes the pods of ended runs. It does not touch running pods and kept pods.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { splitLog } from '../runner/job-log.ts';
import { account, assertGreen, cluster, runBuild, script, shell, withFiles } from './build.ts';
import { suite, testCase } from './cases.ts';
import { getObject, kubectl } from './kubectl.ts';
import { until } from './poll.ts';

const repository = 'example/project';
const twoHours = 2 * 60 * 60;

/** Creates a pod as another run would, which no node can take, with a lifetime in seconds. */
async function leave(owner: string, lifetime: number): Promise<string> {
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
      annotations: { 'kube-build-push/lifetime-seconds': String(lifetime) },
    },
    spec: {
      restartPolicy: 'Never',
      nodeSelector: { 'kbp-e2e/none': 'true' },
      containers: [{ name: 'builder', image: cluster.baseImage, command: ['true'] }],
    },
  };
  await kubectl(['create', '--filename', '-'], { input: JSON.stringify(pod) });
  // The action does not delete a pod whose resourceVersion has changed, so wait until it no longer changes.
  await kubectl([
    ...['wait', `pod/${name}`, '--namespace', account.namespace],
    ...['--for=condition=PodScheduled=false', '--timeout=120s'],
  ]);
  return name;
}

/** Sets the clock of a process two hours back. */
const slowClock = `const now = Date.now; Date.now = () => now() - ${twoHours * 1_000}`;

async function lifetimeIsOver(name: string): Promise<true | undefined> {
  const pod = await getObject<V1Pod>(['pod', name, '--namespace', account.namespace]);
  const createdMs = new Date(pod?.metadata?.creationTimestamp ?? NaN).getTime();
  return Date.now() - createdMs > 2_000 ? true : undefined;
}

async function isLeft(name: string): Promise<boolean> {
  const pod = await getObject<V1Pod>(['pod', name, '--namespace', account.namespace]);
  return pod !== undefined && pod.metadata?.deletionTimestamp === undefined;
}

suite('sweep', () => {
  testCase('removes only the pods of this repository whose lifetime is over', async () => {
    const living = await leave(repository, twoHours);
    const foreign = await leave('other/project', 0);
    const dead = await leave(repository, 0);
    // Times of the API server are whole seconds.
    await until('the lifetime is over', 5_000, () => lifetimeIsOver(dead));
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

  testCase(
    'does not delete the running pod of a runner whose clock is two hours slow',
    async () => {
      const clock = `data:text/javascript,${encodeURIComponent(slowClock)}`;
      const waits = script('cat > /dev/null; echo ready; sleep 8; echo done', { context: '.' });
      const result = await withFiles({ 'a.txt': 'a' }, async (directory) => {
        const others: ReturnType<typeof runBuild>[] = [];
        const slow = await runBuild(waits, {
          directory,
          env: { NODE_OPTIONS: `--import "${clock}"` },
          onLog: (text) => {
            if (!text.includes('ready') || others.length > 0) return;
            others.push(runBuild(shell({ stdin: 'echo foo' })));
          },
        });
        assert.equal(others.length, 1);
        for (const other of await Promise.all(others)) {
          assertGreen(other);
          assert.doesNotMatch(other.log, /deleted pod/);
        }
        return slow;
      });
      assertGreen(result);
      assert.deepEqual(splitLog(result.log).mirrored, ['ready', 'done']);
    },
  );
});
