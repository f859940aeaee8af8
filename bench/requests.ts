// Requests to the API server of a build that takes ten minutes, on the playground with scaled time.
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { startCluster } from '../playground/cluster.ts';
import { JobDouble } from '../runner/job-double.ts';
import { buildImage } from '../src/build.ts';
import { createSource } from '../src/context/source.ts';
import { parseDockerfile } from '../src/dockerfile/parse.ts';
import { selectEngine } from '../src/engines/select.ts';
import { parseInputs } from '../src/inputs/parse.ts';
import { KubeCluster } from '../src/io/kube/cluster.ts';
import { connect } from '../src/io/kube/connection.ts';
import { HttpRegistry } from '../src/io/registry/registry.ts';
import { createWorkspace } from '../src/io/workspace.ts';
import { noLogins } from '../src/logins/logins.ts';
import { JobLog } from '../src/logs/fence.ts';
import { SavedPods } from '../src/pod/saved-pods.ts';
import { PhaseRecorder } from '../src/result/phases.ts';
import { scaleConnection, scaledClock } from '../support/scaled-time.ts';
import { count, type Counts } from './moments.ts';
import { startRecorder } from './recorder.ts';

/** Factor by which time runs faster. */
const factor = 20;
const buildSeconds = 600;

/** Counts every request of one build. @param printsEverySeconds interval of the output of the builder; 0: it prints nothing. */
export async function countRequests(printsEverySeconds: number): Promise<Counts> {
  const cluster = await startCluster();
  const recorder = await startRecorder(cluster.kubeconfig());
  try {
    await build(recorder.kubeconfig, builder(printsEverySeconds));
    return count(recorder.requests);
  } finally {
    await recorder.close();
    await cluster.close();
  }
}

function builder(printsEverySeconds: number): string {
  const seconds = printsEverySeconds === 0 ? buildSeconds : printsEverySeconds;
  const rounds = buildSeconds / seconds;
  return `cat > /dev/null; for n in $(seq ${rounds}); do echo step $n; sleep ${seconds / factor}; done`;
}

async function build(kubeconfig: string, script: string): Promise<void> {
  const clock = scaledClock(factor);
  const job = new JobDouble();
  const log = new JobLog(job, () => randomBytes(16).toString('hex'));
  const values: Readonly<Record<string, string>> = {
    kubeconfig,
    engine: 'custom',
    'builder-image': 'busybox:1',
    'builder-command': ['sh', '-c', script].join('\n'),
    stdin: 'hello',
  };
  const inputs = parseInputs({
    read: (name) => values[name] ?? '',
    env: () => undefined,
    readText: () => undefined,
  });
  const engine = selectEngine(inputs);
  const source = await createSource(
    {
      source: inputs.source,
      file: undefined,
      layout: engine.layout,
      compressionLevel: inputs.compressionLevel,
      sourceDateEpoch: undefined,
    },
    createWorkspace(tmpdir()),
  );
  const runner = {
    run: () => Promise.reject(new Error('the playground has no exec plugin')),
    mask: () => undefined,
  };
  const connection = scaleConnection(connect(inputs.kube, {}, runner), factor);
  const { failure } = await buildImage(
    {
      inputs,
      engine,
      source,
      dockerfile: parseDockerfile(source.dockerfile),
      logins: noLogins,
      pulls: [],
      edits: [],
      skipsStages: false,
    },
    {
      cluster: new KubeCluster(connection, clock),
      clock,
      log,
      phases: new PhaseRecorder(clock),
      openRegistry: (access) => new HttpRegistry(access),
      pods: new SavedPods(job),
      run: { repository: 'example/project', runId: '1', runAttempt: '1' },
      newPodName: () => `kbp-bench-${randomBytes(5).toString('hex')}`,
      newNonce: () => randomBytes(16).toString('hex'),
      onPod: () => undefined,
    },
    new AbortController().signal,
  );
  if (failure !== undefined) throw failure;
}
