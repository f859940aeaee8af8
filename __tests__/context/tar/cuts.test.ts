import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { constants, gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { extract } from 'tar-stream';
import { createSource } from '../../../src/context/source.ts';
import { Random } from '../../../support/random.ts';
import { diskWorkspace } from '../../support/tree.ts';

const seed = 6;
const cuts = 1_000;
/** The trailer of gzip, its last empty block, and the compressed padding of the archive. */
const longestEndBytes = 64;
const timeoutMs = 60_000;

/** This repository's own sources: several hundred kB, deflated in one piece and more. */
async function packSources(): Promise<Buffer> {
  const source = await createSource(
    {
      source: { kind: 'context', path: '.' },
      file: 'playground/demo-project/Dockerfile',
      layout: 'image',
      compressionLevel: 1,
      excludes: ['*', '!src', '!playground', '!oracle'],
      sourceDateEpoch: undefined,
    },
    diskWorkspace(new URL('../../..', import.meta.url).pathname),
  );
  return buffer(source.open({}).stream);
}

/**
 * Reads like the least strict builder: unpacks all complete members that can be decompressed from a cut stream. A missing
 * trailer of gzip or end of the archive is not an error. kaniko requires the end of the archive, so it accepts less.
 * @returns a digest of everything that was unpacked; undefined where the stream is refused, or has no Dockerfile.
 */
async function accept(stream: Buffer): Promise<string | undefined> {
  const archive = inflate(stream);
  if (archive === undefined || !(await namesOf(archive)).has('meta/Dockerfile')) return undefined;
  const hash = createHash('sha256');
  const reader = extract();
  reader.end(archive);
  for await (const entry of reader) {
    hash.update(JSON.stringify(entry.header)).update(await buffer(entry));
  }
  return hash.digest('hex');
}

/** Names of an archive's members; none if its last one is not whole. */
function namesOf(archive: Buffer): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  return new Promise((resolve) => {
    const reader = extract();
    const refuse = (): void => {
      resolve(new Set());
    };
    reader.on('entry', (header, content, next) => {
      names.add(header.name);
      content.on('error', refuse).on('end', next).resume();
    });
    reader.on('error', refuse).on('finish', () => {
      resolve(names);
    });
    reader.end(archive);
  });
}

function inflate(stream: Buffer): Buffer | undefined {
  try {
    return gunzipSync(stream, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

test(
  `a stream that is cut is never taken for a smaller context: ${cuts} cuts, seed ${seed}`,
  async () => {
    const whole = await packSources();
    const expected = await accept(whole);
    const random = new Random(seed);
    const drawn = Array.from({ length: cuts }, () => random.whole(0, whole.length - 1));
    const ends = Array.from({ length: longestEndBytes }, (_, index) => whole.length - 1 - index);
    const accepted: number[] = [];
    for (const offset of [...drawn, ...ends]) {
      const found = await accept(whole.subarray(0, offset));
      if (found === undefined) continue;
      accepted.push(offset);
      expect(found).toBe(expected);
    }
    // Only the bytes after the last entry are not needed.
    expect(accepted.length).toBeGreaterThan(0);
    expect(Math.min(...accepted)).toBeGreaterThan(whole.length - longestEndBytes);
  },
  timeoutMs,
);
