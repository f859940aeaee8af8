import { execFileSync } from 'node:child_process';
import { linkSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createWorkspace, exactInode } from '../../src/io/workspace.ts';
import { Tree, treeSeconds, type TreeEntry } from '../support/tree.ts';

const trees: Tree[] = [];

function makeTree(entries: Readonly<Record<string, TreeEntry>>): Tree {
  const tree = new Tree(entries);
  trees.push(tree);
  return tree;
}

afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const workspace = createWorkspace('/base/dir');

test.each([
  { path: 'a/b', expected: '/base/dir/a/b' },
  { path: '.', expected: '/base/dir' },
  { path: '../x/', expected: '/base/x' },
  { path: '/abs/./x', expected: '/abs/x' },
])('resolves $path against its directory', ({ path, expected }) => {
  expect(workspace.resolve(path)).toBe(expected);
});

describe('stat', () => {
  test('distinguishes files, directories, links and the rest', () => {
    const tree = makeTree({
      dir: { directory: true, mode: 0o1777 },
      file: { content: 'abc', mode: 0o4750 },
      link: { link: 'file' },
      broken: { link: 'nowhere' },
    });
    execFileSync('mkfifo', [tree.at('fifo')]);
    expect(workspace.stat(tree.at('file'))).toMatchObject({
      kind: 'file',
      sizeBytes: 3,
      mode: 0o4750,
      mtimeMs: treeSeconds * 1_000,
      links: 1,
    });
    expect(workspace.stat(tree.at('dir'))).toMatchObject({ kind: 'directory', mode: 0o1777 });
    expect(workspace.stat(tree.at('link'))?.kind).toBe('symlink');
    expect(workspace.stat(tree.at('broken'))?.kind).toBe('symlink');
    expect(workspace.stat(tree.at('fifo'))?.kind).toBe('other');
  });

  test('knows two names of one file', () => {
    const tree = makeTree({ a: 'x', b: 'x' });
    linkSync(tree.at('a'), tree.at('c'));
    const [a, b, c] = ['a', 'b', 'c'].map((name) => workspace.stat(tree.at(name)));
    expect([a?.links, a?.inode, a?.device]).toEqual([2, c?.inode, c?.device]);
    expect(b?.inode).not.toBe(a?.inode);
  });

  test('is undefined where there is nothing', () => {
    const tree = makeTree({});
    expect(workspace.stat(tree.at('missing'))).toBeUndefined();
    expect(workspace.stat(tree.at('missing/below'))).toBeUndefined();
  });
});

test('an inode is asked for again where a number is too small for it', () => {
  const never = (): bigint => {
    throw new Error('a number is enough');
  };
  expect(exactInode(Number.MAX_SAFE_INTEGER, never)).toBe(Number.MAX_SAFE_INTEGER);
  expect(exactInode(2 ** 56, () => 2n ** 56n + 1n)).toBe(72_057_594_037_927_937n);
});

test('names come in the order of their bytes', () => {
  const tree = makeTree({ b: '', a: '', B: '', '\uff5e': '', '\u{1f600}': '', '.x': '', 'a-': '' });
  expect(workspace.names(tree.path)).toEqual(['.x', 'B', 'a', 'a-', 'b', '\uff5e', '\u{1f600}']);
});

test('realpath follows links, readLink returns their text', () => {
  const tree = makeTree({
    'dir/file': 'text',
    link: { link: 'dir' },
    again: { link: 'link/file' },
  });
  expect(workspace.realpath(tree.at('again'))).toBe(tree.at('dir/file'));
  expect(workspace.readLink(tree.at('again'))).toBe('link/file');
});

describe('an open file', () => {
  test('is read from its current position to its end', () => {
    const tree = makeTree({ file: 'abcdef' });
    const file = workspace.open(tree.at('file'));
    try {
      const buffer = Buffer.alloc(4);
      const read = (): string => buffer.toString('utf8', 0, file.read(buffer));
      expect([read(), read(), read()]).toEqual(['abcd', 'ef', '']);
    } finally {
      file.close();
    }
  });

  test('is looked at as it is now', () => {
    const tree = makeTree({ file: 'abc' });
    const file = workspace.open(tree.at('file'));
    try {
      writeFileSync(tree.at('file'), 'abcdef');
      expect(file.stat()).toMatchObject({ kind: 'file', sizeBytes: 6 });
    } finally {
      file.close();
    }
  });

  test('cannot be read once it is closed', () => {
    const tree = makeTree({ file: 'abc' });
    const file = workspace.open(tree.at('file'));
    file.close();
    expect(() => file.read(Buffer.alloc(1))).toThrow('EBADF');
  });

  test('is never a link', () => {
    const tree = makeTree({ file: 'abc', link: { link: 'file' } });
    expect(() => workspace.open(tree.at('link'))).toThrow('ELOOP');
  });

  test('opening a fifo without a writer does not wait', () => {
    const tree = makeTree({});
    execFileSync('mkfifo', [tree.at('fifo')]);
    const file = workspace.open(tree.at('fifo'));
    expect(file.stat().kind).toBe('other');
    file.close();
  });
});

test.each(['realpath', 'names', 'readLink', 'open'] as const)(
  "%s throws Node's own error for what does not exist",
  (method) => {
    const tree = makeTree({});
    expect(() => workspace[method](tree.at('missing'))).toThrow('ENOENT: no such file');
  },
);
