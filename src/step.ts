// Wires the edges to the flow, for the build step and for the post step.
import { randomBytes } from 'node:crypto';
import { getInput } from '@actions/core';
import { buildImage, type BuildPlan, type BuildPorts } from './build.ts';
import { readInputFile } from './context/directory/places.ts';
import { createSource } from './context/source.ts';
import type { StdinSource, StreamAuth } from './context/stdin.ts';
import { checkDockerfile, throwIfAny } from './dockerfile/check.ts';
import { registriesOf } from './dockerfile/registries.ts';
import { selectEngine } from './engines/select.ts';
import { describeError, toBuildError, type BuildError } from './errors.ts';
import type { Inputs, KubeInputs } from './inputs/inputs.ts';
import { parseInputs, parseKubeInputs } from './inputs/parse.ts';
import { systemClock } from './io/clock.ts';
import { readDockerConfig } from './io/docker-config.ts';
import { commandRunner } from './io/exec.ts';
import { KubeCluster } from './io/kube/cluster.ts';
import type { Connection } from './io/kube/connection.ts';
import { connect } from './io/kube/kubeconfig.ts';
import { failOnCrash } from './io/runner/crash.ts';
import { runnerJob } from './io/runner/job.ts';
import { cancellation } from './io/runner/signals.ts';
import { rememberedPods } from './io/runner/state.ts';
import { createWorkspace } from './io/workspace.ts';
import { leafSecrets } from './kubeconfig/secrets.ts';
import { collectLogins, wantedHosts } from './logins/collect.ts';
import { JobLog, type Annotation } from './logs/fence.ts';
import { SavedPods } from './pod/saved-pods.ts';
import { podName } from './pod/spec/name.ts';
import { leftover, removeLeftovers } from './post.ts';
import { RunReport } from './result/report.ts';
import { renderMetadata, renderSummary, isUnpushed, notPushed } from './result/summary.ts';
import { orAborted } from './time/abort.ts';
import { startDeadline } from './time/deadline.ts';

const environment = process.env;
const clock = systemClock;
const log = new JobLog(runnerJob, () => randomBytes(16).toString('hex'));
const workspace = createWorkspace(process.cwd());
const runCommand = commandRunner(environment);

/** Builds the image; the process exits with 0 only if that is proved. */
export async function runBuildStep(): Promise<void> {
  failOnCrash((text) => log.error(text));
  const cancelled = cancellation();
  const report = new RunReport(clock.now());
  let inputs: Inputs | undefined;
  let failure: BuildError | undefined;
  try {
    inputs = parseInputs(rawInputs());
    await build(inputs, report, cancelled);
  } catch (error) {
    failure = toBuildError(error, 'the step');
  }
  await log.close();
  if (inputs !== undefined) failure = await publish(inputs, report, failure);
  await finish(failure, report);
}

/** Removes what the build step could not remove; never fails the job. */
export async function runPostStep(): Promise<void> {
  try {
    const connection = await openConnection(parseKubeInputs(rawInputs()));
    await removeLeftovers(
      rememberedPods(environment),
      new KubeCluster(connection, clock),
      clock,
      log,
    );
  } catch (error) {
    const { message } = toBuildError(error, 'the post step');
    for (const ref of rememberedPods(environment)) await log.warning(leftover(ref, message));
  }
  process.exit(0);
}

async function build(inputs: Inputs, report: RunReport, cancelled: AbortSignal): Promise<void> {
  const connection = await openConnection(inputs.kube);
  await log.group('Prepare');
  await log.info(
    `cluster: ${connection.source}, context ${connection.contextName}, server ${connection.server}, namespace ${connection.namespace}`,
  );
  if (connection.unverifiedTls) {
    await log.warning(
      'the kubeconfig has insecure-skip-tls-verify: anybody on the way to the server can read and change this build',
    );
  }
  const plan = await prepare(inputs, report, cancelled);
  report.phase('prepare', clock.now());
  const ports: BuildPorts = {
    cluster: new KubeCluster(connection, clock),
    clock,
    log,
    report,
    pods: new SavedPods(runnerJob),
    run: {
      repository: environment['GITHUB_REPOSITORY'] ?? '',
      runId: environment['GITHUB_RUN_ID'] ?? '',
      runAttempt: environment['GITHUB_RUN_ATTEMPT'] ?? '',
    },
    newPodName: () => podName(environment['GITHUB_JOB'] ?? '', randomBytes(10)),
    newNonce: () => randomBytes(16).toString('hex'),
    onPod: (ref) => {
      report.pod = ref;
      runnerJob.setOutput('pod-name', ref.name);
      runnerJob.setOutput('namespace', ref.namespace);
    },
  };
  report.image = await buildImage(plan, ports, cancelled);
  if (isUnpushed(inputs)) await log.info(notPushed);
}

/** What makes the plan may take long (a large archive, a credential helper): time and cancellation count here too. */
async function prepare(
  inputs: Inputs,
  report: RunReport,
  cancelled: AbortSignal,
): Promise<BuildPlan> {
  const describe = (): string => 'preparing the context';
  const { timeoutMs } = inputs;
  const deadline = startDeadline(
    { timeoutMs, startedAtMs: report.startedAtMs },
    clock,
    cancelled,
    describe,
  );
  try {
    return await makePlan(inputs, report, deadline.signal);
  } finally {
    deadline.end();
  }
}

/** Everything that can fail before the cluster is asked for anything. */
async function makePlan(
  inputs: Inputs,
  report: RunReport,
  signal: AbortSignal,
): Promise<BuildPlan> {
  const engine = selectEngine(inputs);
  const reading = createSource(
    {
      source: inputs.source,
      file: inputs.file,
      layout: engine.layout,
      compressionLevel: inputs.compressionLevel,
      excludes: inputs.excludes,
      keepGitCredentials: inputs.gitCredentials === 'keep',
      sourceDateEpoch: environment['SOURCE_DATE_EPOCH'],
    },
    workspace,
  );
  const source = await orAborted(reading, signal);
  report.dockerfilePath = source.dockerfilePath;
  await log.info(`stdin: ${source.description}`);
  for (const note of source.notes) await log.info(note);
  for (const warning of source.warnings) await log.warning(warning);
  if (engine.layout === 'plain') return { inputs, engine, source, auth: {}, pullHosts: [] };
  if (inputs.checkDockerfile) await checkSource(inputs, source);
  const pullHosts = registriesOf(source.dockerfile, inputs.image.buildArgs);
  const auth = await makeAuth(inputs, pullHosts, signal);
  return { inputs, engine, source, auth, pullHosts };
}

/** Early answers from the Dockerfile. @throws BuildError('context') */
async function checkSource(inputs: Inputs, source: StdinSource): Promise<void> {
  const { problems, warnings } = checkDockerfile({
    dockerfile: source.dockerfile,
    target: inputs.image.target,
    buildArgs: inputs.image.buildArgs,
    lookUp: source.lookUp,
    builderImage: inputs.builder.image,
  });
  for (const { message, hint, line } of warnings) {
    await log.warning(`${message}. ${hint}`, placeOf(source.dockerfilePath, line));
  }
  throwIfAny(problems);
}

/** What travels beside the context: logins and the certificate authority. */
async function makeAuth(
  inputs: Inputs,
  pullHosts: readonly string[],
  signal: AbortSignal,
): Promise<StreamAuth> {
  const { registry } = inputs;
  const hosts = wantedHosts(inputs, pullHosts);
  const config =
    registry.secret === undefined
      ? readDockerConfig(registry.dockerConfig, environment, (path) => workspace.resolve(path))
      : undefined;
  const logins = await collectLogins(config, hosts, runCommand, signal);
  await maskAll(logins.secrets);
  for (const warning of logins.warnings) await log.warning(warning);
  if (logins.hosts.length > 0) {
    await log.info(
      `logins sent with the context: ${logins.hosts.join(', ')} (a RUN step can read them)`,
    );
  }
  return {
    ...(logins.config !== undefined && { config: logins.config }),
    ...(registry.ca !== undefined && { ca: Buffer.from(registry.ca) }),
  };
}

async function openConnection(kube: KubeInputs): Promise<Connection> {
  const connection = connect(kube, environment, {
    run: runCommand,
    mask: (secret) => {
      void log.mask(secret);
    },
  });
  await maskAll(leafSecrets(connection.document));
  return connection;
}

async function maskAll(secrets: readonly string[]): Promise<void> {
  for (const secret of secrets) await log.mask(secret);
}

/**
 * Outputs and summary, after a failure too.
 * @returns the failure of the step: outputs that cannot be written are one, but never instead of the build's own.
 */
async function publish(
  inputs: Inputs,
  report: RunReport,
  failure: BuildError | undefined,
): Promise<BuildError | undefined> {
  let problem: BuildError | undefined;
  try {
    setOutputs(inputs, report);
  } catch (error) {
    problem = toBuildError(error, 'writing the outputs');
    if (failure !== undefined) await log.warning(problem.message);
  }
  try {
    if (inputs.summary) {
      const scrub = (text: string): string => log.scrub(text);
      await runnerJob.writeSummary(renderSummary(inputs, report, failure ?? problem, scrub));
    }
  } catch (error) {
    await log.warning(`the job summary could not be written: ${describeError(error)}`);
  }
  return failure ?? problem;
}

function setOutputs(inputs: Inputs, report: RunReport): void {
  const { image, exitCode } = report;
  const [first] = inputs.image.tags;
  if (exitCode !== undefined) runnerJob.setOutput('exit-code', String(exitCode));
  if (image !== undefined && first !== undefined) {
    runnerJob.setOutput('digest', image.digest);
    runnerJob.setOutput('image', `${first.text}@${image.digest}`);
    runnerJob.setOutput('image-name', first.text.slice(0, -`:${first.tag}`.length));
  }
  runnerJob.setOutput('metadata', renderMetadata(inputs, report));
}

/** A line of the Dockerfile, where there is a file to point to. */
function placeOf(file: string | undefined, line: number | undefined): Annotation {
  return file === undefined || line === undefined ? {} : { file, line };
}

async function finish(failure: BuildError | undefined, report: RunReport): Promise<never> {
  if (failure !== undefined) {
    // The cluster's own words may end with a period.
    const message = failure.message.replace(/[.\s]+$/, '');
    const text = failure.hint === undefined ? failure.message : `${message}. ${failure.hint}`;
    await log.error(text, placeOf(report.dockerfilePath, failure.line));
  }
  // Open connections of the keep-alive agent must not hold the step back.
  process.exit(failure === undefined ? 0 : 1);
}

function rawInputs(): Parameters<typeof parseInputs>[0] {
  return {
    read: (name) => getInput(name, { trimWhitespace: false }),
    env: (name) => environment[name],
    readText: (path) => readInputFile(path, workspace)?.toString('utf8'),
  };
}
