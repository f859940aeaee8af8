import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pack, type Header } from 'tar-stream';
import { createSource } from '../../../src/context/source.ts';
import type { StdinSource } from '../../../src/context/stdin.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace, Tree } from '../../support/tree.ts';

const trees: Tree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const blockBytes = 512;
const zeros = (blocks: number): Buffer => Buffer.alloc(blocks * blockBytes);

type HeaderOf = Partial<Header> & Pick<Header, 'name'>;

/** The blocks of one entry, without the end of an archive. */
async function entry(header: HeaderOf, text = ''): Promise<Buffer> {
  const writer = pack();
  writer.entry({ mtime: new Date(0), ...header }, text);
  writer.finalize();
  const whole = await buffer(writer);
  return whole.subarray(0, whole.length - 2 * blockBytes);
}

/** A header with any type and size, and a correct checksum. */
function header(name: string, type: string, size: number): Buffer {
  const block = zeros(1);
  block.write(name, 0);
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')} `, 124);
  block.write(`${type}        `.slice(0, 1), 156);
  block.write('ustar\u000000', 257);
  block.write('        ', 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** The blocks of PAX records, for the next entry or, with type `g`, for all. */
function records(text: string, type = 'x'): Buffer {
  const bytes = Buffer.from(text);
  const padding = Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes);
  return Buffer.concat([header('pax', type, bytes.length), bytes, padding]);
}

function sourceOf(bytes: Buffer, signal?: AbortSignal): Promise<StdinSource> {
  const tree = new Tree({ 'a.tar': bytes });
  trees.push(tree);
  const options = {
    source: { kind: 'context', path: 'a.tar' },
    file: undefined,
    layout: 'image',
    compressionLevel: 1,
    sourceDateEpoch: undefined,
  } as const;
  return createSource(options, diskWorkspace(tree.path), signal);
}

/** What the builder gets of an archive with these blocks. */
async function sentBy(blocks: readonly Buffer[]): Promise<string> {
  const source = await sourceOf(Buffer.concat(blocks));
  return gunzipSync(await buffer(source.open({}).stream)).toString('latin1');
}

const dockerfile = await entry({ name: 'Dockerfile' }, 'FROM scanned\n');
const other = await entry({ name: 'Dockerfile' }, 'FROM other\n');
const end = zeros(2);

const damage = (why: string): unknown => ({
  kind: 'context',
  message: `the archive a.tar cannot be read: ${why}`,
  hint: 'Make it with tar, uncompressed or with gzip.',
});

describe('an archive ends at two blocks of zeros', () => {
  test.each([
    { name: 'a second archive', blocks: [dockerfile, end, other, end] },
    { name: 'a second archive after more zeros', blocks: [dockerfile, zeros(40), other, end] },
    { name: 'bytes that are not an archive', blocks: [dockerfile, end, Buffer.from('text')] },
  ])('so $name is ignored', async ({ blocks }) => {
    const sent = await sentBy(blocks);
    expect(sent).toContain('FROM scanned');
    expect(sent).not.toContain('FROM other');
  });

  test('so a second archive in another member of gzip is ignored', async () => {
    const members = [dockerfile, end, other, end].map((part) => gzipSync(part));
    expect(await sentBy(members)).not.toContain('FROM other');
  });

  test('or at the end of the file', async () => {
    expect(await sentBy([dockerfile])).toContain('FROM scanned');
    expect(await sentBy([dockerfile, zeros(1)])).toContain('FROM scanned');
  });

  test('so one block of zeros between entries is refused', async () => {
    const bytes = Buffer.concat([dockerfile, zeros(1), other, end]);
    expect(await failureOf(() => sourceOf(bytes))).toEqual(
      damage('a block of zeros is between entries'),
    );
  });
});

describe('what readers understand differently is refused', () => {
  test.each([
    { name: 'a symbolic link', type: '2' },
    { name: 'a hard link', type: '1' },
    { name: 'a FIFO', type: '6' },
  ])('$name with a content', async ({ type }) => {
    const bytes = Buffer.concat([dockerfile, header('a', type, blockBytes), other, end]);
    expect(await failureOf(() => sourceOf(bytes))).toEqual(
      damage('it has a link or a device with a content'),
    );
  });

  test.each([
    {
      name: 'a path for all entries',
      text: '12 path=abc\n',
      type: 'g',
      why: 'it has a path for all entries',
    },
    { name: 'a record without an end', text: '99 path=abc\n', why: 'it has an invalid PAX record' },
    {
      name: 'a record with a negative length',
      text: '-5 a=b\n',
      why: 'it has an invalid PAX record',
    },
    { name: 'a negative size', text: '11 size=-1\n', why: 'it has an invalid size' },
  ])('$name', async ({ text, type, why }) => {
    const bytes = Buffer.concat([records(text, type), dockerfile, end]);
    expect(await failureOf(() => sourceOf(bytes))).toEqual(damage(why));
  });

  test.each<{
    name: string;
    first: readonly [string, string];
    second: readonly [string, string];
    between?: readonly [string, string];
  }>([
    {
      name: 'two headers of PAX records',
      first: ['10 size=4\n', 'x'],
      second: ['13 mtime=1.5\n', 'x'],
    },
    { name: 'two long names', first: ['a\0', 'L'], second: ['b\0', 'L'] },
    {
      name: 'two headers of PAX records around one for all entries',
      first: ['10 size=4\n', 'x'],
      second: ['13 mtime=1.5\n', 'x'],
      between: ['13 comment=a\n', 'g'],
    },
  ])('$name', async ({ first, second, between }) => {
    const middle = between === undefined ? [] : [records(...between)];
    const parts = [records(...first), ...middle, records(...second), dockerfile, end];
    expect(await failureOf(() => sourceOf(Buffer.concat(parts)))).toEqual(
      damage('it has two headers of the same kind for an entry'),
    );
  });

  test.each<{ name: string; long: readonly [string, string]; pax: string }>([
    { name: 'a path', long: ['other\0', 'L'], pax: '19 path=Dockerfile\n' },
    { name: 'a target', long: ['other\0', 'K'], pax: '14 linkpath=a\n' },
  ])('$name in two notations', async ({ long, pax }) => {
    for (const parts of [
      [records(...long), records(pax, 'x')],
      [records(pax, 'x'), records(...long)],
    ]) {
      const bytes = Buffer.concat([...parts, dockerfile, end]);
      expect(await failureOf(() => sourceOf(bytes))).toEqual(
        damage('it has two names for an entry'),
      );
    }
  });

  test.each(['0', '\0'])('a directory of the type %j with a content', async (type) => {
    const bytes = Buffer.concat([header('a/', type, blockBytes), other, dockerfile, end]);
    expect(await failureOf(() => sourceOf(bytes))).toEqual(
      damage('it has a link or a device with a content'),
    );
  });

  test('but not a size in PAX records, nor the comment of git archive', async () => {
    const file = Buffer.concat([header('b', '0', 0), Buffer.from('text'.padEnd(blockBytes, '\0'))]);
    const sent = await sentBy([
      records('13 comment=a\n', 'g'),
      records('10 size=4\n'),
      file,
      dockerfile,
      end,
    ]);
    expect(sent).toContain('text');
    expect(sent).toContain('FROM scanned');
  });
});

describe('limits', () => {
  test('of a header of records', async () => {
    const bytes = Buffer.concat([header('a', 'x', 2 ** 20 + 1), dockerfile]);
    expect(await failureOf(() => sourceOf(bytes))).toEqual(
      damage('it has a header of more than 1048576 bytes'),
    );
  });

  test('of a path, before its directories are looked at', async () => {
    const name = `${'a/'.repeat(100_000)}b`;
    const bytes = Buffer.concat([await entry({ name }), dockerfile, end]);
    expect(await failureOf(() => sourceOf(bytes))).toEqual(
      damage('it has a path of more than 4096 bytes'),
    );
  });

  test('do not refuse the deepest path that Linux has', async () => {
    const name = `${'a/'.repeat(2_047)}b`;
    const ignore = await entry({ name: '.dockerignore' }, 'x*\n!x?\n');
    const blocks = [await entry({ name }, 'deep'), ignore, dockerfile, end];
    expect(await sentBy(blocks)).toContain('deep');
  });
});

describe('entries below a link of the archive are refused', () => {
  const directoryLink = { name: 'dir', type: 'symlink', linkname: '/etc' } as const;
  const hint = 'Make the archive of a directory again, or exclude the link with .dockerignore.';

  test.each<{ name: string; entries: readonly HeaderOf[]; path: string; link: string }>([
    { name: 'a file', entries: [directoryLink, { name: 'dir/x' }], path: 'dir/x', link: 'dir' },
    {
      name: 'a file before the link',
      entries: [{ name: 'dir/x' }, directoryLink],
      path: 'dir/x',
      link: 'dir',
    },
    {
      name: 'a file far below',
      entries: [directoryLink, { name: 'dir/a/b/c' }],
      path: 'dir/a/b/c',
      link: 'dir',
    },
    {
      name: 'a file below a hard link to the link',
      entries: [
        directoryLink,
        { name: 'again', type: 'link', linkname: 'dir' },
        { name: 'again/x' },
      ],
      path: 'again/x',
      link: 'again',
    },
    {
      name: 'the target of a hard link',
      entries: [
        { name: 'dir/x' },
        { name: 'hard', type: 'link', linkname: 'dir/x' },
        directoryLink,
      ],
      path: 'dir/x',
      link: 'dir',
    },
  ])('$name', async ({ entries, path, link }) => {
    const blocks = await Promise.all(entries.map((one) => entry(one)));
    const bytes = Buffer.concat([...blocks, dockerfile, end]);
    expect(await failureOf(() => sourceOf(bytes))).toEqual({
      kind: 'context',
      message: `a.tar has the entry ${path} below ${link}, which is a symbolic link in the archive`,
      hint,
    });
  });

  test('but not if the link is excluded', async () => {
    const ignore = await entry({ name: '.dockerignore' }, 'dir\n!dir/x\n');
    const file = await entry({ name: 'dir/x' }, 'kept');
    const sent = await sentBy([ignore, await entry(directoryLink), file, dockerfile, end]);
    expect(sent).toContain('kept');
    expect(sent).not.toContain('/etc');
  });
});

test('reading ends with the reason of the signal', async () => {
  const bytes = Buffer.concat([dockerfile, end]);
  const signal = AbortSignal.abort(new Error('cancelled'));
  await expect(sourceOf(bytes, signal)).rejects.toThrow('cancelled');
});
