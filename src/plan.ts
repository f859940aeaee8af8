import { createSource } from './context/source.ts';
import type { StdinSource } from './context/stdin.ts';
import { workflowFiles } from './context/workflow-files.ts';
import { platformArguments, timestampArgument } from './dockerfile/automatic-arguments.ts';
import { checkDockerfile, throwIfAny } from './dockerfile/check/check.ts';
import { withEdits, type LineEdit } from './dockerfile/edit.ts';
import { removeLabels } from './dockerfile/labels.ts';
import { parseDockerfile, type Dockerfile } from './dockerfile/parse.ts';
import { pulledRepositories } from './dockerfile/repositories.ts';
import { namedTarget } from './dockerfile/stages.ts';
import { findUnusedStages } from './dockerfile/unused-stages.ts';
import type { Engine } from './engines/engine.ts';
import { selectEngine } from './engines/select.ts';
import type { Inputs } from './inputs/inputs.ts';
import type { PulledRepository } from './inputs/values/reference.ts';
import { collectLogins } from './logins/collect.ts';
import type { DockerConfig } from './logins/docker-config.ts';
import { givenConfigs } from './logins/given.ts';
import { noLogins, type Logins } from './logins/logins.ts';
import { noProxies, proxiesOf } from './logins/proxies.ts';
import { wantedLogins } from './logins/wanted.ts';
import type { JobLog } from './logs/fence.ts';
import { placeOf } from './logs/place.ts';
import type { RunCommand, Workspace } from './ports.ts';
import { show } from './text/show.ts';
import { orAborted } from './time/abort.ts';

/** Everything about a build that is the same for each attempt. */
export interface BuildPlan {
  /** With the build arguments that Docker adds. */
  readonly inputs: Inputs;
  readonly engine: Engine;
  readonly source: StdinSource;
  /** Without instructions for an engine that needs no Dockerfile. */
  readonly dockerfile: Dockerfile;
  readonly logins: Logins;
  /** Repositories that the Dockerfile names. */
  readonly pulls: readonly PulledRepository[];
  /** Changes of the Dockerfile that is sent. */
  readonly edits: readonly LineEdit[];
  /** Stages that the target does not need can be skipped. */
  readonly skipsStages: boolean;
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
  let configs: readonly DockerConfig[] | undefined;
  const readOnce: PlanPorts['readDockerConfigs'] = (input) =>
    (configs ??= ports.readDockerConfigs(input));
  const once = { ...ports, readDockerConfigs: readOnce };
  const draft = await draftPlan(inputs, source, once);
  return { ...draft, logins: await planLogins(inputs, draft.pulls, once, signal) };
}

/** The plan without registry credentials. @throws BuildError('context' or 'input') */
export async function draftPlan(
  inputs: Inputs,
  source: StdinSource,
  ports: PlanPorts,
): Promise<Omit<BuildPlan, 'logins'>> {
  const engine = selectEngine(inputs);
  const dockerfile = parseDockerfile(source.dockerfile);
  const plan = { inputs, engine, source, dockerfile };
  if (engine.layout === 'plain') {
    return { ...plan, pulls: [], edits: [], skipsStages: false };
  }
  if (inputs.checkDockerfile) await checkDockerfileOf(plan, ports.log);
  const configs = readConfigs(inputs, ports);
  const completed = await withAutomaticArguments(plan, configs, ports);
  const { buildArgs } = completed.image;
  const target = namedTarget(dockerfile.stages, completed.image.target);
  const unused = findUnusedStages(dockerfile, { target, buildArgs });
  const pulls = pulledRepositories(dockerfile, buildArgs, unused.built);
  return {
    ...plan,
    inputs: { ...completed, image: { ...completed.image, target } },
    pulls,
    edits: withEdits(unused.edits, await replaceLabels(plan, ports.log)),
    skipsStages: unused.canSkip,
  };
}

/** Where credentials are, in the order of precedence. None with `registry-secret`, which replaces them. */
function readConfigs({ registry }: Inputs, ports: PlanPorts): readonly DockerConfig[] {
  const { auths, dockerConfig, secret } = registry;
  if (secret !== undefined) return [];
  return [...givenConfigs(auths), ...ports.readDockerConfigs(dockerConfig)];
}

type Parsed = Pick<BuildPlan, 'inputs' | 'source' | 'dockerfile'>;

/** Logs the warnings about the Dockerfile. @throws BuildError('context') for its errors. */
async function checkDockerfileOf(
  { inputs, source, dockerfile }: Parsed,
  log: JobLog,
): Promise<void> {
  const { problems, warnings, notes } = checkDockerfile({
    dockerfile,
    target: inputs.image.target,
    buildArgs: inputs.image.buildArgs,
    platform: inputs.image.platform,
    lookUp: source.lookUp,
    hasPrefix: source.hasPrefix,
    builderImage: inputs.builder.image,
    hasSecrets: JSON.stringify(inputs.pod.template ?? {}).includes('"/run/secrets'),
  });
  for (const note of notes) await log.info(note);
  for (const { message, hint, line } of warnings) {
    await log.warning(`${message}. ${hint}`, placeOf(source.dockerfilePath, line));
  }
  throwIfAny(problems);
}

/** The inputs with the build arguments that Docker adds to those of the user, which take precedence. */
async function withAutomaticArguments(
  { inputs, dockerfile }: Parsed,
  configs: readonly DockerConfig[],
  { environment, log }: PlanPorts,
): Promise<Inputs> {
  const { image } = inputs;
  const config = configs.find((each) => Object.keys(each.proxies).length > 0);
  const proxies = config === undefined ? noProxies : proxiesOf(config, image.buildArgs);
  for (const value of proxies.secrets) await log.mask(value);
  for (const warning of proxies.warnings) await log.warning(warning);
  const given = new Set(image.buildArgs.map(({ key }) => key));
  const added = [
    ...proxies.buildArgs,
    ...timestampArgument(environment),
    ...platformArguments(dockerfile, image.platform),
  ].filter(({ key }) => !given.has(key));
  return { ...inputs, image: { ...image, buildArgs: [...image.buildArgs, ...added] } };
}

/** The edits of the Dockerfile that make the labels of the inputs win over its own, as in Docker. */
async function replaceLabels(
  { inputs, source, dockerfile }: Parsed,
  log: JobLog,
): Promise<readonly LineEdit[]> {
  const keys = new Set(inputs.image.labels.map(({ key }) => key));
  const { edits, removed, uncertain } = removeLabels(dockerfile, keys);
  if (removed.length > 0) {
    const shown = removed.map((key) => show(key)).join(', ');
    await log.info(`labels of the Dockerfile that 'labels' replaces: ${shown}`);
  }
  for (const { line } of uncertain) {
    await log.warning(
      `LABEL at line ${line} of the Dockerfile can replace a label of 'labels'. Write it as LABEL NAME="VALUE", without variables in the name`,
      placeOf(source.dockerfilePath, line),
    );
  }
  return edits;
}

/**
 * The registry credentials that the build needs, masked in the job log. None are sent with `registry-secret`, and to an engine that
 * needs no Dockerfile.
 * @param pulls the repositories that the Dockerfile names. @throws BuildError('input'), or the signal's reason.
 */
export async function planLogins(
  inputs: Inputs,
  pulls: readonly PulledRepository[],
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<Logins> {
  const { log, runCommand } = ports;
  if (inputs.registry.secret !== undefined || selectEngine(inputs).layout === 'plain')
    return noLogins;
  const configs = readConfigs(inputs, ports);
  const logins = await collectLogins(configs, wantedLogins(inputs, pulls), runCommand, signal);
  for (const value of logins.secrets) await log.mask(value);
  for (const warning of logins.warnings) await log.warning(warning);
  if (logins.byHost.size > 0) {
    const hosts = [...logins.byHost.keys()].join(', ');
    const sent = inputs.mode === 'check' ? 'that a build sends' : 'sent';
    await log.info(
      `registry credentials ${sent} with the context: ${hosts} (RUN instructions can read them)`,
    );
  }
  return logins;
}
