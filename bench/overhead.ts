// The cost of the action in addition to the build: moments and requests on the playground, and on a real cluster if there is one.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '../playground/cluster.ts';
import { onCluster } from './cluster.ts';
import { median } from './command.ts';
import { recordAction, total, type Counts, type Moments } from './moments.ts';
import { startRecorder } from './recorder.ts';
import { countRequests } from './requests.ts';
import { benchStep } from './step.ts';
import { round } from './turns.ts';

type Inputs = Readonly<Record<string, string>>;

const bundle = join(import.meta.dirname, '../dist');
/** Runs of a few hundred milliseconds vary too much for fewer rounds. */
const leastRounds = 7;
const buildSeconds = 60;

export async function benchOverhead(asked: number): Promise<void> {
  const rounds = Math.max(asked, leastRounds);
  const directory = mkdtempSync(join(tmpdir(), 'kbp-bench-'));
  try {
    await benchProcesses(rounds, directory);
    const cluster = await startCluster();
    try {
      const inputs = shell('busybox:1', 'cat > /dev/null');
      await benchMoments('the playground', cluster.kubeconfig(), inputs, directory, rounds);
    } finally {
      await cluster.close();
    }
    const [printing, silent] = await Promise.all([countRequests(5), countRequests(0)]);
    reportRequests('10 minutes on the playground, a line every 5 s', printing);
    reportRequests('10 minutes on the playground, silent', silent);
    await onCluster('moments and whole steps on a real cluster', async (real) => {
      const { kubeconfig, baseImage } = real;
      const inputs = shell(baseImage, 'cat > /dev/null');
      await benchMoments('a real cluster', kubeconfig, inputs, directory, rounds);
      const script = `cat > /dev/null; for n in $(seq ${buildSeconds}); do echo step $n; sleep 1; done`;
      const recorder = await startRecorder(kubeconfig);
      try {
        const { requests } = await recordAction(recorder, {
          inputs: shell(baseImage, script),
          directory,
        });
        reportRequests(`${buildSeconds} s on a real cluster, a line every second`, requests);
      } finally {
        await recorder.close();
      }
      await benchStep(real, rounds);
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A shell script that gets one small file on its stdin. */
function shell(image: string, script: string): Inputs {
  return {
    engine: 'custom',
    'builder-image': image,
    'builder-command': ['sh', '-c', script].join('\n'),
    stdin: 'hello',
  };
}

/** Measures without a cluster how long the processes of the bundle take in addition to the start of node. */
async function benchProcesses(rounds: number, directory: string): Promise<void> {
  const entry = join(bundle, 'index.js');
  const nowhere = { GITHUB_STATE: '/dev/null', GITHUB_OUTPUT: '/dev/null' };
  const variants = {
    'node -e 0': () => timeNode(['-e', '0'], {}, directory),
    // An empty kubeconfig is an error in the inputs: the step ends after it has read them.
    'until inputs are read': () =>
      timeNode([entry], { ...nowhere, INPUT_KUBECONFIG: '' }, directory),
    'post step, nothing to do': () => timeNode([entry], { STATE_isPost: 'true' }, directory),
  };
  const times = new Map<string, number[]>();
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const [name, run] of Object.entries(variants))
      times.set(name, [...(times.get(name) ?? []), await run()]);
  }
  const bytes = readdirSync(bundle)
    .filter((name) => name.endsWith('.js'))
    .reduce((sum, name) => sum + statSync(join(bundle, name)).size, 0);
  const rows = [...times].map(([process, values]) => ({ process, ...spread(values) }));
  console.log(`\nProcesses; a build loads ${(bytes / 1e6).toFixed(2)} MB of JavaScript`);
  console.table(rows);
  console.log(JSON.stringify({ bench: 'overhead', part: 'processes', bytes, rounds, rows }));
}

async function benchMoments(
  where: string,
  kubeconfig: string,
  inputs: Inputs,
  directory: string,
  rounds: number,
): Promise<void> {
  const recorder = await startRecorder(kubeconfig);
  const runs: Moments[] = [];
  try {
    for (let turn = 0; turn < rounds; turn += 1)
      runs.push(await recordAction(recorder, { inputs, directory }));
  } finally {
    await recorder.close();
  }
  const row = (span: string, pick: (moments: Moments) => number): object => ({
    span,
    ...spread(runs.map(pick)),
  });
  const rows = [
    row('process start to the create request', ({ create }) => create),
    row('container running to first byte, without handshake', ({ firstByte }) => firstByte),
    row('attach handshake', ({ handshake }) => handshake),
    row('terminated to step end, pod removed', ({ end }) => end),
  ];
  console.log(`\nMoments on ${where}`);
  console.table(rows);
  console.log(JSON.stringify({ bench: 'overhead', part: 'moments', where, rounds, rows }));
}

function reportRequests(what: string, counts: Counts): void {
  console.log(`\nRequests to the API server, ${what}: ${total(counts)}`);
  console.table(counts);
  console.log(JSON.stringify({ bench: 'overhead', part: 'requests', what, counts }));
}

function spread(milliseconds: readonly number[]): object {
  return {
    'median ms': round(median(milliseconds), 0),
    least: round(Math.min(...milliseconds), 0),
    most: round(Math.max(...milliseconds), 0),
  };
}

/** Milliseconds from start to exit, whatever the exit code. */
async function timeNode(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  return performance.now() - startedAt;
}
