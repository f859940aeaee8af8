// Time from the start of the container to the end of its stdin, against `tar | kubectl run -i`, with the same consumer. The
// container measures both with the clock of its node, in hundredths of a second.
import { join } from 'node:path';
import { visibleLog } from '../runner/job-log.ts';
import { runAction } from '../runner/run-action.ts';
import { onCluster, type BenchCluster } from './cluster.ts';
import { readPipeline, warm } from './command.ts';
import { podOf } from './moments.ts';
import { compressors, referenceCommand } from './reference.ts';
import { writeTree } from './tree.ts';
import { compare, inTurn } from './turns.ts';

const contextBytes = 200e6;
const consumer =
  'read started rest < /proc/uptime; bytes=$(wc -c); read ended rest < /proc/uptime; echo took $bytes bytes from $started to $ended';

export async function benchOverlap(rounds: number): Promise<void> {
  await onCluster('upload to a container that runs', (cluster) => measure(cluster, rounds));
}

async function measure(cluster: BenchCluster, rounds: number): Promise<void> {
  const context = join(cluster.directory, 'context');
  writeTree(context, contextBytes, 'FROM scratch\n');
  await warm(context);
  const inputs = {
    context: '.',
    engine: 'custom',
    'builder-image': cluster.baseImage,
    'builder-command': ['sh', '-c', consumer].join('\n'),
  };
  const pod = await podOf(cluster.kubeconfig, { inputs, directory: context });
  const ours = async (): Promise<number> => {
    const { log } = await runAction({
      inputs: { ...inputs, kubeconfig: cluster.kubeconfig },
      directory: context,
    });
    return uploadSeconds(visibleLog(log));
  };
  const reference = async (compressor: string): Promise<number> =>
    uploadSeconds(
      await readPipeline(referenceCommand(cluster, 'reference', pod, compressor), context),
    );
  const times = await inTurn(rounds, {
    ours,
    ...Object.fromEntries(
      Object.entries(compressors).map(([name, compressor]) => [name, () => reference(compressor)]),
    ),
  });
  compare('overlap', 'Container running to upload complete, 200 MB', times);
}

/** @throws if the consumer did not print its times, or read no bytes. */
function uploadSeconds(output: string): number {
  const times = /took (\d+) bytes from ([\d.]+) to ([\d.]+)/.exec(output);
  if (times === null || times[1] === '0') throw new Error(`the consumer read nothing:\n${output}`);
  return Number(times[3]) - Number(times[2]);
}
