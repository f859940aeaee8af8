// Connects the flow to the world, for the build step and for the post step.
import { buildImage, type BuildPorts } from './build.ts';
import { explainRefusal, runCheck } from './check/run.ts';
import type { StdinSource } from './context/stdin.ts';
import { toBuildError, type BuildError } from './errors.ts';
import { registryAuthSecrets } from './inputs/auths/registry-auths.ts';
import type { Inputs } from './inputs/inputs.ts';
import { parseInputs, parseKubeInputs } from './inputs/parse.ts';
import { rememberedCa, rememberedPods } from './io/runner/state.ts';
import type { OpenCluster, World } from './io/world.ts';
import { publish, reportFailure } from './outputs.ts';
import { makePlan, openSource } from './plan.ts';
import { isRefusal } from './pod/create.ts';
import { SavedPods } from './pod/saved-pods.ts';
import { podName } from './pod/spec/name.ts';
import { leftover, removeLeftovers } from './post.ts';
import { PhaseRecorder } from './result/phases.ts';
import { emptyReport, type RunReport } from './result/report.ts';
import { isUnpushed, notPushed } from './result/summary.ts';
import { startDeadline } from './time/deadline.ts';

export { realWorld } from './io/world.ts';

/** Builds the image. @returns the exit code of the process: 0 only after a confirmed success. */
export async function runBuildStep(world: World): Promise<number> {
  const { clock, job, log, isDebug } = world;
  world.onCrash((crash) => reportFailure(crash, { log, isDebug }), 1);
  const cancelled = world.cancellation();
  const phases = new PhaseRecorder(clock);
  let inputs: Inputs | undefined;
  let source: StdinSource | undefined;
  let report: RunReport = emptyReport;
  let failure: BuildError | undefined;
  try {
    // The first act: the problems of other inputs can quote a password that is set there, too.
    for (const secret of registryAuthSecrets(world.inputs.read('registry-auths'))) {
      await log.mask(secret);
    }
    inputs = parseInputs(world.inputs);
    const opened = world.openCluster(inputs.kube);
    await log.group('Prepare');
    for (const warning of inputs.warnings) await log.warning(warning);
    await logConnection(opened, inputs.timeoutMs, world);
    const ports = buildPorts(opened, phases, world);
    if (inputs.mode === 'check') return await runCheck(inputs, { opened, ports, world }, cancelled);
    if (inputs.kube.caCertificate !== undefined) job.rememberCa(inputs.kube.caCertificate);
    const times = { timeoutMs: inputs.timeoutMs, startedAtMs: phases.startedAtMs };
    const deadline = startDeadline(times, clock, cancelled, () => 'preparing the context');
    let plan;
    try {
      source = await openSource(inputs, world, deadline.signal);
      plan = await makePlan(inputs, source, world, deadline.signal);
    } finally {
      deadline.end();
    }
    phases.end('prepare');
    ({ report, failure } = await buildImage(plan, ports, cancelled));
    if (failure === undefined && isUnpushed(inputs)) await log.info(notPushed);
    if (failure !== undefined && report.attempts > 0 && isRefusal(failure))
      await explainRefusal(inputs, failure, { opened, world }, cancelled);
  } catch (error) {
    failure = toBuildError(error, 'the step');
  }
  await log.close();
  if (inputs !== undefined) {
    failure = await publish(inputs, { ...report, spans: phases.spans }, failure, world);
  }
  if (failure === undefined) return 0;
  await reportFailure(failure, { log, isDebug, dockerfile: source?.dockerfilePath });
  return 1;
}

/** Removes the pods that the build step could not remove. @returns 0: it never fails the job. */
export async function runPostStep(world: World): Promise<number> {
  const { clock, environment, inputs, log } = world;
  const pods = rememberedPods(environment);
  world.onCrash(({ message }) => log.warning(message), 0);
  try {
    const { cluster } = world.openCluster(parseKubeInputs(inputs, rememberedCa(environment)));
    await removeLeftovers(pods, cluster, clock, log);
  } catch (error) {
    const { message } = toBuildError(error, 'the post step');
    for (const ref of pods) await log.warning(leftover(ref, message));
  }
  return 0;
}

async function logConnection(
  { connection }: OpenCluster,
  timeoutMs: number,
  { log }: World,
): Promise<void> {
  const { source, contextName, server, namespace, unverifiedTls } = connection;
  await log.info(
    `cluster: ${source}, context ${contextName}, server ${server}, namespace ${namespace}`,
  );
  for (const warning of connection.lifetimeWarnings(timeoutMs)) await log.warning(warning);
  if (unverifiedTls) {
    await log.warning(
      'TLS verification is disabled (insecure-skip-tls-verify in the kubeconfig): an attacker on the network can read and change this build',
    );
  }
}

function buildPorts(
  { cluster }: OpenCluster,
  phases: PhaseRecorder,
  { clock, environment, job, log, openRegistry, randomBytes }: World,
): BuildPorts {
  return {
    cluster,
    clock,
    log,
    phases,
    openRegistry,
    pods: new SavedPods(job),
    run: {
      repository: environment['GITHUB_REPOSITORY'] ?? '',
      runId: environment['GITHUB_RUN_ID'] ?? '',
      runAttempt: environment['GITHUB_RUN_ATTEMPT'] ?? '',
    },
    newPodName: () => podName(environment['GITHUB_JOB'] ?? '', randomBytes(10)),
    newNonce: () => randomBytes(16).toString('hex'),
    onPod: ({ name, namespace }) => {
      job.setOutput('pod-name', name);
      job.setOutput('namespace', namespace);
    },
  };
}
