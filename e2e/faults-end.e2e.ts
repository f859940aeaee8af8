// The API server is unavailable when the step ends. The post step retries, and reports the pod if it cannot delete it either.
import assert from 'node:assert/strict';
import { visibleLog } from '../runner/job-log.ts';
import { account, assertRed, podsOf, script } from './build.ts';
import { suite, testCase } from './cases.ts';
import { kubectl } from './kubectl.ts';
import { attemptsOf, lab, missingLab, runWithFault, untilHealthyAfterOutage } from './lab.ts';

const inputs = script('cat >/dev/null; echo building; sleep 300', { stdin: 'x', timeout: '3m' });
const notYet = /could not be removed yet .*; the post step tries again/;

suite('an API server that is unavailable at the end', () => {
  testCase(
    'and available again later: the post step removes the pod',
    async () => {
      const result = await runWithFault(inputs, /^building$/m, async ({ kill, logged }) => {
        await lab('stop', 'apiserver', '--kill');
        kill('SIGINT');
        await logged(notYet);
        await lab('start', 'apiserver');
      });
      assertRed(result, /the job was cancelled \(SIGINT\)/);
      const [name = ''] = attemptsOf(result);
      assert.match(result.log, new RegExp(`^pod ${name} is removed$`, 'm'));
      await untilHealthyAfterOutage();
    },
    missingLab,
  );

  testCase(
    'and stays unavailable: the post step prints the command that deletes the pod',
    async () => {
      let runId = '';
      const result = await runWithFault(
        inputs,
        /^building$/m,
        async (hit) => {
          runId = hit.runId;
          await lab('stop', 'apiserver', '--kill');
          hit.kill('SIGINT');
        },
        { keepsPod: true },
      );
      await lab('start', 'apiserver');
      console.log(`both steps took ${Math.round(result.tookMs / 1_000)} s`);
      assertRed(result, /the job was cancelled \(SIGINT\)/);
      const [name = ''] = attemptsOf(result);
      const command = `kubectl delete pod ${name} --namespace ${account.namespace}`;
      assert.ok(result.log.includes(command), visibleLog(result.log));
      assert.equal((await podsOf(runId)).length, 1);
      await kubectl(command.split(' ').slice(1));
      assert.equal((await podsOf(runId)).length, 0);
      await untilHealthyAfterOutage();
    },
    missingLab,
  );
});
