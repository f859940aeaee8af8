// The node's own daemons restart. Kubectl calls both uploads a success: the container reads the end of half a stream, or
// The kubelet or containerd restarts. kubectl reports success for both uploads: the container reads half of the stream and
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { visibleLog } from '../runner/job-log.ts';
import { assertGreen, assertRed, script, withFiles } from './build.ts';
import { hasPrinted, writeRandomFile } from './bytes.ts';
import { suite, testCase } from './cases.ts';
import { assertLines, attemptsOf, lab, missingLab, runWithFault, untilHealthy } from './lab.ts';

const megabytes = 200;
const lineCount = 15;
/** Limit for the run: the step does not wait for its timeout when the container waits without end. */
const patienceMs = 60_000;

suite('a restart on the node', () => {
  for (const daemon of ['kubelet', 'containerd'] as const) {
    testCase(
      `of ${daemon} during an upload: the step fails soon`,
      async () => {
        await withFiles({}, async (directory) => {
          const sha256 = await writeRandomFile(join(directory, 'big.bin'), megabytes, 4);
          const text =
            '{ dd bs=65536 count=320 iflag=fullblock 2>/dev/null; echo paused >&2; sleep 3; cat; } | sha256sum';
          const inputs = script(text, { 'stdin-file': 'big.bin', timeout: '5m' });
          const result = await runWithFault(inputs, /^paused$/m, () => lab('restart', daemon), {
            directory,
          });
          console.log(`exit code ${result.main}, ${Math.round(result.tookMs)} ms`);
          assertRed(result, /connection|was not delivered completely|stdin/);
          assert.ok(!hasPrinted(result, sha256), visibleLog(result.log));
          assert.equal(attemptsOf(result).length, 1);
          assert.ok(result.tookMs < patienceMs, `it took ${result.tookMs} ms`);
        });
        await untilHealthy();
      },
      missingLab,
    );

    testCase(
      `of ${daemon} during a build: the step reports the exit code, and logs all output or a warning`,
      async () => {
        const text = `cat >/dev/null; for i in $(seq ${lineCount}); do echo line $i; sleep 1; done`;
        const result = await runWithFault(
          script(text, { stdin: 'x', timeout: '3m' }),
          /^line 3$/m,
          () => lab('restart', daemon),
        );
        assertGreen(result);
        assertLines(result, lineCount);
        await untilHealthy();
      },
      missingLab,
    );
  }
});
