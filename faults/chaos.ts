import { BuildError } from '../src/errors.ts';
import { expectationOf } from './expect.ts';
import { runInProcess } from './in-process.ts';
import { place, type Fault } from './placement.ts';
import { allFaults, nameOf } from './table.ts';
import { Trial, unnamed, type TrialEnd } from './trial.ts';

/** What is drawn for one run. */
export interface ChaosPlan {
  readonly faults: readonly Fault[];
  readonly exitCode: number;
  /** Seconds of the action's own time; undefined for a run that is not cancelled. */
  readonly cancelAfter: number | undefined;
}

export interface ChaosResult {
  readonly end: TrialEnd;
  /** Empty if every promise was kept. */
  readonly problems: readonly string[];
}

/**
 * How fast a run's time passes. The timers of requests, which all runs share, must be as fast (see scaleTimers): else a request
 * without an answer lasts longer on the run's clock than what waits for it.
 */
export const chaosFactor = 10;

const longestContext = 1_500_000;
const lastingShare = 0.15;
const failingShare = 0.2;
const cancelledShare = 0.15;
const longestCancelSeconds = 30;

export function drawPlan(random: () => number): ChaosPlan {
  const count = 1 + Math.floor(random() * 3);
  const faults: Fault[] = [];
  while (faults.length < count) {
    const fault = drawFault(random);
    if (!faults.some((other) => areaOf(other) === areaOf(fault))) faults.push(fault);
  }
  return {
    faults,
    exitCode: random() < failingShare ? 7 : 0,
    cancelAfter: random() < cancelledShare ? random() * longestCancelSeconds : undefined,
  };
}

function drawFault(random: () => number): Fault {
  const extent = random() < lastingShare ? 'lasting' : 'once';
  const candidates = allFaults.filter((fault) => fault.extent === extent);
  const fault = candidates[Math.floor(random() * candidates.length)];
  if (fault === undefined) throw new Error('no fault to draw');
  const atByte = Math.floor(random() * (longestContext + 1));
  return fault.phase.startsWith('upload') ? { ...fault, atByte } : fault;
}

/** One connection breaks once, and one phase has one fault: two of them would only hide each other. */
function areaOf({ phase }: Fault): string {
  return phase.startsWith('upload') || phase === 'attach' ? 'stream' : phase;
}

export async function runChaos(plan: ChaosPlan): Promise<ChaosResult> {
  const trial = await Trial.start({ factor: chaosFactor, exitCode: plan.exitCode });
  try {
    for (const fault of plan.faults) place(fault, trial);
    const end = await trial.run(runInProcess, cancelAfter(plan.cancelAfter, trial));
    return { end, problems: problemsOf(plan, end) };
  } finally {
    await trial.close();
  }
}

export function describePlan({ faults, exitCode, cancelAfter: seconds }: ChaosPlan): string {
  const names = faults.map((fault) =>
    fault.atByte === undefined ? nameOf(fault) : `${nameOf(fault)} (byte ${fault.atByte})`,
  );
  const cancel = seconds === undefined ? '' : `, cancelled after ${seconds.toFixed(1)} s`;
  return `${names.join(' + ')}, exit code ${exitCode}${cancel}`;
}

function cancelAfter(seconds: number | undefined, trial: Trial): AbortSignal {
  const cancel = new AbortController();
  if (seconds === undefined) return cancel.signal;
  void trial.wait((seconds * 1_000) / trial.factor).then((isRunning) => {
    if (isRunning) cancel.abort(new BuildError('cancelled', 'the step was cancelled'));
  });
  return cancel.signal;
}

/** What must hold whatever was drawn, and what must hold if nothing that was drawn excuses a failure. */
function problemsOf(plan: ChaosPlan, end: TrialEnd): readonly string[] {
  const expectations = plan.faults.map(expectationOf);
  const isDenied = expectations.some(({ left }) => left === 'denied');
  const problems = end.broken.filter((broken) => !(isDenied && broken === unnamed));
  const canSaySo = expectations.every(({ verdict }) => verdict === 'green');
  const isExcused =
    plan.exitCode !== 0 ||
    plan.cancelAfter !== undefined ||
    !canSaySo ||
    // Before anything was created, nothing has succeeded yet.
    (end.pods === 0 && plan.faults.some(({ phase }) => phase === 'access'));
  if (end.verdict === 'red' && !isExcused) problems.push('red although the builder has succeeded');
  const isCurable = plan.faults.every(({ extent }) => extent === 'once');
  if (end.left > 0 && isCurable && canSaySo && !isDenied) problems.push('a pod is left');
  return problems;
}
