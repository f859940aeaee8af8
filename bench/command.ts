import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

/** One run of a shell pipeline, without its output. */
export interface Run {
  readonly seconds: number;
  readonly outputBytes: number;
}

/** @throws if the pipeline fails. */
export async function runPipeline(command: string, directory: string): Promise<Run> {
  const startedAt = performance.now();
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let outputBytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    outputBytes += chunk.length;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with exit code ${String(code)}`);
  return { seconds: (performance.now() - startedAt) / 1_000, outputBytes };
}

/** Stdout of a pipeline. @throws if it fails, with its stderr. */
export async function readPipeline(command: string, directory: string): Promise<string> {
  const words = ['-o', 'pipefail', '-c', command];
  return (await promisify(execFile)('bash', words, { cwd: directory })).stdout;
}

/** True if the program is in the PATH. */
export async function isInstalled(program: string): Promise<boolean> {
  try {
    await runPipeline(`command -v ${program}`, '/');
    return true;
  } catch {
    return false;
  }
}

/** Reads the files of a directory once, so that every variant finds them in the page cache. */
export async function warm(directory: string): Promise<void> {
  await runPipeline('tar -cf - . | cat', directory);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
