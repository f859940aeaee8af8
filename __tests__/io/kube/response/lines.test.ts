import { expect, test } from '@jest/globals';
import { linesOf } from '../../../../src/io/kube/response/lines.ts';

const mib = 1024 * 1024;

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) {
    await Promise.resolve();
    yield bytes.subarray(start, start + size);
  }
}

async function all(chunks: AsyncIterable<unknown>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunks)) lines.push(line);
  return lines;
}

test.each([1, 2, 3, 7, 1_000])('splits lines that arrive in chunks of %d bytes', async (size) => {
  const bytes = Buffer.from('\n{"a":"ü€😀"}\n\n\r\nlast one\nwithout its newline');
  expect(await all(chunksOf(bytes, size))).toEqual(['{"a":"ü€😀"}', '\r', 'last one']);
});

test('replaces bytes that are not UTF-8', async () => {
  expect(await all(chunksOf(Buffer.from([0x61, 0xff, 0xc3, 0x0a]), 10))).toEqual(['a\uFFFD\uFFFD']);
});

test('a line that never ends is an error before it fills the memory', async () => {
  let sent = 0;
  async function* flood(): AsyncGenerator<Buffer> {
    for (;;) {
      await Promise.resolve();
      sent += 64 * 1024;
      yield Buffer.alloc(64 * 1024, 'x');
    }
  }
  await expect(all(flood())).rejects.toThrow('a line is longer than 4 MiB');
  expect(sent).toBeLessThanOrEqual(4 * mib + 64 * 1024);
});

test('takes time in proportion to the size of a line in tiny chunks', async () => {
  const line = Buffer.concat([Buffer.alloc(mib, 'x'), Buffer.from('\n')]);
  const [found = ''] = await all(chunksOf(line, 3));
  expect(found).toHaveLength(mib);
});
