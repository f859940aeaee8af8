import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Member } from '../../../src/context/tar/member.ts';
import { packStream } from '../../../src/context/tar/pack.ts';
import { BuildError } from '../../../src/errors.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace } from '../../support/tree.ts';
import { until } from '../../support/until.ts';

function member(name: string, bytes: Buffer): Member {
  return {
    header: { name, type: 'file', mode: 0o644, mtimeSeconds: 0 },
    content: { kind: 'bytes', bytes },
    counts: true,
  };
}

const totals = { totalFiles: 2, totalBytes: 6 };

async function read(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('the stream is one gzip of one archive, and progress follows it', async () => {
  const members = [member('a', Buffer.from('abc')), member('b', Buffer.from('def'))];
  const { stream, progress } = packStream(() => members, 1, totals, diskWorkspace());
  expect(progress).toEqual({ files: 0, bytes: 0, totalFiles: 2, totalBytes: 6 });
  expect(gunzipSync(await read(stream))).toHaveLength(10_240);
  expect(progress).toEqual({ files: 2, bytes: 6, totalFiles: 2, totalBytes: 6 });
});

test('packing waits for its reader', async () => {
  let given = 0;
  function* members(): Generator<Member> {
    for (; given < 1_000; given += 1) yield member(`${given}`, Buffer.alloc(1 << 20, given));
  }
  // Level 0 makes as many bytes as it gets.
  const { stream, progress } = packStream(members, 0, totals, diskWorkspace());
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (let chunk = 0; chunk < 3; chunk += 1) await chunks.next();
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(progress.files).toBeLessThan(20);
  stream.destroy();
});

test.each([
  { name: 'before the first member', before: 0 },
  { name: 'after a large one', before: 3 },
])('an error of the source reaches the stream $name', async ({ before }) => {
  async function* members(): AsyncGenerator<Member> {
    for (let index = 0; index < before; index += 1) {
      yield await Promise.resolve(member(`${index}`, Buffer.alloc(2 << 20)));
    }
    throw new BuildError('context', 'it is gone');
  }
  const { stream } = packStream(members, 1, totals, diskWorkspace());
  expect(await failureOf(() => read(stream))).toEqual({ kind: 'context', message: 'it is gone' });
});

test('a destroyed stream ends the members', async () => {
  const state = { isEnded: false };
  function* members(): Generator<Member> {
    try {
      for (let index = 0; ; index += 1) yield member(`${index}`, Buffer.alloc(1 << 20));
    } finally {
      state.isEnded = true;
    }
  }
  const { stream } = packStream(members, 1, totals, diskWorkspace());
  for await (const chunk of stream) {
    expect(Buffer.isBuffer(chunk)).toBe(true);
    break;
  }
  await until(() => state.isEnded);
  expect(state.isEnded).toBe(true);
});
