import { createHash } from 'node:crypto';

/** The SHA-256 digest of some content, as descriptors contain it. */
export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
