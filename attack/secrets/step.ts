import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobDouble } from '../../runner/job-double.ts';
import { visibleLog } from '../../runner/job-log.ts';
import { readInputFile } from '../../src/context/directory/find-path.ts';
import { BuildError } from '../../src/errors.ts';
import { systemClock } from '../../src/io/clock.ts';
import { readDockerConfig } from '../../src/io/docker-config.ts';
import { connect } from '../../src/io/kube/connection.ts';
import type { World } from '../../src/io/world.ts';
import { createWorkspace } from '../../src/io/workspace.ts';
import { JobLog } from '../../src/logs/fence.ts';
import type { Cluster } from '../../src/ports.ts';
import { runBuildStep, runPostStep } from '../../src/step.ts';

const kubeconfig = `apiVersion: v1
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

/**
 * Runs the build step and the post step in this process, with a cluster that refuses everything.
 * @returns everything that a reader of the job can see: the log without masks, the outputs, the saved state, the summary.
 */
export async function visibleText(
  inputs: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'secrets-'));
  const job = new JobDouble();
  try {
    mkdirSync(join(directory, 'docker'));
    writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(directory, 'kubeconfig'), kubeconfig);
    for (const [name, value] of Object.entries(inputs)) {
      const world = worldOf(directory, { ...sound, [name]: value }, job, signal);
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
    readDockerConfig: (input) =>
      readDockerConfig(input, environment, (path) => workspace.resolve(path)),
    openCluster: (kube) => ({
      connection: connect(kube, environment, {
        run: runCommand,
        mask: (secret) => void log.mask(secret),
      }),
      cluster: refusing,
    }),
    randomBytes: (size) => Buffer.alloc(size),
    cancellation: () => signal,
    onCrash: () => undefined,
  };
}

const refuse = (): Promise<never> => Promise.reject(new BuildError('cluster', 'it is refused'));

/** A cluster that refuses every request. */
const refusing: Cluster = {
  namespace: 'default',
  serverMinor: refuse,
  listPermissions: refuse,
  can: refuse,
  createPod: refuse,
  readPod: refuse,
  podStates: () => refusal(),
  podEvents: refuse,
  log: () => refusal(),
  attach: refuse,
  listPods: refuse,
  deleteUnchanged: refuse,
  deletePod: refuse,
};

function refusal(): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: refuse }) };
}
