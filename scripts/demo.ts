// The main job on a machine that has only Node: starts the playground (a cluster and a registry look-alike), runs the
// committed bundle on a small project as a runner would, and shows what came out of it.
//
//   npm run demo             ends when the image is there
//   npm run demo -- --keep   leaves the playground up until Ctrl-C
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { JobLogView } from '../runner/job-log.ts';
import { describePlayground, startPlayground, type Playground } from '../playground/playground.ts';
import type { PocketImage } from '../playground/registry.ts';
import { describeError } from '../src/errors.ts';
import { runAction, type ActionResult } from '../runner/run-action.ts';

const project = resolve(import.meta.dirname, '..', 'playground', 'demo-project');
const repository = 'demo/hello';
const version = '1.0';
/** As shells report a process that Ctrl-C has ended. */
const interruptedCode = 130;

/** Ends the build step, once, at the first Ctrl-C; the playground is taken down after it. */
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

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
  const startedAt = Date.now();
  const interruption = new Interruption();
  const playground = await startPlayground();
  try {
    print(
      `The playground is up: a cluster at ${playground.cluster.url}, a registry at ${playground.registry.host}.`,
    );
    print(`The job log of the step, as GitHub would show it:\n`);
    const result = await build(playground, interruption);
    if (interruption.happened) return interruptedCode;
    if (result.main !== 0) throw new Error(`the build step failed with exit code ${result.main}`);
    await showResult(playground, result);
    print(`\nDone in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s.`);
    if (values.keep) {
      print(`\nThe playground stays until Ctrl-C:\n\n${describePlayground(playground)}`);
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
  print(`\nThe step's digest: ${digest}`);
  print(`The image that the registry has by it:\n`);
  print(formatImage(image));
  const left = cluster.pods().length;
  if (left > 0) throw new Error(`the step left ${left} pods behind`);
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
    `  starts       ${Entrypoint.join(' ')} in ${WorkingDir} as ${User}`,
  ].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`the demo failed: ${describeError(error)}`);
  process.exitCode = 1;
}
