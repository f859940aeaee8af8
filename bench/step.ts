// The whole step against `tar | kubectl run -i --rm` with the same kaniko, arguments, pod and ServiceAccount.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { visibleLog } from '../runner/job-log.ts';
import { runAction } from '../runner/run-action.ts';
import type { BenchCluster } from './cluster.ts';
import { readPipeline, runPipeline, warm } from './command.ts';
import { podOf } from './moments.ts';
import { compressors, referenceCommand } from './reference.ts';
import { writeTree } from './tree.ts';
import { compare, inTurn } from './turns.ts';

const bigBytes = 191e6;

export async function benchStep(cluster: BenchCluster, rounds: number): Promise<void> {
  const dockerfile = `FROM ${cluster.baseImage}\nCOPY . /app/\n`;
  const tiny = join(cluster.directory, 'tiny');
  mkdirSync(tiny);
  writeFileSync(join(tiny, 'Dockerfile'), dockerfile);
  writeFileSync(join(tiny, 'hello.txt'), 'hello\n');
  await benchContext('tiny context', tiny, cluster, rounds, {
    'gzip -6': compressors['gzip -6'],
  });
  const big = join(cluster.directory, 'big');
  writeTree(big, bigBytes, dockerfile);
  const packed = join(cluster.directory, 'big.tar.gz');
  await runPipeline(`${compressors['gzip -1']} > ${packed}`, big);
  await benchContext('191 MB context', big, cluster, rounds, {
    ...compressors,
    // The time that remains without compression.
    'packed before': `cat ${packed}`,
  });
}

async function benchContext(
  title: string,
  context: string,
  cluster: BenchCluster,
  rounds: number,
  /** Shell commands that write the stream of the reference, by name. */
  references: Readonly<Record<string, string>>,
): Promise<void> {
  await warm(context);
  const inputs = {
    ...(cluster.builderImage !== undefined && { 'builder-image': cluster.builderImage }),
    'insecure-registries': `http://${cluster.registry}`,
    push: 'true',
    tags: `${cluster.registry}/bench/step:ours`,
  };
  const pod = await podOf(cluster.kubeconfig, { inputs, directory: context });
  const reference = async (feed: string): Promise<number> => {
    const args = referenceArgs(pod, `${cluster.registry}/bench/step:reference`);
    const command = referenceCommand(cluster, 'reference', pod, feed, args);
    const startedAt = performance.now();
    await readPipeline(command, context);
    return (performance.now() - startedAt) / 1_000;
  };
  const times = await inTurn(rounds, {
    ours: () => timeAction({ ...inputs, kubeconfig: cluster.kubeconfig }, context),
    ...Object.fromEntries(
      Object.entries(references).map(([name, feed]) => [name, () => reference(feed)]),
    ),
  });
  compare('step', `Whole step, ${title}`, times);
}

/** The same arguments for an archive with the context at its root, as `tar` writes it. */
function referenceArgs(pod: V1Pod, tag: string): string[] {
  const args = pod.spec?.containers[0]?.args ?? [];
  return args
    .filter((arg) => !arg.startsWith('--context-sub-path='))
    .map((arg) => arg.replace(/^--dockerfile=.*/, '--dockerfile=Dockerfile'))
    .map((arg) => arg.replace(/^--destination=.*/, `--destination=${tag}`));
}

/** Seconds of the build step. The post step has nothing to do. */
async function timeAction(
  inputs: Readonly<Record<string, string>>,
  directory: string,
): Promise<number> {
  let startedAt = NaN;
  let endedAt = NaN;
  const { main, log } = await runAction({
    inputs,
    directory,
    env: { DOCKER_CONFIG: '/nonexistent' },
    onMain: (child) => {
      startedAt = performance.now();
      child.once('exit', () => {
        endedAt = performance.now();
      });
    },
  });
  if (main !== 0) throw new Error(`the step failed:\n${visibleLog(log)}`);
  return (endedAt - startedAt) / 1_000;
}
