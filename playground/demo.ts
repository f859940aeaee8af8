// The main job on a machine that has only Node: the bundle builds a small project on the playground, as on a runner.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobLogView } from '../runner/job-log.ts';
import { runAction, type ActionResult } from '../runner/run-action.ts';
import { describePlayground, startPlayground, type Playground } from './playground.ts';
import type { PocketImage } from './registry.ts';

const project = join(import.meta.dirname, 'demo-project');
const repository = 'demo/hello';
const version = '1.0';
/** The exit code that shells report after Ctrl-C. */
const interruptedCode = 130;

/** Ends the build step, once, at the first Ctrl-C; the playground is closed after it. */
class Interruption {
  readonly signal: Promise<unknown>;
  happened = false;
  #child: ChildProcess | undefined;

  constructor() {
    this.signal = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    for (const name of ['SIGINT', 'SIGTERM'] as const)
      process.on(name, () => {
        this.happened = true;
        this.#child?.kill(name);
      });
  }

  reach(child: ChildProcess): void {
    this.#child = child;
    if (this.happened) child.kill('SIGINT');
  }
}

/**
 * Builds and pushes the project, and prints the job log and the image.
 * @param keep leaves the playground running until Ctrl-C.
 * @returns the exit code. @throws if the build failed or left a pod.
 */
export async function runDemo(keep: boolean): Promise<number> {
  const startedAt = Date.now();
  const interruption = new Interruption();
  const playground = await startPlayground();
  try {
    print(
      `The playground is running: a cluster at ${playground.cluster.url}, a registry at ${playground.registry.host}.`,
    );
    print(`The job log of the step, as GitHub would show it:\n`);
    const result = await build(playground, interruption);
    if (interruption.happened) return interruptedCode;
    if (result.main !== 0) throw new Error(`the build step failed with exit code ${result.main}`);
    await showResult(playground, result);
    print(`\nDone in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s.`);
    if (keep) {
      print(`\nThe playground runs until Ctrl-C:\n\n${describePlayground(playground)}`);
      await interruption.signal;
    }
    return 0;
  } finally {
    await playground.close();
  }
}

async function build(playground: Playground, interruption: Interruption): Promise<ActionResult> {
  const view = new JobLogView();
  const result = await runAction({
    directory: project,
    inputs: {
      kubeconfig: readFileSync(playground.kubeconfigPath, 'utf8'),
      tags: `${playground.registry.host}/${repository}:${version}`,
      push: 'true',
      'build-args': `VERSION=${version}`,
      'docker-config': playground.dockerConfig,
      'registry-ca': playground.caPath,
    },
    onMain: (child) => {
      interruption.reach(child);
    },
    onLog: (text) => {
      process.stdout.write(view.show(text));
    },
  });
  process.stdout.write(view.end());
  return result;
}

async function showResult({ registry, cluster }: Playground, result: ActionResult): Promise<void> {
  const digest = result.outputs['digest'] ?? '';
  const image = await registry.image(repository, digest);
  print(`\nThe digest that the step reports: ${digest}`);
  print(`The image with this digest in the registry:\n`);
  print(formatImage(image));
  const left = cluster.pods().length;
  if (left > 0) throw new Error(`the step left ${left} pods in the cluster`);
  print('\nNo pod is left in the cluster.');
  if (result.summary === '') return;
  const summaryPath = join(mkdtempSync(join(tmpdir(), 'kube-build-push-demo-')), 'summary.md');
  writeFileSync(summaryPath, result.summary);
  print(`The job summary: ${summaryPath}`);
}

function formatImage({ files, config }: PocketImage): string {
  const {
    Env = [],
    Labels = {},
    Entrypoint = [],
    WorkingDir = '/',
    User = 'root',
  } = config.config ?? {};
  const labels = Object.entries(Labels).map(([key, value]) => `${key}=${value}`);
  const entries = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...entries.map(
      ([path, { type, mode, content }]) =>
        `  ${mode.toString(8).padStart(4, '0')} ${String(content.length).padStart(6)}  /${path}${type === 'directory' ? '/' : ''}`,
    ),
    `  environment  ${Env.join(' ')}`,
    `  labels       ${labels.join(' ')}`,
    `  entrypoint   ${Entrypoint.join(' ')} in ${WorkingDir} as ${User}`,
  ].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
