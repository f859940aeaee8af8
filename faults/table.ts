import { compare, expectationOf, type Expectation } from './expect.ts';
import { runInProcess } from './in-process.ts';
import { extents, faultNames, phases, place, type Fault } from './placement.ts';
import { Trial, type RunSteps, type TrialEnd } from './trial.ts';

/** Every fault in every phase, for a moment and for good. */
export const allFaults: readonly Fault[] = phases.flatMap((phase) =>
  faultNames.flatMap((name) => extents.map((extent) => ({ phase, name, extent }))),
);

export interface CaseResult {
  readonly fault: Fault;
  readonly end: TrialEnd;
  readonly expected: Expectation;
  /** Empty if the case is as expected. */
  readonly problems: readonly string[];
}

/** How fast a case's time runs: what takes minutes fast, what takes seconds slowly, so that a busy machine changes nothing. */
export function factorOf({ phase, name, extent }: Fault): number {
  const isBroken = ['reset', 'closed', 'foreign certificate', 'renewed certificate'].includes(name);
  if (phase.startsWith('upload') && name === 'silence') return 15;
  return extent === 'once' || isBroken || name === 'slow' ? 10 : 25;
}

export function nameOf({ phase, name, extent }: Fault): string {
  return `${phase} / ${name} / ${extent}`;
}

export async function runCase(fault: Fault, steps: RunSteps = runInProcess): Promise<CaseResult> {
  const factor = steps === runInProcess ? factorOf(fault) : 1;
  const trial = await Trial.start({ factor });
  try {
    place(fault, trial);
    const end = await trial.run(steps);
    const expected = expectationOf(fault);
    return { fault, end, expected, problems: compare(end, expected) };
  } finally {
    await trial.close();
  }
}

/** Runs the cases, some at a time, and reports each result as soon as it is known. */
export async function runCases(
  faults: readonly Fault[],
  atOnce: number,
  onResult: (result: CaseResult) => void,
  steps?: RunSteps,
): Promise<void> {
  const queue = faults.values();
  const work = async (): Promise<void> => {
    for (const fault of queue) onResult(await runCase(fault, steps));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
