// Faults of pods in ordinary clusters: another client deletes them, they exceed a limit, no node has room for a while.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { V1NodeList } from '@kubernetes/client-node';
import { splitLog } from '../runner/job-log.ts';
import { account, assertGreen, assertRed, script, shell, withFiles } from './build.ts';
import { writeRandomFile } from './bytes.ts';
import { suite, testCase } from './cases.ts';
import { kubectl, getObject } from './kubectl.ts';
import { attemptsOf, podOf, runWithFault, type Hit } from './lab.ts';
import { until } from './poll.ts';

const inNamespace = ['--namespace', account.namespace];
const label = 'kbp-e2e/room';
const megabytes = 50;
const patienceMs = 30_000;
/** The pod's own deadline is a minute later than that of the step. */
const clusterDeadlineMs = 150_000;

async function deletePod({ runId }: Hit): Promise<void> {
  const { metadata } = await podOf(runId, () => true);
  await kubectl(['delete', 'pod', metadata?.name ?? '', '--wait=false', ...inNamespace]);
}

suite('another client deletes the pod', () => {
  testCase('during an upload', async () => {
    await withFiles({}, async (directory) => {
      await writeRandomFile(join(directory, 'big.bin'), megabytes, 6);
      const inputs = script('head -c 100000 >/dev/null; echo half; sleep 300', {
        'stdin-file': 'big.bin',
      });
      const result = await runWithFault(inputs, /^half$/m, deletePod, { directory });
      assertRed(result, /^another client deleted the pod before the builder ended\. Check which/);
      assert.equal(attemptsOf(result).length, 1);
      assert.ok(result.tookMs < patienceMs, `it took ${result.tookMs} ms`);
    });
  });

  testCase('during a build', async () => {
    const inputs = script('cat >/dev/null; echo begun; sleep 300', { stdin: 'x' });
    const result = await runWithFault(inputs, /^begun$/m, deletePod);
    assertRed(result, /^another client deleted the pod before the builder ended\. Check which/);
    assert.ok(splitLog(result.log).mirrored.includes('begun'));
    assert.ok(result.tookMs < patienceMs, `it took ${result.tookMs} ms`);
  });
});

suite('a pod that exceeds its limit', () => {
  for (const [name, command] of [
    ['is evicted', 'sleep 120'],
    ['is evicted when it exits with 0 after SIGTERM', 'trap "exit 0" TERM; sleep 120 & wait'],
  ] as const)
    testCase(`of ephemeral storage ${name}, and the step reports the resource`, async () => {
      const fill = 'cat >/dev/null; head -c 30000000 /dev/zero >/x; echo full';
      const inputs = script(`${fill}; ${command}`, {
        stdin: 'x',
        resources: 'limits.ephemeral-storage=1Mi',
      });
      const result = await runWithFault(inputs, /^full$/m, () => Promise.resolve());
      assertRed(
        result,
        /^the kubelet evicted the pod before the builder ended \(Evicted: .*ephemeral.* 1Mi\.\)\. Raise 'limits\.ephemeral-storage' in 'resources'/,
      );
    });
});

suite('a pod without a node', () => {
  testCase('starts when a node matches', async () => {
    const inputs = shell({
      stdin: 'echo foo',
      'node-selector': `${label}=true`,
      'start-timeout': '60s',
    });
    try {
      const result = await runWithFault(inputs, /^waiting: Unschedulable: /m, async () => {
        const nodes = await getObject<V1NodeList>(['nodes']);
        const name = nodes?.items[0]?.metadata?.name ?? '';
        await kubectl(['label', 'node', name, `${label}=true`]);
      });
      assertGreen(result);
      assert.deepEqual(splitLog(result.log).mirrored, ['foo']);
      assert.match(result.log, /didn't match Pod's node affinity\/selector/);
    } finally {
      await kubectl(['label', 'nodes', '--all', `${label}-`]);
    }
  });
});

suite('deadlines', () => {
  testCase(
    'the deadline of the pod ends the build of a stopped step, which reports it',
    async () => {
      const inputs = shell({ stdin: 'echo begun; sleep 300', timeout: '10s' });
      const result = await runWithFault(inputs, /^begun$/m, async ({ runId, kill }) => {
        kill('SIGSTOP');
        try {
          await until('the pod is at its deadline', clusterDeadlineMs, async () => {
            const pod = await podOf(runId, () => true);
            return pod.status?.reason === 'DeadlineExceeded' ? true : undefined;
          });
        } finally {
          kill('SIGCONT');
        }
      });
      // Both deadlines have passed by then, so either of them may be reported.
      assertRed(
        result,
        /^the (pod exceeded its activeDeadlineSeconds: .*Raise 'timeout' \(now 10 s\)|step did not end within its timeout of 10 s)/,
      );
    },
  );
});
