// A cancelled or killed step leaves no pod in any of its phases.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import {
  assertRed,
  podsOf,
  runBuild,
  script,
  shell,
  withFiles,
  type BuildRun,
  type Inputs,
} from './build.ts';
import { writeRandomFile } from './bytes.ts';
import { suite, testCase } from './cases.ts';
import { podOf, runWithFault } from './lab.ts';
import { until } from './poll.ts';

/** A state in which the step is interrupted. */
interface Phase {
  readonly name: string;
  readonly inputs: Inputs;
  /** The line of the job log that shows that the step is in this state. */
  readonly reached: RegExp;
  /** The pod has no name yet, so the post step has nothing to do. */
  readonly hasNoPod?: boolean;
}

interface Interrupted {
  readonly result: ActionResult;
  /** Milliseconds from the signal until the pod of the run was deleted. */
  readonly removedMs: number;
}

/** A cancelled step has about 10 s. A kubelet alone takes up to 5 s for a container that has just started. */
const removedWithinMs = 5_000;
/** Far less than the minute that the post step has: a pod that still exists then is not removed by any step. */
const removedByPostMs = 15_000;
const megabytes = 50;

const phases: readonly Phase[] = [
  {
    name: 'preparing',
    inputs: shell({ stdin: 'echo foo' }),
    reached: /^::group::Prepare$/m,
    hasNoPod: true,
  },
  {
    // The request that creates the pod was sent.
    name: 'creating',
    inputs: shell({ stdin: 'sleep 300' }),
    reached: /^::group::Start pod /m,
  },
  {
    name: 'starting',
    inputs: shell({ stdin: 'echo foo', 'node-selector': 'kbp-e2e/none=true' }),
    reached: /Unschedulable/,
  },
  {
    name: 'uploading',
    // Fewer bytes are read than are sent, and the rest does not fit into the buffers of the connection.
    inputs: script('head -c 100000 >/dev/null; echo half; sleep 300', {
      'stdin-file': 'big.bin',
    }),
    reached: /^half$/m,
  },
  {
    name: 'building',
    inputs: script('cat >/dev/null; echo building; sleep 300', { stdin: 'x' }),
    reached: /^building$/m,
  },
  {
    // The container has ended, but its status does not show it for about a second.
    name: 'waiting for the verdict',
    inputs: script('cat >/dev/null; echo leaving', { stdin: 'x' }),
    reached: /^leaving$/m,
  },
];

async function interrupt(
  { inputs, reached, name }: Phase,
  signal: NodeJS.Signals,
  run: BuildRun,
): Promise<Interrupted> {
  const runId = String(randomInt(2 ** 40));
  let child: ChildProcess | undefined;
  let log = '';
  let removed: Promise<number> | undefined;
  const result = await runBuild(inputs, {
    ...run,
    env: { GITHUB_RUN_ID: runId },
    onMain: (started) => {
      child = started;
    },
    onLog: (text) => {
      log += text;
      if (removed !== undefined || !reached.test(log)) return;
      child?.kill(signal);
      removed = untilRemoved(runId);
    },
  });
  assert.ok(removed !== undefined, `the step never was ${name}\n${visibleLog(result.log)}`);
  console.log(`${name}, ${signal}: no pod after ${await removed} ms`);
  return { result, removedMs: await removed };
}

async function untilRemoved(runId: string): Promise<number> {
  const startedAt = Date.now();
  await until(`no pod of run ${runId}`, 60_000, async () =>
    (await podsOf(runId)).length === 0 ? true : undefined,
  );
  return Date.now() - startedAt;
}

function inWorkspace<T>(use: (run: BuildRun) => Promise<T>): Promise<T> {
  return withFiles({}, async (directory) => {
    await writeRandomFile(join(directory, 'big.bin'), megabytes, 3);
    return use({ directory });
  });
}

suite('cancelled', () => {
  for (const phase of phases) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      testCase(`by ${signal} while ${phase.name}`, async () => {
        const { result, removedMs } = await inWorkspace((run) => interrupt(phase, signal, run));
        assertRed(result, new RegExp(`the job was cancelled \\(${signal}\\)`));
        assert.ok(removedMs < removedWithinMs, `the pod was deleted after ${removedMs} ms`);
      });
    }
  }
});

suite('cancelled while the pod is removed', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    testCase(`by ${signal}: the pod is removed nevertheless`, async () => {
      // A container that ignores SIGTERM takes more than a second to end.
      const inputs = script('trap "" TERM; cat >/dev/null; echo building; sleep 300', {
        stdin: 'x',
        timeout: '8s',
      });
      const result = await runWithFault(inputs, /^building$/m, async ({ runId, kill }) => {
        await podOf(runId, ({ metadata }) => metadata?.deletionTimestamp !== undefined);
        kill(signal);
      });
      assertRed(result, /did not end within its timeout of 8 s/);
    });
  }
});

suite('killed', () => {
  for (const phase of phases.filter(({ hasNoPod }) => hasNoPod !== true)) {
    testCase(`while ${phase.name}: the post step removes the pod`, async () => {
      const { result, removedMs } = await inWorkspace((run) => interrupt(phase, 'SIGKILL', run));
      assert.equal(result.main, 137);
      assert.equal(result.post, 0);
      // No runner waits for this step. It must have observed the deletion of the pod.
      assert.match(result.log, /pod kbp-\S+ is removed/);
      assert.ok(removedMs < removedByPostMs, `the pod was deleted after ${removedMs} ms`);
    });
  }
});
