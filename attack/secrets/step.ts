import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobDouble } from '../../runner/job-double.ts';
import { visibleLog } from '../../runner/job-log.ts';
import { readInputFile } from '../../src/context/directory/find-path.ts';
import { BuildError } from '../../src/errors.ts';
import { systemClock } from '../../src/io/clock.ts';
import { readDockerConfigs } from '../../src/io/docker-config.ts';
import { KubeCluster } from '../../src/io/kube/cluster.ts';
import { connect, type Connection } from '../../src/io/kube/connection.ts';
import { logRequests } from '../../src/io/kube/request-log.ts';
import type { World } from '../../src/io/world.ts';
import { createWorkspace } from '../../src/io/workspace.ts';
import { JobLog } from '../../src/logs/fence.ts';
import type { Cluster } from '../../src/ports.ts';
import { runBuildStep, runPostStep } from '../../src/step.ts';

const unreachable = `apiVersion: v1
current-context: ci
clusters: [{name: ci, cluster: {server: 'https://127.0.0.1:1'}}]
contexts: [{name: ci, context: {cluster: ci}}]
`;

/** Inputs that a step needs to come as far as the cluster. */
const sound: Readonly<Record<string, string>> = {
  kubeconfig: 'auto',
  tags: 'registry.example.com/app:1',
  push: 'true',
};

interface Steps {
  /** Each is the input of one run. */
  readonly runs: readonly Readonly<Record<string, string>>[];
  /** Content of the file in `$KUBECONFIG`. */
  readonly kubeconfig: string;
  readonly openCluster: (connection: Connection, log: JobLog) => Cluster;
}

/** Runs the steps once with each of the inputs, with a cluster that refuses everything. @returns as `run`. */
export function visibleText(
  inputs: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const runs = Object.entries(inputs).map(([name, value]) => ({ [name]: value }));
  return run({ runs, kubeconfig: unreachable, openCluster: () => refusing }, signal);
}

/** Runs the steps with this kubeconfig and hide-server, with real requests. @returns as `run`. */
export function runHidden(
  kubeconfig: string,
  origin: 'input' | 'file',
  signal: AbortSignal,
): Promise<string> {
  const inputs = { kubeconfig: origin === 'input' ? kubeconfig : 'auto', 'hide-server': 'true' };
  const openCluster = (connection: Connection, log: JobLog): Cluster =>
    new KubeCluster(
      connection,
      systemClock,
      logRequests((line) => log.debug(line)),
    );
  return run({ runs: [inputs], kubeconfig, openCluster }, signal);
}

/**
 * Runs the build step and the post step in this process.
 * @returns everything that a reader of the job can see: the log without masks, the outputs, the saved state, the summary.
 */
async function run(steps: Steps, signal: AbortSignal): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'secrets-'));
  const job = new JobDouble();
  try {
    mkdirSync(join(directory, 'docker'));
    writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(directory, 'kubeconfig'), steps.kubeconfig);
    for (const inputs of steps.runs) {
      const world = worldOf(directory, { ...sound, ...inputs }, job, steps, signal);
      await runBuildStep(world);
      await runPostStep(world);
    }
    const outputs = JSON.stringify([...job.outputs]);
    return [visibleLog(job.text), outputs, JSON.stringify(job.remembered), job.summary].join('\n');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function worldOf(
  directory: string,
  values: Readonly<Record<string, string>>,
  job: JobDouble,
  { openCluster }: Steps,
  signal: AbortSignal,
): World {
  const environment = {
    KUBECONFIG: join(directory, 'kubeconfig'),
    DOCKER_CONFIG: join(directory, 'docker'),
    RUNNER_DEBUG: '1',
  };
  const workspace = createWorkspace(directory);
  const log = new JobLog(job, () => 'token-of-the-fence');
  const runCommand: World['runCommand'] = () => Promise.reject(new Error('there are no programs'));
  return {
    environment,
    inputs: {
      read: (name) => values[name] ?? '',
      env: () => undefined,
      readText: (path) => readInputFile(path, workspace)?.toString('utf8'),
    },
    isDebug: true,
    clock: systemClock,
    job,
    log,
    workspace,
    runCommand,
    readDockerConfigs: (input) =>
      readDockerConfigs(input, environment, (path) => workspace.resolve(path)),
    openCluster(kube) {
      const mask = (secret: string): void => void log.mask(secret);
      const connection = connect(kube, environment, { run: runCommand, mask });
      const cluster = openCluster(connection, log);
      return { connection, cluster, credentials: () => Promise.resolve([]) };
    },
    openRegistry: () => {
      throw new Error('nothing was pushed');
    },
    randomBytes: (size) => Buffer.alloc(size),
    cancellation: () => signal,
    onCrash: () => undefined,
  };
}

const refuse = (): Promise<never> => Promise.reject(new BuildError('cluster', 'it is refused'));

/** A cluster that refuses every request. */
const refusing: Cluster = {
  namespace: 'default',
  failing: undefined,
  serverMinor: refuse,
  listPermissions: refuse,
  can: refuse,
  createPod: refuse,
  dryRunPod: refuse,
  userName: refuse,
  readPod: refuse,
  podStates: () => refusal(),
  podEvents: refuse,
  log: () => refusal(),
  attach: refuse,
  listPods: refuse,
  serverTime: refuse,
  deleteUnchanged: refuse,
  deletePod: refuse,
};

function refusal(): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: refuse }) };
}
