import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { JobDouble } from '../runner/job-double.ts';
import { buildImage, type BuildPorts } from '../src/build.ts';
import type { StdinStream } from '../src/context/stdin.ts';
import { parseDockerfile } from '../src/dockerfile/parse.ts';
import { selectEngine } from '../src/engines/select.ts';
import { parseInputs } from '../src/inputs/parse.ts';
import { KubeCluster } from '../src/io/kube/cluster.ts';
import { connect } from '../src/io/kube/connection.ts';
import { HttpRegistry } from '../src/io/registry/registry.ts';
import { parseKubeconfig } from '../src/kubeconfig/document.ts';
import { noLogins } from '../src/logins/logins.ts';
import { JobLog } from '../src/logs/fence.ts';
import type { BuildPlan } from '../src/plan.ts';
import { SavedPods } from '../src/pod/saved-pods.ts';
import type { Clock } from '../src/ports.ts';
import { removeLeftovers } from '../src/post.ts';
import { PhaseRecorder } from '../src/result/phases.ts';
import { scaleConnection, scaledClock } from '../support/scaled-time.ts';
import type { StepsEnd, Trial } from './trial.ts';

/** Reports to the trial what the steps print. */
class TrialJob extends JobDouble {
  readonly #trial: Trial;

  constructor(trial: Trial) {
    super();
    this.#trial = trial;
  }

  override write(text: string | Buffer): Promise<void> {
    this.#trial.addLog(text.toString());
    return super.write(text);
  }
}

/** Both steps in this process, with the clock of the trial. */
export async function runInProcess(trial: Trial, cancelled: AbortSignal): Promise<StepsEnd> {
  const clock = scaledClock(trial.factor);
  const job = new TrialJob(trial);
  const log = new JobLog(job, () => randomBytes(8).toString('hex'));
  const ports = portsOf(trial, clock, job, log);
  const { failure } = await buildImage(planOf(trial), ports, cancelled);
  await log.close();
  // A step of its own has a connection of its own.
  await removeLeftovers(job.remembered.at(-1) ?? [], clusterOf(trial, clock), clock, log);
  return {
    failure: failure && { sentence: failure.message, hint: failure.hint ?? '' },
    log: job.text,
  };
}

function planOf(trial: Trial): BuildPlan {
  const values: Readonly<Record<string, string>> = {
    ...trial.inputs,
    kubeconfig: 'auto',
    context: '.',
  };
  const inputs = parseInputs({
    read: (name) => values[name] ?? '',
    env: () => undefined,
    readText: () => '',
  });
  const source = {
    description: 'random bytes',
    dockerfile: '',
    notes: [],
    warnings: [],
    open: () => streamOf(trial.context),
  };
  const dockerfile = parseDockerfile(source.dockerfile);
  return {
    inputs,
    engine: selectEngine(inputs),
    source,
    dockerfile,
    logins: noLogins,
    pulls: [],
    edits: [],
    skipsStages: false,
  };
}

function streamOf(context: Buffer): StdinStream {
  const { length } = context;
  // The first byte is a piece of its own: a fault after it comes before the rest was read.
  const stream = Readable.from([context.subarray(0, 1), context.subarray(1)]);
  return { stream, progress: { files: 1, bytes: length, totalBytes: length, totalFiles: 1 } };
}

function portsOf(trial: Trial, clock: Clock, job: JobDouble, log: JobLog): BuildPorts {
  return {
    cluster: clusterOf(trial, clock),
    clock,
    log,
    phases: new PhaseRecorder(clock),
    openRegistry: (access) => new HttpRegistry(access),
    pods: new SavedPods(job),
    // An empty repository disables the sweep: its requests would meet faults that are meant for others.
    run: { repository: '', runId: '1', runAttempt: '1' },
    newPodName: () => `kbp-${randomBytes(5).toString('hex')}`,
    newNonce: () => randomBytes(8).toString('hex'),
    onPod: () => undefined,
  };
}

function clusterOf({ cluster, factor }: Trial, clock: Clock): KubeCluster {
  const kubeconfig = parseKubeconfig(cluster.kubeconfig());
  const kube = { kubeconfig, context: undefined, namespace: undefined };
  const runner = {
    run: () => Promise.reject(new Error('the playground has no exec plugin')),
    mask: () => undefined,
  };
  return new KubeCluster(scaleConnection(connect(kube, {}, runner), factor), clock);
}
