// Parts of the cluster restart in the middle of a build. The step may fail, but it is never green with half a stream.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { ActionResult } from '../scripts/action.ts';
import { assertGreen, assertRed, cluster, runBuild, script, shell, withFiles } from './build.ts';
import { hasPrinted, streamBig, writeRandomFile } from './bytes.ts';
import { needs, suite, testCase } from './cases.ts';
import { splitLog, visibleLog } from './joblog.ts';
import { kubectl, runProgram } from './kubectl.ts';
import { until } from './poll.ts';

const missing = needs('KBP_LAB', cluster.lab);
const megabytes = 200;
const healthyMs = 120_000;

function lab(...args: readonly string[]): Promise<string> {
  return runProgram(cluster.lab ?? '', args);
}

/** Runs, and causes the fault as soon as the container has printed the word. */
async function runWithFault(
  inputs: Readonly<Record<string, string>>,
  word: RegExp,
  fault: readonly string[],
  directory: string,
): Promise<ActionResult> {
  let log = '';
  let restart: Promise<unknown> | undefined;
  const result = await runBuild(inputs, {
    directory,
    onLog: (text) => {
      log += text;
      if (restart === undefined && word.test(log)) restart = lab('restart', ...fault);
    },
  });
  assert.ok(
    restart !== undefined,
    `the container never printed ${word.source}\n${visibleLog(log)}`,
  );
  await restart;
  return result;
}

/** The cluster works again: the next case does not start in the ruins of this one. */
async function untilHealthy(): Promise<void> {
  await until('the node is ready', healthyMs, async () => {
    const condition = '{.items[*].status.conditions[?(@.type=="Ready")].status}';
    const text = await kubectl(['get', 'nodes', '--output', `jsonpath=${condition}`]);
    return text === 'True' ? true : undefined;
  });
  await until('a build succeeds', healthyMs, async () =>
    (await runBuild(shell({ stdin: 'echo foo' }))).main === 0 ? true : undefined,
  );
}

async function interruptUpload(fault: readonly string[]): Promise<void> {
  await withFiles({}, async (directory) => {
    const sha256 = await writeRandomFile(join(directory, 'big.bin'), megabytes, 4);
    // What is read before the pause is less than what is still to be sent after it.
    const text =
      '{ dd bs=65536 count=320 iflag=fullblock 2>/dev/null; echo paused >&2; sleep 6; cat; } | sha256sum';
    const inputs = script(text, { 'stdin-file': 'big.bin', timeout: '3m' });
    const result = await runWithFault(inputs, /^paused$/m, fault, directory);
    console.log(`exit code ${result.main}, whole stream: ${String(hasPrinted(result, sha256))}`);
    if (result.main === 0) assert.ok(hasPrinted(result, sha256), visibleLog(result.log));
    else assertRed(result, /./);
  });
  await untilHealthy();
}

suite('uploads', () => {
  for (const fault of [
    ['kubelet'],
    ['containerd'],
    ['apiserver', '--kill'],
    ['apiserver'],
  ] as const) {
    testCase(
      `a restart of ${fault.join(' ')} during an upload: green only with the whole stream`,
      () => interruptUpload(fault),
      missing,
    );
  }
});

suite('builds', () => {
  testCase(
    'a restart of the API server does not disturb a build, and no line of output is lost',
    async () => {
      const count = 15;
      const text = `cat >/dev/null; for i in $(seq ${count}); do echo line $i; sleep 1; done`;
      const result = await withFiles({}, (directory) =>
        runWithFault(script(text, { stdin: 'x' }), /^line 2$/m, ['apiserver'], directory),
      );
      assertGreen(result);
      assert.deepEqual(
        splitLog(result.log).mirrored.filter((line) => line.startsWith('line ')),
        Array.from({ length: count }, (_, index) => `line ${index + 1}`),
      );
      await untilHealthy();
    },
    missing,
  );
});

suite('no half-close of stdin', () => {
  testCase(
    'a server with v4 of attach gets scripts and 300 MB byte for byte',
    async () => {
      await lab('up', '--attach-v4');
      try {
        const result = await runBuild(shell({ stdin: 'echo foo' }));
        assertGreen(result);
        assert.deepEqual(splitLog(result.log).mirrored, ['foo']);
        await streamBig('sha256sum');
      } finally {
        await lab('up');
      }
    },
    missing,
  );
});
