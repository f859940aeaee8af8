import { createSource } from './context/source.ts';
import type { StdinSource } from './context/stdin.ts';
import { workflowFiles } from './context/workflow-files.ts';
import { checkDockerfile, throwIfAny } from './dockerfile/check.ts';
import { parseDockerfile, type Dockerfile } from './dockerfile/parse.ts';
import { pulledRepositories } from './dockerfile/repositories.ts';
import type { Engine } from './engines/engine.ts';
import { selectEngine } from './engines/select.ts';
import type { Inputs } from './inputs/inputs.ts';
import type { PulledRepository } from './inputs/values/reference.ts';
import { collectLogins } from './logins/collect.ts';
import type { DockerConfig } from './logins/docker-config.ts';
import { givenConfigs } from './logins/given.ts';
import { noLogins, type Logins } from './logins/logins.ts';
import { wantedLogins } from './logins/wanted.ts';
import type { JobLog } from './logs/fence.ts';
import { placeOf } from './logs/place.ts';
import type { RunCommand, Workspace } from './ports.ts';
import { orAborted } from './time/abort.ts';

/** Everything about a build that is the same for each attempt. */
export interface BuildPlan {
  readonly inputs: Inputs;
  readonly engine: Engine;
  readonly source: StdinSource;
  /** Without instructions for an engine that needs no Dockerfile. */
  readonly dockerfile: Dockerfile;
  readonly logins: Logins;
  /** Repositories that the Dockerfile names. */
  readonly pulls: readonly PulledRepository[];
}

export interface PlanPorts {
  readonly workspace: Workspace;
  readonly log: JobLog;
  readonly runCommand: RunCommand;
  /** Reads the Docker configurations that the input `docker-config` selects, in the order in which they are searched. */
  readonly readDockerConfigs: (input: string | undefined) => readonly DockerConfig[];
  /** Variables of the runner. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds and checks the context. Nothing is packed yet.
 * @throws BuildError('context' or 'input'), or the signal's reason.
 */
export async function openSource(
  inputs: Inputs,
  { workspace, log, environment }: PlanPorts,
  signal: AbortSignal,
): Promise<StdinSource> {
  const reading = createSource(
    {
      source: inputs.source,
      file: inputs.file,
      layout: selectEngine(inputs).layout,
      compressionLevel: inputs.compressionLevel,
      excludes: inputs.excludes,
      keepGitCredentials: inputs.gitCredentials === 'keep',
      ...(inputs.workflowCredentials === 'exclude' && {
        workflowFiles: workflowFiles(environment, inputs.registry.dockerConfig),
      }),
      sourceDateEpoch: environment['SOURCE_DATE_EPOCH'],
    },
    workspace,
    signal,
  );
  const source = await orAborted(reading, signal);
  await log.info(`stdin: ${source.description}`);
  for (const note of source.notes) await log.info(note);
  for (const warning of source.warnings) await log.warning(warning);
  return source;
}

/**
 * Checks the Dockerfile and collects the registry credentials: everything that can fail before the cluster is asked.
 * @throws BuildError('context' or 'input'), or the signal's reason.
 */
export async function makePlan(
  inputs: Inputs,
  source: StdinSource,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<BuildPlan> {
  const engine = selectEngine(inputs);
  const plan = { inputs, engine, source, dockerfile: parseDockerfile(source.dockerfile) };
  if (engine.layout === 'plain') return { ...plan, logins: noLogins, pulls: [] };
  if (inputs.checkDockerfile) await checkDockerfileOf(plan, ports.log);
  const pulls = pulledRepositories(plan.dockerfile, inputs.image.buildArgs);
  const logins = await findLogins(inputs, pulls, ports, signal);
  return { ...plan, logins, pulls };
}

/** Logs the warnings about the Dockerfile. @throws BuildError('context') for its errors. */
async function checkDockerfileOf(
  { inputs, source, dockerfile }: Pick<BuildPlan, 'inputs' | 'source' | 'dockerfile'>,
  log: JobLog,
): Promise<void> {
  const { problems, warnings } = checkDockerfile({
    dockerfile,
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

/** The registry credentials that the build needs, masked in the job log. With `registry-secret` none are sent. */
async function findLogins(
  inputs: Inputs,
  pulls: readonly PulledRepository[],
  { log, readDockerConfigs, runCommand }: PlanPorts,
  signal: AbortSignal,
): Promise<Logins> {
  const { auths, dockerConfig, secret } = inputs.registry;
  if (secret !== undefined) return noLogins;
  const configs = [...givenConfigs(auths), ...readDockerConfigs(dockerConfig)];
  const logins = await collectLogins(configs, wantedLogins(inputs, pulls), runCommand, signal);
  for (const value of logins.secrets) await log.mask(value);
  for (const warning of logins.warnings) await log.warning(warning);
  if (logins.byHost.size > 0) {
    const hosts = [...logins.byHost.keys()].join(', ');
    await log.info(
      `registry credentials sent with the context: ${hosts} (RUN instructions can read them)`,
    );
  }
  return logins;
}
