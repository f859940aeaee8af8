// Streams that are too big for memory, and do not compress.
import assert from 'node:assert/strict';
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { splitLog, visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import { PeakMemory } from '../support/peak-memory.ts';
import { assertGreen, runBuild, script, withFiles } from './build.ts';

const blockBytes = 1024 * 1024;
const bigMegabytes = 300;
const peakLimitBytes = 250_000_000;

/** Writes a file that does not compress, the same for the same seed. @returns its SHA-256 in hex. */
export async function writeRandomFile(
  path: string,
  megabytes: number,
  seed: number,
): Promise<string> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  const zeros = Buffer.alloc(blockBytes);
  const hash = createHash('sha256');
  const file = createWriteStream(path);
  for (let count = 0; count < megabytes; count++) {
    const block = cipher.update(zeros);
    hash.update(block);
    if (!file.write(block)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  return hash.digest('hex');
}

/** Streams 300 MB into a shell script, and expects it to print their SHA-256 as sha256sum does. */
export async function streamBig(text: string): Promise<void> {
  await withFiles({}, async (directory) => {
    const sha256 = await writeRandomFile(join(directory, 'big.bin'), bigMegabytes, 1);
    const memory = new PeakMemory();
    const result = await runBuild(script(text, { 'stdin-file': 'big.bin' }), {
      directory,
      onMain: (child) => {
        memory.watch(child);
      },
    });
    assertGreen(result);
    assert.ok(
      hasPrinted(result, sha256),
      `the container did not print ${sha256}\n${visibleLog(result.log)}`,
    );
    assert.ok(memory.bytes !== undefined);
    console.log(`peak resident memory: ${Math.round(memory.bytes / 1_000_000)} MB`);
    assert.ok(memory.bytes < peakLimitBytes);
  });
}

/** True if sha256sum in the container read exactly these bytes. */
export function hasPrinted({ log }: ActionResult, sha256: string): boolean {
  return splitLog(log).mirrored.includes(`${sha256}  -`);
}
