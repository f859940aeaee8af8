import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { extract, type Header } from 'tar-stream';
import { PiecePool, pieceBytes } from '../../../src/context/tar/blocks.ts';
import type { Member } from '../../../src/context/tar/member.ts';
import { tar, type Counter } from '../../../src/context/tar/tar.ts';
import type { FileStat, OpenFile, Workspace } from '../../../src/ports.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace, Tree } from '../../support/tree.ts';

const trees: Tree[] = [];

function makeTree(entries: ConstructorParameters<typeof Tree>[0]): Tree {
  const tree = new Tree(entries);
  trees.push(tree);
  return tree;
}

afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const disk = diskWorkspace();

function statOf(path: string): FileStat {
  const stat = disk.stat(path);
  if (stat === undefined) throw new Error(`${path} does not exist`);
  return stat;
}

function newCounter(): Counter {
  return { files: 0, bytes: 0, totalBytes: undefined, totalFiles: undefined };
}

async function pack(
  members: Iterable<Member> | AsyncIterable<Member>,
  workspace: Workspace = disk,
  counter: Counter = newCounter(),
): Promise<Buffer> {
  const out: Buffer[] = [];
  for await (const piece of tar(members, workspace, new PiecePool(), counter)) {
    out.push(Buffer.from(piece));
  }
  return Buffer.concat(out);
}

function bytesMember(name: string, content: string | Buffer): Member {
  return {
    header: { name, type: 'file', mode: 0o644, mtimeSeconds: 1 },
    content: { kind: 'bytes', bytes: Buffer.from(content) },
    counts: true,
  };
}

function diskMember(path: string, stat: FileStat, edit?: (content: Buffer) => Buffer): Member {
  return {
    header: { name: 'ctx/file', type: 'file', mode: 0o644, mtimeSeconds: 1 },
    content: { kind: 'disk', path, stat, ...(edit !== undefined && { edit }) },
    counts: true,
  };
}

async function list(archive: Buffer): Promise<readonly { header: Header; content: Buffer }[]> {
  const reader = extract();
  Readable.from([archive], { objectMode: false }).pipe(reader);
  const out: { header: Header; content: Buffer }[] = [];
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    out.push({ header: entry.header, content: Buffer.concat(chunks) });
  }
  return out;
}

function zerosAtEnd(archive: Buffer): number {
  let end = archive.length;
  while (end > 0 && archive[end - 1] === 0) end -= 1;
  return archive.length - end;
}

describe('the end of an archive', () => {
  test.each([
    { name: 'nothing', sizes: [], blocks: 20 },
    { name: 'one empty file', sizes: [0], blocks: 20 },
    { name: 'one block less than a record with its end', sizes: [15 * 512], blocks: 20 },
    { name: 'a record that the end fills exactly', sizes: [16 * 512], blocks: 20 },
    { name: 'no room for the third zero block', sizes: [17 * 512], blocks: 40 },
    { name: 'no room for the second', sizes: [18 * 512], blocks: 40 },
    { name: 'a full record before the end', sizes: [19 * 512], blocks: 40 },
    { name: 'a content that ends in a block', sizes: [16 * 512 - 511], blocks: 20 },
    { name: 'several pieces', sizes: [pieceBytes, pieceBytes], blocks: 4_120 },
    { name: 'a piece that ends with the content', sizes: [pieceBytes - 512], blocks: 2_060 },
  ])('is at least three zero blocks and fills a record: $name', async ({ sizes, blocks }) => {
    const archive = await pack(
      sizes.map((bytes, index) => bytesMember(`${index}`, Buffer.alloc(bytes, 1))),
    );
    expect(archive.length).toBe(blocks * 512);
    expect(archive.length % 10_240).toBe(0);
    expect(zerosAtEnd(archive)).toBeGreaterThanOrEqual(3 * 512);
  });
});

test.each([
  0,
  1,
  511,
  512,
  513,
  1_023,
  pieceBytes - 513,
  pieceBytes - 512,
  pieceBytes - 511,
  pieceBytes,
  3 * pieceBytes + 1,
])('a content of %d bytes keeps its size, and the next member follows in place', async (bytes) => {
  const content = Buffer.alloc(bytes, 'abcdefg');
  const tree = makeTree({ file: content });
  const path = tree.at('file');
  const stat = statOf(path);
  const entries = await list(
    await pack([bytesMember('first', content), diskMember(path, stat), bytesMember('last', 'end')]),
  );
  expect(entries.map(({ header }) => [header.name, header.size])).toEqual([
    ['first', bytes],
    ['ctx/file', bytes],
    ['last', 3],
  ]);
  expect(entries[0]?.content.equals(content)).toBe(true);
  expect(entries[1]?.content.equals(content)).toBe(true);
  expect(entries[2]?.content.toString()).toBe('end');
});

test('only members that count are counted', async () => {
  const counter = newCounter();
  await pack(
    [bytesMember('a', 'abc'), { ...bytesMember('b', 'abc'), counts: false }, bytesMember('c', '')],
    disk,
    counter,
  );
  expect(counter).toMatchObject({ files: 2, bytes: 3 });
});

test('counts a large file while it is packed', async () => {
  const counter = newCounter();
  const pieces = tar(
    [bytesMember('a', Buffer.alloc(3 * pieceBytes))],
    disk,
    new PiecePool(),
    counter,
  );
  await pieces.next();
  expect(counter.files).toBe(0);
  expect(counter.bytes).toBeGreaterThan(0);
  expect(counter.bytes).toBeLessThan(3 * pieceBytes);
  await pieces.return(undefined);
});

test('pieces are whole but the last', async () => {
  const sizes: number[] = [];
  const members = [bytesMember('a', Buffer.alloc(2 * pieceBytes))];
  for await (const piece of tar(members, disk, new PiecePool(), newCounter()))
    sizes.push(piece.length);
  expect(sizes.slice(0, -1)).toEqual([pieceBytes, pieceBytes]);
  // Together they fill a record.
  expect(sizes.at(-1)).toBe(2_048);
});

test('the event loop gets a turn after every 64 KiB of a large content', async () => {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await pack([bytesMember('a', Buffer.alloc(4 * pieceBytes))]);
  isDone = true;
  const expected = (4 * pieceBytes) / (64 * 1_024);
  expect(turns).toBeGreaterThan(0.9 * expected);
  expect(turns).toBeLessThan(1.1 * expected);
});

describe('members from a stream', () => {
  function streamMember(chunks: readonly string[], sizeBytes: number): Member {
    return {
      header: { name: 'ctx/stream', type: 'file', mode: 0o644, mtimeSeconds: 1 },
      content: {
        kind: 'stream',
        bytes: Readable.from(chunks.map((chunk) => Buffer.from(chunk))),
        sizeBytes,
      },
      counts: true,
    };
  }

  test.each([
    { name: 'one chunk', chunks: ['abc'] },
    { name: 'many chunks, also empty ones', chunks: ['', 'a', '', 'bc', ''] },
  ])('are read to their end: $name', async ({ chunks }) => {
    const [entry] = await list(await pack([streamMember(chunks, 3)]));
    expect(entry?.content.toString()).toBe('abc');
  });

  test('that end too early are an error', async () => {
    expect(await failureOf(() => pack([streamMember(['ab'], 3)]))).toEqual({
      kind: 'context',
      message: 'ctx/stream ends too early in the archive',
      hint: 'Make the archive again.',
    });
  });
});

/** The files of the disk with one that changes; counts open files. */
class ChangingFiles implements Workspace {
  openFiles = 0;
  readonly resolve = (path: string): string => disk.resolve(path);
  readonly realpath = (path: string): string => disk.realpath(path);
  readonly stat = (path: string): FileStat | undefined => disk.stat(path);
  readonly names = (path: string): readonly string[] => disk.names(path);
  readonly readLink = (path: string): string => disk.readLink(path);
  readonly #change: (file: OpenFile, reads: number) => Partial<OpenFile>;

  constructor(change: (file: OpenFile, reads: number) => Partial<OpenFile> = () => ({})) {
    this.#change = change;
  }

  open(path: string): OpenFile {
    const file = disk.open(path);
    this.openFiles += 1;
    let reads = 0;
    const current = (): OpenFile => ({ ...file, ...this.#change(file, reads) });
    return {
      stat: () => current().stat(),
      read: (buffer) => {
        const count = current().read(buffer);
        reads += 1;
        return count;
      },
      close: () => {
        this.openFiles -= 1;
        file.close();
      },
    };
  }
}

const hint =
  'Nothing may write to the context during the step: end background processes before it, or exclude the file with .dockerignore.';

describe('a file that changes while it is packed is an error', () => {
  const turnBytes = 64 * 1_024;
  const large = 2 * turnBytes + 100;

  function seen(bytes: number): {
    readonly path: string;
    readonly stat: FileStat;
    readonly tree: Tree;
  } {
    const tree = makeTree({ file: Buffer.alloc(bytes, 'x'), other: 'x' });
    const path = tree.at('file');
    return { path, stat: statOf(path), tree };
  }

  test.each([
    { name: 'small', bytes: 10 },
    { name: 'empty', bytes: 0, isKept: true },
    { name: 'one block', bytes: 512 },
    { name: 'large', bytes: large },
    { name: 'two turns exactly', bytes: 2 * turnBytes },
  ])('because it grew after it was opened: $name', async ({ bytes, isKept }) => {
    const { path, stat } = seen(bytes);
    const before = statOf(path);
    // The first stat returns the old size, but the content is longer already.
    writeFileSync(path, Buffer.alloc(bytes + 3, 'x'));
    const files = new ChangingFiles(() => ({ stat: () => before }));
    const failure = await failureOf(() => pack([diskMember(path, stat)], files));
    // An empty file is not read, so it keeps the size that it had when it was opened.
    expect(failure).toEqual(
      isKept === true
        ? 'no failure'
        : { kind: 'context', message: `${path} grew while the context was packed`, hint },
    );
    expect(files.openFiles).toBe(0);
  });

  test.each([
    { name: 'small', bytes: 10 },
    { name: 'large', bytes: large },
  ])('because it shrank after it was opened: $name', async ({ bytes }) => {
    const { path, stat } = seen(bytes);
    const before = statOf(path);
    writeFileSync(path, Buffer.alloc(bytes - 3, 'x'));
    const files = new ChangingFiles(() => ({ stat: () => before }));
    expect(await failureOf(() => pack([diskMember(path, stat)], files))).toEqual({
      kind: 'context',
      message: `${path} shrank while the context was packed`,
      hint,
    });
    expect(files.openFiles).toBe(0);
  });

  test.each([
    { name: 'in one read', bytes: 10 },
    { name: 'between two reads', bytes: turnBytes + 1 },
  ])('because it was written to $name', async ({ bytes }) => {
    const { path, stat } = seen(bytes);
    const files = new ChangingFiles((file, reads) => ({
      stat: () => ({ ...file.stat(), mtimeMs: reads === 0 ? 1 : 2 }),
    }));
    expect(await failureOf(() => pack([diskMember(path, stat)], files))).toEqual({
      kind: 'context',
      message: `${path} was written to while the context was packed`,
      hint,
    });
    expect(files.openFiles).toBe(0);
  });

  test('because it vanished', async () => {
    const { path, stat } = seen(10);
    rmSync(path);
    expect(await failureOf(() => pack([diskMember(path, stat)]))).toEqual({
      kind: 'context',
      message: `${path} was removed while the context was packed`,
      hint,
    });
  });

  test('because it became a link', async () => {
    const { path, stat, tree } = seen(10);
    rmSync(path);
    tree.add({ file: { link: 'other' } });
    expect(await failureOf(() => pack([diskMember(path, stat)]))).toEqual({
      kind: 'context',
      message: `${path} became a link while the context was packed`,
      hint,
    });
  });

  test.each([
    {
      name: 'another file',
      replace: (tree: Tree) => execFileSync('mv', [tree.at('other'), tree.at('file')]),
    },
    {
      name: 'a directory',
      replace: (tree: Tree) => {
        rmSync(tree.at('file'));
        tree.add({ file: { directory: true } });
      },
    },
    {
      name: 'a FIFO without a writer',
      replace: (tree: Tree) => {
        rmSync(tree.at('file'));
        execFileSync('mkfifo', [tree.at('file')]);
      },
    },
  ])('because it was replaced by $name', async ({ replace }) => {
    const { path, stat, tree } = seen(10);
    replace(tree);
    const files = new ChangingFiles();
    expect(await failureOf(() => pack([diskMember(path, stat)], files))).toEqual({
      kind: 'context',
      message: `${path} was replaced while the context was packed`,
      hint,
    });
    expect(files.openFiles).toBe(0);
  });

  test('because it was replaced by one with its number on another device', async () => {
    const { path, stat } = seen(10);
    const files = new ChangingFiles((file) => ({
      stat: () => ({ ...file.stat(), device: stat.device + 1 }),
    }));
    expect(await failureOf(() => pack([diskMember(path, stat)], files))).toEqual({
      kind: 'context',
      message: `${path} was replaced while the context was packed`,
      hint,
    });
    expect(files.openFiles).toBe(0);
  });

  test('accepts a file that grew before it was opened', async () => {
    const { path, stat } = seen(10);
    writeFileSync(path, 'y'.repeat(20));
    const [entry] = await list(await pack([diskMember(path, stat)]));
    expect(entry?.content.toString()).toBe('y'.repeat(20));
  });
});

describe('a file that cannot be read', () => {
  function denied(): Error {
    return Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  }

  test('is named when it cannot be opened', async () => {
    const tree = makeTree({ file: 'x' });
    const path = tree.at('file');
    const stat = statOf(path);
    const files = new ChangingFiles();
    files.open = () => {
      throw denied();
    };
    expect(await failureOf(() => pack([diskMember(path, stat)], files))).toEqual({
      kind: 'context',
      message: `${path} cannot be read: EACCES: permission denied`,
      hint: 'Make it readable for the runner, or exclude it with .dockerignore.',
    });
  });

  test('is named when reading fails, and is closed', async () => {
    const tree = makeTree({ file: 'x' });
    const path = tree.at('file');
    const stat = statOf(path);
    const files = new ChangingFiles(() => ({
      read: () => {
        throw new Error('EIO: i/o error');
      },
    }));
    expect(await failureOf(() => pack([diskMember(path, stat)], files))).toEqual({
      kind: 'context',
      message: `reading ${path} failed: EIO: i/o error`,
    });
    expect(files.openFiles).toBe(0);
  });

  test('is closed when looking at it fails', async () => {
    const tree = makeTree({ file: 'x' });
    const path = tree.at('file');
    const stat = statOf(path);
    const files = new ChangingFiles(() => ({
      stat: () => {
        throw new Error('EIO: i/o error');
      },
    }));
    expect(await failureOf(() => pack([diskMember(path, stat)], files))).toEqual({
      kind: 'context',
      message: `reading ${path} failed: EIO: i/o error`,
    });
    expect(files.openFiles).toBe(0);
  });
});

test('a short read is not the end of a file', async () => {
  const tree = makeTree({ file: 'abcdefghij' });
  const path = tree.at('file');
  const files = new ChangingFiles((file) => ({
    read: (buffer) => file.read(buffer.subarray(0, 3)),
  }));
  const [entry] = await list(await pack([diskMember(path, statOf(path))], files));
  expect(entry?.content.toString()).toBe('abcdefghij');
  expect(files.openFiles).toBe(0);
});

describe('an edited file', () => {
  test('has the size of the edited content', async () => {
    const tree = makeTree({ file: 'secret and text' });
    const path = tree.at('file');
    const files = new ChangingFiles();
    const edit = (content: Buffer): Buffer => content.subarray('secret and '.length);
    const [entry] = await list(await pack([diskMember(path, statOf(path), edit)], files));
    expect([entry?.header.size, entry?.content.toString()]).toEqual([4, 'text']);
    expect(files.openFiles).toBe(0);
  });

  test('that grows meanwhile is an error', async () => {
    const tree = makeTree({ file: 'secret and text' });
    const path = tree.at('file');
    const stat = statOf(path);
    const files = new ChangingFiles(() => ({ stat: () => ({ ...stat, sizeBytes: 3 }) }));
    expect(
      await failureOf(() => pack([diskMember(path, stat, (content) => content)], files)),
    ).toMatchObject({ message: `${path} grew while the context was packed` });
    expect(files.openFiles).toBe(0);
  });
});

describe('a reader that stops', () => {
  test('has the file closed that is being packed', async () => {
    const tree = makeTree({ file: Buffer.alloc(4 * pieceBytes) });
    const path = tree.at('file');
    const files = new ChangingFiles();
    const members = [diskMember(path, statOf(path))];
    let pieces = 0;
    for await (const piece of tar(members, files, new PiecePool(), newCounter())) {
      pieces += piece.length > 0 ? 1 : 0;
      expect(files.openFiles).toBe(1);
      if (pieces === 2) break;
    }
    expect([pieces, files.openFiles]).toEqual([2, 0]);
  });
});
