// Faults of the cluster during a build, at a moment that the job log or the state of the pod defines.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { splitLog, visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import { describeError } from '../src/errors.ts';
import { account, cluster, podsOf, runBuild, shell, type BuildRun, type Inputs } from './build.ts';
import { needs } from './cases.ts';
import { kubectl, runProgram } from './kubectl.ts';
import { until } from './poll.ts';

/** The reason to skip the cases that restart parts of the cluster; undefined runs them. */
export const missingLab = needs('KBP_LAB', cluster.lab);

const healthyMs = 120_000;
const podMs = 30_000;
const startMs = 30_000;

/**
 * Runs the program in KBP_LAB. A daemon ends at once if the kernel has not released the port of its predecessor yet, which
 * takes a moment on a busy machine. Such a daemon is started again.
 */
export async function lab(...args: readonly string[]): Promise<string> {
  const [verb = '', daemon = ''] = args;
  try {
    return await runProgram(cluster.lab ?? '', args);
  } catch (error) {
    if (!['start', 'restart'].includes(verb) || !isPortInUse(error)) throw error;
    return until(`${daemon} is started`, startMs, () =>
      runProgram(cluster.lab ?? '', ['start', daemon]),
    );
  }
}

function isPortInUse(error: unknown): boolean {
  return describeError(error).includes('address already in use');
}

/** The run that a fault hits. */
export interface Hit {
  readonly runId: string;
  /** Signals the main step. */
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when the job log matches. */
  readonly logged: (pattern: RegExp) => Promise<void>;
}

export interface HitResult extends ActionResult {
  /** From the beginning of the main step to the end of the post step. */
  readonly tookMs: number;
}

/** Runs both steps, and `fault` as soon as the job log matches `trigger`. */
export async function runWithFault(
  inputs: Inputs,
  trigger: RegExp,
  fault: (hit: Hit) => Promise<unknown>,
  run: BuildRun = {},
): Promise<HitResult> {
  const runId = String(randomInt(2 ** 40));
  const waiting = new Set<() => void>();
  const startedAtMs = performance.now();
  let log = '';
  let kill: Hit['kill'] = () => undefined;
  const logged = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!pattern.test(log)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const hit = logged(trigger).then(() =>
    fault({
      runId,
      logged,
      kill: (signal) => {
        kill(signal);
      },
    }),
  );
  // Awaited when the step has ended.
  hit.catch(() => undefined);
  const result = await runBuild(inputs, {
    ...run,
    env: { ...run.env, GITHUB_RUN_ID: runId },
    onMain: (child) => {
      kill = (signal) => child.kill(signal);
    },
    onLog: (text) => {
      log += text;
      for (const check of [...waiting]) check();
    },
  });
  assert.match(result.log, trigger, visibleLog(result.log));
  await hit;
  return { ...result, tookMs: performance.now() - startedAtMs };
}

/** Waits for a pod of the run that satisfies `isReady`. */
export function podOf(runId: string, isReady: (pod: V1Pod) => boolean): Promise<V1Pod> {
  return until('the pod of the run', podMs, async () => (await podsOf(runId)).find(isReady));
}

/** Adds a finalizer to the pod: a deleted pod exists until `release`. */
export async function holdPod(runId: string): Promise<{ release: () => Promise<void> }> {
  const pod = await podOf(runId, () => true);
  const name = pod.metadata?.name ?? '';
  const patch = async (finalizers: readonly string[] | null): Promise<void> => {
    const text = JSON.stringify({ metadata: { finalizers } });
    await kubectl([
      ...['patch', 'pod', name, '--namespace', account.namespace],
      ...['--type=merge', `--patch=${text}`],
    ]);
  };
  await patch(['example.com/hold']);
  return { release: () => patch(null) };
}

/**
 * After an outage of the API server its clients retry with growing pauses of up to a minute. After a restart they
 * connect at once.
 */
export async function untilHealthyAfterOutage(): Promise<void> {
  for (const daemon of ['controller-manager', 'scheduler', 'kubelet']) await lab('restart', daemon);
  await untilHealthy();
}

/** Waits until the cluster works again, for the next case. */
export async function untilHealthy(): Promise<void> {
  await until('the node is ready', healthyMs, async () => {
    const condition = '{.items[*].status.conditions[?(@.type=="Ready")].status}';
    const text = await kubectl(['get', 'nodes', '--output', `jsonpath=${condition}`]);
    return text === 'True' ? true : undefined;
  });
  await until('a build succeeds', healthyMs, async () =>
    (await runBuild(shell({ stdin: 'echo foo' }))).main === 0 ? true : undefined,
  );
}

/** Lines `line 1` to `line count`: each once and in order, or a warning that some are missing. */
export function assertLines({ log }: ActionResult, count: number): void {
  const { mirrored, own } = splitLog(log);
  const lines = mirrored.filter((line) => /^line \d+$/.test(line));
  const isWhole =
    lines.length === count && lines.every((line, index) => line === `line ${index + 1}`);
  if (isWhole) return;
  assert.equal(new Set(lines).size, lines.length, `a line is duplicated\n${visibleLog(log)}`);
  assert.ok(
    own.some((line) => line.startsWith('::warning') && /output is (probably )?missing/.test(line)),
    `lines are missing without a warning\n${visibleLog(log)}`,
  );
}

/** Names of the pods that the run started. */
export function attemptsOf({ log }: ActionResult): readonly string[] {
  return [...log.matchAll(/^::group::Start pod (\S+)$/gm)].map(([, name = '']) => name);
}
