// Many builds at once on one playground. Each is a process that runs the committed bundle as a runner does.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startCluster, type PlaygroundCluster } from '../playground/cluster.ts';
import type { RequestFault } from '../playground/cluster/faults.ts';
import { runAction, type ActionResult } from '../runner/run-action.ts';
import { Traffic } from './traffic.ts';

export interface CrowdOptions {
  readonly processes: number;
  /** Every n-th request is refused with 429; 0: none. */
  readonly refuseEach: number;
  readonly retryAfterSeconds: number;
  /** Every connection is closed when all builders are running, and every request is refused for this time. */
  readonly outageMs: number;
}

export interface CrowdEnd {
  /** Violated expectations. */
  readonly problems: readonly string[];
  readonly traffic: Traffic;
  readonly seconds: number;
  /** Milliseconds from the cut to the first request of each build. */
  readonly comeBackMs: readonly number[];
}

interface Member {
  readonly name: string;
  readonly exitCode: number;
}

const pollMs = 50;
const patienceMs = 180_000;

/** Every fifth build fails, with a different exit code. */
function membersOf(processes: number): readonly Member[] {
  return Array.from({ length: processes }, (_, index) => ({
    name: `build-${index + 1}`,
    exitCode: index % 5 === 4 ? 10 + (index % 100) : 0,
  }));
}

export async function runCrowd(options: CrowdOptions): Promise<CrowdEnd> {
  const startedAtMs = performance.now();
  const members = membersOf(options.processes);
  const traffic = new Traffic();
  const throttle = new Throttle(options);
  const cluster = await startCluster({
    onRequest: (request) => {
      traffic.add(request, throttle.next());
    },
  });
  cluster.faults.requests.push(throttle.fault);
  const directory = mkdtempSync(join(tmpdir(), 'kbp-load-'));
  try {
    const acknowledged = new Set<Member>();
    const runs = members.map((member) =>
      runMember(member, cluster, directory, () => acknowledged.add(member)),
    );
    // Failures are checked below. Until then they must not be unhandled rejections.
    for (const run of runs) run.catch(() => undefined);
    const haveAll = (): boolean => acknowledged.size === members.length;
    await untilAllRun(haveAll, Promise.allSettled(runs));
    const cutAtMs = performance.now();
    throttle.refuseAllUntil(cutAtMs + options.outageMs);
    cluster.dropConnections();
    await pause(options.outageMs);
    writeFileSync(gateOf(directory), '');
    const results = await Promise.all(runs);
    const problems = members.flatMap((member, index) => problemsOf(member, results[index]));
    const left = cluster.pods().map(({ metadata }) => metadata.name);
    return {
      problems: [...problems, ...left.map((name) => `pod ${name} is left`)],
      traffic,
      seconds: (performance.now() - startedAtMs) / 1_000,
      comeBackMs: traffic.firstAfter(cutAtMs),
    };
  } finally {
    await cluster.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Decides which requests are refused. The server calls it for each request before it applies its faults. */
class Throttle {
  readonly fault: RequestFault;
  readonly #each: number;
  #count = 0;
  #allUntilMs = 0;

  constructor({ refuseEach, retryAfterSeconds }: CrowdOptions) {
    this.#each = refuseEach;
    this.fault = {
      match: /./,
      times: 0,
      answer: {
        kind: 'refuse',
        code: 429,
        message: 'the server has received too many requests, please try again later',
        retryAfterSeconds,
      },
    };
  }

  refuseAllUntil(moment: number): void {
    this.#allUntilMs = moment;
  }

  /** True if the next request is refused. */
  next(): boolean {
    this.#count += 1;
    const isTurn = this.#each > 0 && this.#count % this.#each === 0;
    const isRefused = isTurn || performance.now() < this.#allUntilMs;
    this.fault.times = isRefused ? 1 : 0;
    return isRefused;
  }
}

function gateOf(directory: string): string {
  return join(directory, 'gate');
}

/**
 * Runs a builder that prints the file of its context, waits until all builders run, and ends with its exit code.
 * @param onAcknowledged called when the step has logged that the context is complete. A cut before that loses the stream.
 */
function runMember(
  { name, exitCode }: Member,
  cluster: PlaygroundCluster,
  directory: string,
  onAcknowledged: () => void,
): Promise<ActionResult> {
  const context = join(directory, name);
  mkdirSync(context);
  writeFileSync(join(context, 'name.txt'), `I am ${name}\n`);
  const script = [
    'tar -xzOf - ./name.txt',
    `until [ -e ${gateOf(directory)} ]; do sleep 0.2; done`,
    'echo done',
    `exit ${exitCode}`,
  ].join('; ');
  let log = '';
  return runAction({
    directory: context,
    onLog: (text) => {
      log += text;
      if (/^context complete: /m.test(log)) onAcknowledged();
    },
    inputs: {
      kubeconfig: cluster.kubeconfig({ client: name }),
      context: '.',
      engine: 'custom',
      'builder-image': 'busybox:1',
      'builder-command': ['sh', '-c', script].join('\n'),
      'start-timeout': '2m',
      timeout: '5m',
    },
    env: { DOCKER_CONFIG: '/nonexistent', GITHUB_RUN_ID: name },
  });
}

/** Waits until every builder has its context, or the builds have ended. @throws after `patienceMs`. */
async function untilAllRun(haveAll: () => boolean, over: Promise<unknown>): Promise<void> {
  const builds = { areOver: false };
  void over.then(() => {
    builds.areOver = true;
  });
  const endsAtMs = performance.now() + patienceMs;
  while (!haveAll() && !builds.areOver) {
    if (performance.now() > endsAtMs) throw new Error('not every builder has its context');
    await pause(pollMs);
  }
}

function problemsOf({ name, exitCode }: Member, result: ActionResult | undefined): string[] {
  if (result === undefined) return [`${name} has no result`];
  const { main, post, outputs, log } = result;
  const problems: string[] = [];
  if (main !== (exitCode === 0 ? 0 : 1)) problems.push(`the step ended with ${main}`);
  if (post !== 0) problems.push(`the post step ended with ${post}`);
  if (outputs['exit-code'] !== String(exitCode))
    problems.push(`the exit code is ${outputs['exit-code'] ?? 'missing'}, not ${exitCode}`);
  for (const line of [`I am ${name}`, 'done'])
    if (log.split('\n').filter((printed) => printed === line).length !== 1)
      problems.push(`the line "${line}" is not in the log exactly once`);
  if (exitCode !== 0 && !log.includes(`the builder ended with exit code ${exitCode}`))
    problems.push('the failure does not name its exit code');
  return problems.map(
    (problem) => `${name}: ${problem}${problem === problems[0] ? `\n${log}` : ''}`,
  );
}
