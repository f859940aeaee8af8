// Packing against `tar | gzip -1` and `tar | pigz -1`: times of whole processes that run in turn, as medians.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled, median, runPipeline, warm } from './command.ts';
import { contextNames, writeContext } from './contexts.ts';

const packScript = join(import.meta.dirname, '../scripts/pack.mjs');

export async function benchPack(rounds: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'kbp-bench-'));
  const statistics = join(root, 'statistics');
  const variants = {
    gzip: 'tar -cf - . | gzip -1',
    ...((await isInstalled('pigz')) && { pigz: 'tar -cf - . | pigz -1' }),
    ours: `node ${packScript} "$PWD" 2>${statistics}`,
  };
  if (!('pigz' in variants)) console.log('pigz is not installed: compared with gzip only');
  try {
    for (const name of contextNames) {
      const directory = join(root, name);
      const bytes = writeContext(name, directory);
      await warm(directory);
      const seconds = new Map<string, number[]>();
      const output = new Map<string, number>();
      const delays: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        for (const [variant, command] of Object.entries(variants)) {
          const run = await runPipeline(command, directory);
          seconds.set(variant, [...(seconds.get(variant) ?? []), run.seconds]);
          output.set(variant, run.outputBytes);
        }
        delays.push(eventLoopDelay(readFileSync(statistics, 'utf8')));
      }
      report(name, bytes, seconds, output, median(delays));
      rmSync(directory, { recursive: true });
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function report(
  name: string,
  bytes: number,
  seconds: ReadonlyMap<string, readonly number[]>,
  output: ReadonlyMap<string, number>,
  delayMs: number,
): void {
  const ours = median(seconds.get('ours') ?? []);
  const rows = [...seconds].map(([variant, values]) => {
    const time = median(values);
    return {
      variant,
      seconds: Number(time.toFixed(2)),
      'MB/s': Number((bytes / 1e6 / time).toFixed(0)),
      'MB out': Number(((output.get(variant) ?? 0) / 1e6).toFixed(1)),
      'ours is faster by': `${(time / ours).toFixed(2)} x`,
    };
  });
  console.log(
    `\n${name}: ${(bytes / 1e6).toFixed(0)} MB, our event loop p99 ${delayMs.toFixed(1)} ms`,
  );
  console.table(rows);
  console.log(JSON.stringify({ bench: 'pack', context: name, bytes, delayMs, rows }));
}

/** Milliseconds at the 99th percentile, from the statistics of scripts/pack.ts. */
function eventLoopDelay(statistics: string): number {
  return Number(/event loop p99 ([\d.]+) ms/.exec(statistics)?.[1]);
}
