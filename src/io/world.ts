import { randomBytes } from 'node:crypto';
import { getInput } from '@actions/core';
import { readInputFile } from '../context/directory/find-path.ts';
import type { BuildError } from '../errors.ts';
import type { KubeInputs } from '../inputs/inputs.ts';
import type { RawInputs } from '../inputs/reader.ts';
import { credentialsOf, type Credential } from '../kubeconfig/expiry.ts';
import type { DockerConfig } from '../logins/docker-config.ts';
import type { OpenRegistry } from '../logins/registry-access.ts';
import { JobLog } from '../logs/fence.ts';
import type { Clock, Cluster, Job, RunCommand, Workspace } from '../ports.ts';
import { fieldsOf, text } from '../text/json.ts';
import { systemClock } from './clock.ts';
import { readDockerConfigs } from './docker-config.ts';
import { commandRunner } from './exec.ts';
import { KubeCluster } from './kube/cluster.ts';
import { connect, type Connection } from './kube/connection.ts';
import { logRequests } from './kube/request-log.ts';
import { HttpRegistry } from './registry/registry.ts';
import { exitOnCrash } from './runner/crash.ts';
import { runnerJob } from './runner/job.ts';
import { cancellation } from './runner/signals.ts';
import type { Watchdog } from './runner/watchdog.ts';
import { createWorkspace } from './workspace.ts';

/** A cluster that can be used, and how it was found. */
export interface OpenCluster {
  readonly cluster: Cluster;
  readonly connection: Pick<
    Connection,
    'source' | 'contextName' | 'server' | 'namespace' | 'unverifiedTls' | 'lifetimeWarnings'
  >;
  /** What requests present. Runs an exec plugin, or requests an OIDC token. @throws BuildError */
  credentials(signal: AbortSignal): Promise<readonly Credential[]>;
}

/** Everything outside of the process that a step uses; the tests of step.ts have doubles of it. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly inputs: RawInputs;
  /** True if debug logging is enabled (`RUNNER_DEBUG`): requests and stacks of errors are logged. */
  readonly isDebug: boolean;
  readonly clock: Clock;
  readonly job: Job;
  readonly log: JobLog;
  readonly workspace: Workspace;
  readonly runCommand: RunCommand;
  /** See io/docker-config.ts. */
  readDockerConfigs(input: string | undefined): readonly DockerConfig[];
  /** Reads the kubeconfig and masks its secrets. Sends nothing. @throws BuildError('input') */
  openCluster(kube: KubeInputs): OpenCluster;
  readonly openRegistry: OpenRegistry;
  readonly randomBytes: (size: number) => Buffer;
  /** Installs the handlers of the runner's signals; see io/runner/signals.ts. */
  cancellation(): AbortSignal;
  /** Installs the handler of errors that nothing catches; see io/runner/crash.ts. */
  onCrash(report: (failure: BuildError) => Promise<void>, exitCode: number): void;
}

/**
 * The runner, its files and the cluster.
 * @param environment of the process. @param watchdog of the process, if it has one.
 */
export function realWorld(environment: NodeJS.ProcessEnv, watchdog?: Watchdog): World {
  const clock = systemClock;
  const isDebug = environment['RUNNER_DEBUG'] === '1';
  const workspace = createWorkspace(process.cwd());
  const runCommand = commandRunner(environment);
  const job = watchdog === undefined ? runnerJob : patientJob(watchdog);
  const log = new JobLog(
    job,
    () => randomBytes(16).toString('hex'),
    (token) => watchdog?.setFence(token),
  );
  const mask = (secret: string): void => {
    // A job log that cannot be written fails the next message, too.
    log.mask(secret).catch(() => undefined);
  };
  return {
    environment,
    isDebug,
    clock,
    log,
    workspace,
    runCommand,
    randomBytes,
    cancellation,
    job,
    onCrash: exitOnCrash,
    inputs: {
      read: (name) => getInput(name, { trimWhitespace: false }),
      env: (name) => environment[name],
      readText: (path) => readInputFile(path, workspace)?.toString('utf8'),
    },
    openRegistry: (access) => new HttpRegistry(access),
    readDockerConfigs: (input) =>
      readDockerConfigs(input, environment, (path) => workspace.resolve(path)),
    openCluster(kube) {
      const connection = connect(kube, environment, { run: runCommand, mask, clock });
      const onRequest = isDebug ? logRequests((line) => log.debug(line)) : undefined;
      const cluster = new KubeCluster(connection, clock, onRequest);
      return { connection, cluster, credentials: (signal) => readCredentials(connection, signal) };
    },
  };
}

async function readCredentials(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Credential[]> {
  const { options } = await connection.requestOptions('/version', {}, signal);
  const { Authorization: authorization } = fieldsOf(options.headers);
  return credentialsOf({
    authorization: text(authorization),
    certificate: options.cert === undefined ? undefined : String(options.cert),
    isRenewed: connection.isRenewed === true,
  });
}

/** The job log blocks the process while the runner does not read it. That is not a reason to end the step. */
function patientJob(watchdog: Watchdog): Job {
  return { ...runnerJob, write: (text) => watchdog.excuse(() => runnerJob.write(text)) };
}
