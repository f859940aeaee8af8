// Peak memory for a context of 4 GB and a reader that reads 8 MB/s at first, then without a limit: of packing alone, and of the
// whole action on the playground.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startCluster } from '../playground/cluster.ts';
import { visibleLog } from '../runner/job-log.ts';
import { runAction } from '../runner/run-action.ts';
import { PeakMemory } from '../support/peak-memory.ts';
import { writeContext } from './contexts.ts';
import { round } from './turns.ts';

const packScript = join(import.meta.dirname, '../scripts/pack.mjs');
/** Copies of the big context: 4 GB in total, half of which does not compress. */
const copies = 4;
const slowBytesPerSecond = 8e6;
/** At this rate the whole stream would take five minutes. Memory does not grow after the queues are full. */
const slowSeconds = 20;

interface Result {
  readonly peak: number;
  /** Bytes of the compressed stream. */
  readonly bytes: number;
  readonly seconds: number;
}

export async function benchMemory(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kbp-bench-'));
  try {
    const bytes = writeBig(directory);
    console.log(
      `\n${(bytes / 1e9).toFixed(2)} GB, read at ${slowBytesPerSecond / 1e6} MB/s for ${slowSeconds} s, then as fast as it comes`,
    );
    report('npm run pack', await measurePack(directory));
    report('whole action, context-buffer 64 MiB', await measureAction(directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @returns bytes of content. */
function writeBig(directory: string): number {
  const first = join(directory, 'copy0');
  const bytes = writeContext('big', first);
  renameSync(join(first, 'Dockerfile'), join(directory, 'Dockerfile'));
  for (let copy = 1; copy < copies; copy += 1)
    cpSync(first, join(directory, `copy${copy}`), { recursive: true });
  return bytes * copies;
}

async function measurePack(directory: string): Promise<Result> {
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  const memory = new PeakMemory();
  const child = spawn(process.execPath, [packScript, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  memory.watch(child);
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += (chunk as Buffer).length;
    if (seconds() > slowSeconds) continue;
    const ahead = bytes / slowBytesPerSecond - seconds();
    if (ahead > 0) await setTimeout(ahead * 1_000);
  }
  return { peak: memory.bytes ?? NaN, bytes, seconds: seconds() };
}

/** The committed bundle, as a runner starts it. */
async function measureAction(directory: string): Promise<Result> {
  const cluster = await startCluster();
  const memory = new PeakMemory();
  const startedAt = performance.now();
  const bytesAtOnce = slowBytesPerSecond / 10;
  const reader = `for n in $(seq ${slowSeconds * 10}); do head -c ${bytesAtOnce} > /dev/null; sleep 0.1; done; cat > /dev/null`;
  try {
    const { main, log, outputs } = await runAction({
      directory,
      inputs: {
        kubeconfig: cluster.kubeconfig(),
        context: '.',
        engine: 'custom',
        'builder-image': 'busybox:1',
        'builder-command': ['sh', '-c', reader].join('\n'),
      },
      onMain: (child) => {
        memory.watch(child);
      },
    });
    if (main !== 0) throw new Error(`the step failed:\n${visibleLog(log)}`);
    const metadata = JSON.parse(outputs['metadata'] ?? '{}') as Record<string, number>;
    const seconds = (performance.now() - startedAt) / 1_000;
    return { peak: memory.bytes ?? NaN, bytes: metadata['context.wireBytes'] ?? NaN, seconds };
  } finally {
    await cluster.close();
  }
}

function report(what: string, { peak, bytes, seconds }: Result): void {
  const row = {
    what,
    'peak MB': round(peak / 1e6, 0),
    'MB out': round(bytes / 1e6, 0),
    seconds: round(seconds, 0),
  };
  console.table([row]);
  console.log(JSON.stringify({ bench: 'memory', ...row }));
}
