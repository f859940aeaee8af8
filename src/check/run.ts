import { makePod, type BuildPorts } from '../build.ts';
import { selectEngine } from '../engines/select.ts';
import type { BuildError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { OpenCluster, World } from '../io/world.ts';
import { noLogins } from '../logins/logins.ts';
import { reportFailure } from '../outputs.ts';
import { draftPlan, openSource, planLogins, type PlanPorts } from '../plan.ts';
import { startDeadline } from '../time/deadline.ts';
import { within } from '../time/within.ts';
import { checkRefusal, checkSetup, verdictOf, type Preparation } from './check.ts';
import { isFailure, outcomeOf } from './outcome.ts';
import { printCheck, summarizeCheck } from './print.ts';

/** What the checks use of the step. */
export interface CheckWorld {
  readonly opened: OpenCluster;
  readonly ports: BuildPorts;
  readonly world: Pick<World, 'clock' | 'isDebug' | 'job' | 'log'> & PlanPorts;
}

/** Limit for the checks after a pod was refused: the step has its result already. */
const refusalMs = 20_000;

/**
 * `mode: check`: prints what a build needs, and whether it has it. Creates nothing.
 * @returns the exit code of the process: 0 if a build could start. @throws the signal's reason, or a BuildError of the timeout.
 */
export async function runCheck(
  inputs: Inputs,
  { opened, ports, world }: CheckWorld,
  cancelled: AbortSignal,
): Promise<number> {
  const times = { timeoutMs: inputs.timeoutMs, startedAtMs: ports.phases.startedAtMs };
  const deadline = startDeadline(times, world.clock, cancelled, () => 'checking the setup');
  try {
    const preparation = await prepare(inputs, world, deadline.signal);
    const { cluster } = opened;
    const ref = { namespace: cluster.namespace, name: ports.newPodName() };
    const report = await checkSetup(
      opened.connection,
      preparation,
      {
        cluster,
        clock: world.clock,
        openRegistry: ports.openRegistry,
        credentials: (signal) => opened.credentials(signal),
        makePod: () => makePod({ plan: preparation.plan, ports, deadline }, ref),
      },
      deadline.signal,
    );
    const failure = verdictOf(report);
    await printCheck(report, world.log);
    if (inputs.summary) await summarizeCheck(report, failure === undefined, world);
    if (failure === undefined) await world.log.info('A build can start.');
    else await reportFailure(failure, world);
    return failure === undefined ? 0 : 1;
  } finally {
    deadline.end();
  }
}

/** Prints the checks of the cluster after it has refused a pod. A check that fails or takes too long prints nothing. */
export async function explainRefusal(
  inputs: Inputs,
  refusal: BuildError,
  { opened, world }: Pick<CheckWorld, 'opened' | 'world'>,
  cancelled: AbortSignal,
): Promise<void> {
  const { cluster, connection } = opened;
  const ports = { cluster, credentials: (signal: AbortSignal) => opened.credentials(signal) };
  try {
    const limit = { clock: world.clock, ms: refusalMs };
    const report = await within(limit, cancelled, (signal) =>
      checkRefusal({ inputs, facts: connection }, refusal, ports, signal),
    );
    await printCheck(report, world.log);
  } catch {
    // The refusal itself is reported in any case.
  }
}

/**
 * Finds the context, and independently of it the registry credentials of the tags and caches. Their failures are parts of the
 * result. @throws the signal's reason.
 */
async function prepare(
  inputs: Inputs,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<Preparation> {
  // Docker configurations that cannot be read are a failure of the credentials alone.
  const readDockerConfigs: PlanPorts['readDockerConfigs'] = (input) => {
    try {
      return ports.readDockerConfigs(input);
    } catch {
      return [];
    }
  };
  const draft = await outcomeOf('preparing the build', signal, async () => {
    const source = await openSource(inputs, ports, signal);
    return draftPlan(inputs, source, { ...ports, readDockerConfigs });
  });
  const found = isFailure(draft)
    ? { inputs, engine: selectEngine(inputs), pulls: [], skipsStages: false }
    : draft.value;
  const logins = await outcomeOf('collecting the registry credentials', signal, () =>
    planLogins(inputs, found.pulls, ports, signal),
  );
  return {
    contextFailure: isFailure(draft) ? draft.failure : undefined,
    loginFailure: isFailure(logins) ? logins.failure : undefined,
    plan: { ...found, logins: isFailure(logins) ? noLogins : logins.value },
  };
}
