// One run of the action with the ServiceAccount of the suite, and the check after every run that no pod is left.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { errorsOf, visibleLog, type Annotation } from '../runner/job-log.ts';
import { runAction, type ActionResult, type ActionRun } from '../runner/run-action.ts';
import { runAccount } from './account.ts';
import { testCluster, type TestCluster } from './cluster.ts';
import { getObject } from './kubectl.ts';
import { until } from './poll.ts';

export const cluster: TestCluster = requireCluster();
export const account = runAccount(process.env);

export interface BuildRun extends Partial<ActionRun> {
  /** The run keeps its pod. */
  readonly keepsPod?: boolean;
}

export type Inputs = Readonly<Record<string, string>>;

/** Time in which a kubelet under load has to remove an ended pod. */
const removalMs = 30_000;
const runLabel = 'kube-build-push/run-id';

/** Runs main and post, then waits until no pod of this run is left. */
export async function runBuild(inputs: Inputs, run: BuildRun = {}): Promise<ActionResult> {
  const runId = String(randomInt(1, 2 ** 40));
  const { keepsPod = false, directory = tmpdir(), env, ...rest } = run;
  const result = await runAction({
    ...rest,
    directory,
    inputs: {
      kubeconfig: account.kubeconfig,
      'start-timeout': '180s',
      timeout: '6m',
      ...inputs,
    },
    // The registry credentials of this machine are not used.
    env: { DOCKER_CONFIG: '/nonexistent', GITHUB_RUN_ID: runId, ...env },
  });
  if (!keepsPod) {
    await until(`no pod of run ${runId}\n${visibleLog(result.log)}`, removalMs, async () =>
      (await podsOf(runId)).length === 0 ? true : undefined,
    );
  }
  return result;
}

/** Inputs of a kaniko build with the suite's builder. */
export function kaniko(inputs: Inputs): Inputs {
  return {
    ...(cluster.builderImage !== undefined && { 'builder-image': cluster.builderImage }),
    'insecure-registries': `http://${cluster.registry}`,
    ...inputs,
  };
}

/** Inputs of a shell script that gets the stream on its stdin. */
export function script(text: string, inputs: Inputs = {}): Inputs {
  // One element of the list, whatever quotes, commas and newlines the script has.
  return shell({ 'builder-args': `-c\n"${text.replaceAll('"', '""')}"`, ...inputs });
}

/** Inputs of a shell that reads its script from stdin, unless the inputs change it. */
export function shell(inputs: Inputs): Inputs {
  return {
    engine: 'custom',
    'builder-image': cluster.baseImage,
    'builder-command': 'sh',
    ...inputs,
  };
}

export async function podsOf(runId: string): Promise<readonly V1Pod[]> {
  const args = ['pods', '--namespace', account.namespace, '--selector', `${runLabel}=${runId}`];
  return (await getObject<{ items: V1Pod[] }>(args))?.items ?? [];
}

export function assertGreen(result: ActionResult): void {
  const log = visibleLog(result.log);
  assert.equal(result.main, 0, log);
  assert.equal(result.post, 0, log);
}

/** The step failed with exit code 1, and reported the reason in exactly one annotation. */
export function assertRed(result: ActionResult, message: RegExp): Annotation {
  const log = visibleLog(result.log);
  assert.equal(result.main, 1, log);
  assert.equal(result.post, 0, log);
  const [error, ...others] = errorsOf(result.log);
  assert.deepEqual(others, []);
  assert.ok(error !== undefined, `no ::error in\n${log}`);
  assert.match(error.message, message, log);
  return error;
}

/** A directory with these files, as long as `use` runs. */
export async function withFiles<T>(
  files: Readonly<Record<string, string | Buffer>>,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'kbp-e2e-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    }
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function requireCluster(): TestCluster {
  const found = testCluster(process.env);
  if (found === undefined) throw new Error('start these tests with: npm run e2e');
  return found;
}
