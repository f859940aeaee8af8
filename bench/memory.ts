// Peak memory of packing 4 GB for a reader that takes 8 MB/s at first and the rest as fast as it comes.
import { spawn } from 'node:child_process';
import {
  mkdtempSync,
  openSync,
  ftruncateSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const packScript = join(import.meta.dirname, '../scripts/pack.mjs');
const contextBytes = 4 * 1_024 ** 3;
const slowBytesPerSecond = 8e6;
const slowSeconds = 20;

export async function benchMemory(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kbp-bench-'));
  try {
    writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n');
    const file = openSync(join(directory, 'sparse.bin'), 'w');
    ftruncateSync(file, contextBytes);
    closeSync(file);
    const child = spawn(process.execPath, [packScript, directory, '--level', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let peakKilobytes = 0;
    const look = (): void => {
      peakKilobytes = Math.max(peakKilobytes, peakOf(child.pid ?? 0));
    };
    const startedAt = performance.now();
    let bytes = 0;
    for await (const chunk of child.stdout) {
      bytes += (chunk as Buffer).length;
      look();
      const seconds = (performance.now() - startedAt) / 1_000;
      if (seconds > slowSeconds) continue;
      const ahead = bytes / slowBytesPerSecond - seconds;
      if (ahead > 0) await setTimeout(ahead * 1_000);
    }
    const peak = Number((peakKilobytes / 1_024).toFixed(0));
    console.log(
      `\n4 GB, slow reader: ${(bytes / 1e6).toFixed(0)} MB sent, peak memory ${peak} MiB`,
    );
    console.log(JSON.stringify({ bench: 'memory', bytes, peakMiB: peak }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** VmHWM of a living process, in kB. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
