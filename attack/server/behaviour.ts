import { runInProcess } from '../../faults/in-process.ts';
import { Trial, type RunSteps, type TrialEnd } from '../../faults/trial.ts';
import { scaleTimers } from '../../support/scaled-time.ts';
import type { Attack } from '../attack.ts';
import { putBefore, type Rule } from './proxy.ts';

/** What a server does, and how the step must end. */
export interface Behaviour extends Rule {
  /** What the server does; unique. */
  readonly name: string;
  readonly verdict: 'green' | 'red';
  /** What the error says; the address of the server is `https://cluster`. */
  readonly sentence?: RegExp;
  /** What the job log says. */
  readonly log?: RegExp;
  /** Seconds of the action's time in which the step ends; default 60. */
  readonly seconds?: number;
  /** Pods whose names were chosen; default 1. */
  readonly pods?: number;
  /** True if the server lets no pod be deleted. The job log then has the command that deletes it. */
  readonly isLeft?: boolean;
  /** See TrialOptions. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** How many times as fast as outside the action's time runs; default 40. */
  readonly factor?: number;
}

const usualFactor = 40;
const usualSeconds = 60;
/** What the process may need in addition while the server sends without end. */
const mostBytes = 512 * 1024 * 1024;
const mostCpuSeconds = 10;
const sampleMs = 10;

/** What the runner would execute of the job log. */
const injected = /^\s*::add-mask::INJECTED|##\[add-mask\]INJECTED/m;

/** The attack with one behaviour, in this process and with a fast clock. */
export function attackWith(behaviour: Behaviour): Attack {
  return {
    name: `server / ${behaviour.name}`,
    run: async (signal) => {
      const restoreTimers = scaleTimers(behaviour.factor ?? usualFactor);
      const needs = new Needs();
      try {
        const end = await runBehaviour(behaviour, runInProcess, signal);
        const problems = [...compare(behaviour, end), ...needs.problems()];
        if (problems.length > 0) throw new Error(problems.join('; '));
      } finally {
        needs.stop();
        restoreTimers();
      }
    },
  };
}

/** @param factor see Behaviour.factor; 1 for steps in real time. */
export async function runBehaviour(
  behaviour: Behaviour,
  steps: RunSteps,
  signal: AbortSignal,
  factor = behaviour.factor ?? usualFactor,
): Promise<TrialEnd> {
  const { inputs = {} } = behaviour;
  const front = (cluster: Trial['cluster']): Promise<Trial['cluster']> =>
    putBefore(cluster, behaviour);
  const trial = await Trial.start({ factor, inputs, front });
  try {
    trial.letBuilderEnd();
    return await trial.run(steps, signal);
  } finally {
    await trial.close();
  }
}

/** The differences from what is expected; empty for a promise that was kept. */
export function compare(behaviour: Behaviour, end: TrialEnd): readonly string[] {
  const { verdict, sentence, log, seconds = usualSeconds, pods = 1, isLeft = false } = behaviour;
  const problems = [...end.broken];
  if (end.verdict !== verdict) problems.push(`the step is ${end.verdict}, not ${verdict}`);
  if (sentence?.test(end.sentence) === false)
    problems.push(`the error is ${JSON.stringify(end.sentence)}`);
  if (verdict === 'green' && end.sentence !== '')
    problems.push(`there is an error: ${end.sentence}`);
  if (log?.test(end.log) === false) problems.push(`the job log has no ${String(log)}`);
  if (end.seconds > seconds) problems.push(`the step took ${end.seconds} s, not ${seconds} s`);
  if (end.pods !== pods) problems.push(`${end.pods} pods were created, not ${pods}`);
  if (end.left > 0 !== isLeft) problems.push(`${end.left} pods are left`);
  if (injected.test(end.log)) problems.push('the server has injected a workflow command');
  return problems;
}

/** The memory that this process needs in addition, sampled, and its processor time. */
class Needs {
  readonly #before = used();
  readonly #cpuBefore = process.cpuUsage();
  #most = 0;
  readonly #timer = setInterval(() => {
    this.#most = Math.max(this.#most, used() - this.#before);
  }, sampleMs);

  stop(): void {
    clearInterval(this.#timer);
  }

  problems(): readonly string[] {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    const cpuSeconds = Math.round((user + system) / 1_000_000);
    return [
      ...(this.#most > mostBytes
        ? [`needed ${Math.round(this.#most / 1024 / 1024)} MiB more`]
        : []),
      ...(cpuSeconds > mostCpuSeconds ? [`needed ${cpuSeconds} s of CPU time`] : []),
    ];
  }
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
