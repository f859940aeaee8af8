// After a lost stream, an image engine retries in a new pod.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { splitLog, visibleLog } from '../runner/job-log.ts';
import { account, assertGreen, cluster, kaniko, withFiles } from './build.ts';
import { writeRandomFile } from './bytes.ts';
import { suite, testCase } from './cases.ts';
import { attemptsOf, lab, missingLab, runWithFault, untilHealthyAfterOutage } from './lab.ts';
import { readManifest } from './registry.ts';

/** The upload takes seconds, so that a restart, which takes less than a second, interrupts it. */
const megabytes = 400;

suite('an upload to kaniko that is lost', () => {
  for (const restart of [['apiserver', '--kill'], ['kubelet']] as const) {
    const [daemon] = restart;
    testCase(
      `by a restart of ${restart.join(' ')}: the second pod builds and pushes`,
      async () => {
        const repository = `${account.namespace}/retry-${daemon}`;
        const files = {
          Dockerfile: `FROM ${cluster.baseImage}\nCOPY name.txt /name.txt\n`,
          'name.txt': daemon,
        };
        await withFiles(files, async (directory) => {
          await writeRandomFile(join(directory, 'big.bin'), megabytes, 5);
          const inputs = kaniko({
            context: '.',
            tags: `${cluster.registry}/${repository}:1`,
            push: 'true',
          });
          const result = await runWithFault(
            inputs,
            /^running on node /m,
            () => lab('restart', ...restart),
            { directory },
          );
          assertGreen(result);
          assert.equal(attemptsOf(result).length, 2, visibleLog(result.log));
          const manifest = await readManifest({ host: cluster.registry }, repository, '1');
          assert.equal(result.outputs['digest'], manifest?.digest);
          assert.match(result.summary, /Attempts[^\n]*2/);
          const notices = splitLog(result.log).own.filter((line) =>
            /^::(warning|notice)/.test(line),
          );
          assert.ok(
            notices.some((line) => line.includes('attempt 1 failed, retrying in a new pod: ')),
            notices.join('\n'),
          );
        });
        await untilHealthyAfterOutage();
      },
      missingLab,
    );
  }
});
