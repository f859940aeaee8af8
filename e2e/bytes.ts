import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

const blockBytes = 1024 * 1024;

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
