// The API server restarts in each phase of a build. A known result does not change, and losses are reported.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { splitLog } from '../runner/job-log.ts';
import { assertGreen, assertRed, script, withFiles, type Inputs } from './build.ts';
import { hasPrinted, writeRandomFile } from './bytes.ts';
import { suite, testCase } from './cases.ts';
import {
  assertLines,
  attemptsOf,
  holdPod,
  lab,
  missingLab,
  podOf,
  runWithFault,
  untilHealthyAfterOutage,
} from './lab.ts';

/** A graceful restart waits 10 s for requests. The upload must end in that time, also on a busy machine. */
const megabytes = 100;
const lineCount = 10;
/** Limit for the run. Every phase takes a few seconds, the restart of the API server up to 12. */
const patienceMs = 60_000;

/** A graceful restart completes running requests; a kill does not. */
const restarts = [['apiserver'], ['apiserver', '--kill']] as const;

/** A script that prints its lines a second apart. */
const lines = `for i in $(seq ${lineCount}); do echo line $i; sleep 1; done`;
const timeout: Inputs = { timeout: '3m' };

suite('a restart of the API server', () => {
  for (const restart of restarts) {
    const name = restart.join(' ');
    const fault = (): Promise<string> => lab('restart', ...restart);

    testCase(
      `${name} while the pod starts: the step succeeds`,
      async () => {
        const template = [
          'spec:',
          '  initContainers:',
          `  - {name: slow, image: ${script('')['builder-image'] ?? ''}, command: [sleep, "6"]}`,
        ].join('\n');
        const inputs = script('cat; echo line 1', {
          ...timeout,
          stdin: 'whole\n',
          'pod-template': template,
        });
        const result = await runWithFault(inputs, /waiting: PodInitializing/, fault);
        assertGreen(result);
        assert.deepEqual(splitLog(result.log).mirrored, ['whole', 'line 1']);
        assert.ok(result.tookMs < patienceMs, `it took ${result.tookMs} ms`);
        await untilHealthyAfterOutage();
      },
      missingLab,
    );

    testCase(
      `${name} during an upload: the step succeeds with the whole stream, or reports its loss`,
      async () => {
        await withFiles({}, async (directory) => {
          const sha256 = await writeRandomFile(join(directory, 'big.bin'), megabytes, 4);
          // The container reads less before the pause than is sent after it.
          const text =
            '{ dd bs=65536 count=320 iflag=fullblock 2>/dev/null; echo paused >&2; sleep 3; cat; } | sha256sum';
          const inputs = script(text, { ...timeout, 'stdin-file': 'big.bin' });
          const result = await runWithFault(inputs, /^paused$/m, fault, { directory });
          console.log(`exit code ${result.main}, ${Math.round(result.tookMs)} ms`);
          assert.equal(attemptsOf(result).length, 1);
          if (restart.length === 1) {
            assertGreen(result);
            assert.ok(hasPrinted(result, sha256));
          } else {
            const { message } = assertRed(result, /./);
            assert.match(message, /connection|was not delivered completely|stdin/);
          }
          assert.ok(result.tookMs < patienceMs, `it took ${result.tookMs} ms`);
        });
        await untilHealthyAfterOutage();
      },
      missingLab,
    );

    testCase(
      `${name} during a build: the step succeeds and logs each line once`,
      async () => {
        const inputs = script(`cat >/dev/null; ${lines}`, { ...timeout, stdin: 'x' });
        const result = await runWithFault(inputs, /^line 2$/m, fault);
        assertGreen(result);
        assertLines(result, lineCount);
        assert.doesNotMatch(result.log, /output is (probably )?missing/);
        await untilHealthyAfterOutage();
      },
      missingLab,
    );

    for (const exitCode of restart.length === 1 ? [0] : [0, 7])
      testCase(
        `${name} after the exit with ${exitCode} and before the result is read: the step reports exit code ${exitCode}`,
        async () => {
          const text = `cat >/dev/null; echo line 1; echo leaving; exit ${exitCode}`;
          const inputs = script(text, { ...timeout, stdin: 'x' });
          const result = await runWithFault(inputs, /^leaving$/m, fault);
          if (exitCode === 0) assertGreen(result);
          else assertRed(result, /^the builder ended with exit code 7\. /);
          assert.equal(result.outputs['exit-code'], String(exitCode));
          assert.deepEqual(splitLog(result.log).mirrored, ['line 1', 'leaving']);
          await untilHealthyAfterOutage();
        },
        missingLab,
      );

    testCase(
      `${name} while the pod is removed: the step succeeds, and no pod is left`,
      async () => {
        // The finalizer keeps the pod until the server has restarted.
        const inputs = script('cat >/dev/null; echo line 1; sleep 4', { ...timeout, stdin: 'x' });
        const result = await runWithFault(inputs, /^line 1$/m, async ({ runId }) => {
          const hold = await holdPod(runId);
          await podOf(runId, ({ metadata }) => metadata?.deletionTimestamp !== undefined);
          await fault();
          await hold.release();
        });
        assertGreen(result);
        await untilHealthyAfterOutage();
      },
      missingLab,
    );
  }
});
