import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { linkSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { walkContext, type ContextTree } from '../../../src/context/directory/walk.ts';
import { IgnoreRules } from '../../../src/context/ignore/rules.ts';
import type { FileStat, Workspace } from '../../../src/ports.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace, Tree, type TreeEntry } from '../../support/tree.ts';

const trees: Tree[] = [];

function makeTree(entries: Readonly<Record<string, TreeEntry>>): Tree {
  const tree = new Tree(entries);
  trees.push(tree);
  return tree;
}

afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

async function walk(
  tree: Tree,
  ignore = '',
  workspace: Workspace = diskWorkspace(),
  signal: AbortSignal = new AbortController().signal,
): Promise<ContextTree> {
  const rules = await IgnoreRules.read(ignore, '.dockerignore');
  return walkContext(tree.path, rules, workspace, signal);
}

function namesOf({ entries }: ContextTree): readonly string[] {
  return entries.map(({ name }) => name);
}

/** Remembers which directories were read. */
class ReadDirectories {
  readonly read: string[] = [];
  readonly workspace: Workspace;

  constructor(tree: Tree) {
    const disk = diskWorkspace();
    this.workspace = {
      ...disk,
      names: (path) => {
        this.read.push(path.slice(tree.path.length + 1));
        return disk.names(path);
      },
    };
  }
}

test('parents come before children, and names are in the order of their bytes', async () => {
  const tree = makeTree({
    b: 'x',
    'a/z': 'x',
    'a/b/c': 'x',
    'a.txt': 'x',
    'a-b': 'x',
    Z: 'x',
    '.hidden': 'x',
    empty: { directory: true },
    '\uff5e': 'x',
    '\u{1f600}': 'x',
    '\u00e9': 'x',
  });
  expect(namesOf(await walk(tree))).toEqual([
    '.hidden',
    'Z',
    'a',
    'a/b',
    'a/b/c',
    'a/z',
    'a-b',
    'a.txt',
    'b',
    'empty',
    '\u00e9',
    // In UTF-16 the next two are the other way round.
    '\uff5e',
    '\u{1f600}',
  ]);
});

test('lists every kind of entry, and does not follow links', async () => {
  const tree = makeTree({
    dir: { directory: true, mode: 0o750 },
    file: { content: 'abc', mode: 0o640 },
    loop: { link: '.' },
    out: { link: '/etc/passwd' },
    nowhere: { link: 'missing' },
  });
  const found = (await walk(tree)).entries.map(({ name, stat, content }) => ({
    name,
    mode: stat.kind === 'symlink' ? undefined : stat.mode,
    content,
  }));
  expect(found).toEqual([
    { name: 'dir', mode: 0o750, content: { kind: 'directory' } },
    { name: 'file', mode: 0o640, content: { kind: 'file' } },
    { name: 'loop', mode: undefined, content: { kind: 'symlink', target: '.' } },
    {
      name: 'nowhere',
      mode: undefined,
      content: { kind: 'symlink', target: 'missing' },
    },
    {
      name: 'out',
      mode: undefined,
      content: { kind: 'symlink', target: '/etc/passwd' },
    },
  ]);
});

test('the other names of a file are links to its first', async () => {
  const tree = makeTree({ 'b/first': 'x', 'c/other': 'x' });
  linkSync(tree.at('b/first'), tree.at('b/second'));
  linkSync(tree.at('b/first'), tree.at('z'));
  expect((await walk(tree)).entries.map(({ name, content }) => [name, content])).toEqual([
    ['b', { kind: 'directory' }],
    ['b/first', { kind: 'file' }],
    ['b/second', { kind: 'link', target: 'b/first' }],
    ['c', { kind: 'directory' }],
    ['c/other', { kind: 'file' }],
    ['z', { kind: 'link', target: 'b/first' }],
  ]);
});

test('an excluded name is never the target of a hard link', async () => {
  const tree = makeTree({ a: 'x' });
  linkSync(tree.at('a'), tree.at('b'));
  linkSync(tree.at('a'), tree.at('c'));
  expect((await walk(tree, 'a')).entries.map(({ name, content }) => [name, content])).toEqual([
    ['b', { kind: 'file' }],
    ['c', { kind: 'link', target: 'b' }],
  ]);
});

describe('an excluded directory', () => {
  test.each([
    { name: 'is not read without exceptions', ignore: 'a', read: ['', 'b'], names: ['b', 'b/f'] },
    {
      name: 'is not read if the exceptions are elsewhere',
      ignore: 'a\n!b/f',
      read: ['', 'b'],
      names: ['b', 'b/f'],
    },
    {
      name: 'is not read if the exceptions come before',
      ignore: '!a/keep\na',
      read: ['', 'b'],
      names: ['b', 'b/f'],
    },
    {
      name: 'is read on the way to an exception, and only there',
      ignore: '*\n!a/deep/er/keep',
      read: ['', 'a', 'a/deep', 'a/deep/er'],
      names: ['a', 'a/deep', 'a/deep/er', 'a/deep/er/keep'],
    },
    {
      name: 'does not appear if nothing below it is kept',
      ignore: 'a\n!a/nothing',
      read: ['', 'a', 'b'],
      names: ['b', 'b/f'],
    },
    {
      name: 'appears once for several kept files',
      ignore: 'a\n!a/keep\n!a/other',
      read: ['', 'a', 'b'],
      names: ['a', 'a/keep', 'a/other', 'b', 'b/f'],
    },
    {
      name: 'appears for a kept directory without files',
      ignore: 'a\n!a/void',
      read: ['', 'a', 'a/void', 'b'],
      names: ['a', 'a/void', 'b', 'b/f'],
    },
  ])('$name', async ({ ignore, read, names }) => {
    const tree = makeTree({
      'a/deep/er/keep': 'x',
      'a/deep/er/x': 'x',
      'a/deep/x': 'x',
      'a/keep': 'x',
      'a/other': 'x',
      'a/void': { directory: true },
      'a/x/y': 'x',
      'b/f': 'x',
    });
    const directories = new ReadDirectories(tree);
    const found = await walk(tree, ignore, directories.workspace);
    expect(namesOf(found)).toEqual(names);
    expect(directories.read).toEqual(read);
  });

  test('does not bring its excluded parents twice', async () => {
    const tree = makeTree({ 'a/b/c/keep': 'x', 'a/b/d/keep': 'x', 'a/e/keep': 'x', 'a/f/x': 'x' });
    expect(namesOf(await walk(tree, '*\n!**/keep'))).toEqual([
      'a',
      'a/b',
      'a/b/c',
      'a/b/c/keep',
      'a/b/d',
      'a/b/d/keep',
      'a/e',
      'a/e/keep',
    ]);
  });
});

test('counts excluded entries, without those below an excluded directory', async () => {
  const tree = makeTree({ 'a/b/c': 'x', 'a/d': 'x', e: 'x', f: { link: 'e' }, g: 'x' });
  expect((await walk(tree, 'a\ne\nf')).ignored).toBe(3);
  expect((await walk(tree, 'nothing')).ignored).toBe(0);
  expect((await walk(tree, '*\n!a/d')).ignored).toBe(5);
});

describe('a warning names', () => {
  test('sockets and FIFOs, which are not sent', async () => {
    const tree = makeTree({ a: 'x', 'dir/b': 'x' });
    execFileSync('mkfifo', [tree.at('dir/fifo')]);
    const server = createServer().listen(tree.at('socket'));
    await once(server, 'listening');
    try {
      const found = await walk(tree);
      expect(namesOf(found)).toEqual(['a', 'dir', 'dir/b']);
      expect(found.warnings).toEqual([
        'dir/fifo, socket: sockets, FIFOs or devices, which are not sent',
      ]);
      expect((await walk(tree, 'socket\ndir/fifo')).warnings).toEqual([]);
    } finally {
      server.close();
    }
  });

  test('whiteout files', async () => {
    const tree = makeTree({
      '.wh.a': 'x',
      'b/.wh..wh..opq': 'x',
      '.whale': 'x',
      '.wh.d/x': 'x',
      'b/.wh.out': 'x',
    });
    const found = await walk(tree, 'b/.wh.out');
    expect(namesOf(found)).toEqual(['.wh.a', '.wh.d', '.wh.d/x', '.whale', 'b', 'b/.wh..wh..opq']);
    expect(found.warnings).toEqual([
      '.wh.a, .wh.d, b/.wh..wh..opq: named like the whiteout files of image layers, which many builders treat as deletions',
    ]);
  });

  // Seen with kaniko 1.24.0 and 1.25.16: "Couldn't eval /ctx/itself", exit code 0, and an image without the rest.
  test('links that nothing can follow, which are sent', async () => {
    const tree = makeTree({
      file: 'x',
      itself: { link: 'itself' },
      one: { link: 'other' },
      other: { link: 'one' },
      'below-a-file': { link: 'file/x' },
      dangling: { link: 'nowhere' },
      outside: { link: '/' },
    });
    const found = await walk(tree);
    expect(namesOf(found)).toHaveLength(7);
    expect(found.warnings).toEqual([
      'below-a-file, itself, one and 1 more: symbolic links that cannot be resolved; when kaniko copies one, it silently omits the files after it from the image',
    ]);
  });

  test('the first three names and how many more there are', async () => {
    const names = ['1', '2', '3', '4', '5'];
    const tree = makeTree(Object.fromEntries(names.map((name) => [`.wh.${name}`, 'x'])));
    expect((await walk(tree)).warnings[0]).toMatch(/^\.wh\.1, \.wh\.2, \.wh\.3 and 2 more: named/);
  });
});

describe('an entry that cannot be read', () => {
  function failing(method: 'names' | 'stat' | 'readLink', path: string): Workspace {
    const disk = diskWorkspace();
    const original = (place: string): unknown => disk[method](place);
    return {
      ...disk,
      [method]: (place: string) => {
        if (place === path) throw new Error(`EACCES: permission denied, '${place}'`);
        return original(place);
      },
    };
  }

  test.each([
    { method: 'names', name: 'dir' },
    { method: 'stat', name: 'dir/file' },
    { method: 'readLink', name: 'link' },
  ] as const)('is an error that names it: $method', async ({ method, name }) => {
    const tree = makeTree({ 'dir/file': 'x', link: { link: 'dir' } });
    const path = tree.at(name);
    expect(await failureOf(() => walk(tree, '', failing(method, path)))).toEqual({
      kind: 'context',
      message: `reading the context failed: EACCES: permission denied, '${path}'`,
      hint: 'Nothing may change the context while it is packed; files that cannot be read belong into .dockerignore.',
    });
  });

  test('is ignored in an excluded directory', async () => {
    const tree = makeTree({ 'dir/file': 'x', other: 'x' });
    expect(namesOf(await walk(tree, 'dir', failing('names', tree.at('dir'))))).toEqual(['other']);
  });

  function listing(names: readonly string[]): Workspace {
    const stat = (): FileStat | undefined => undefined;
    return { ...diskWorkspace(), names: () => names, stat };
  }

  test('because it was removed is reported', async () => {
    const tree = makeTree({});
    expect(await failureOf(() => walk(tree, '', listing(['gone'])))).toEqual({
      kind: 'context',
      message: 'gone was removed while the context was read',
      hint: 'Nothing may change the context while it is packed.',
    });
  });

  test('is ignored if it was removed and is excluded', async () => {
    const tree = makeTree({});
    expect(namesOf(await walk(tree, '*.log', listing(['a.log'])))).toEqual([]);
    const failure = await failureOf(() => walk(tree, '*.log\n!a.log/b', listing(['a.log'])));
    expect(failure).toMatchObject({ message: 'a.log was removed while the context was read' });
  });

  test('because its name is not UTF-8 is reported', async () => {
    const tree = makeTree({});
    execFileSync('sh', ['-c', 'printf x > "$(printf \'caf\\351\')"'], { cwd: tree.path });
    expect(await failureOf(() => walk(tree))).toEqual({
      kind: 'context',
      message: 'the context has a name that is not UTF-8 in its top directory: caf\uFFFD',
      hint: 'Rename the file, or exclude it with .dockerignore.',
    });
    expect(namesOf(await walk(tree, 'caf?'))).toEqual([]);
  });

  test('because the target of a link is not UTF-8 is reported', async () => {
    const tree = makeTree({});
    execFileSync('sh', ['-c', 'ln -s "$(printf \'caf\\351\')" link'], { cwd: tree.path });
    expect(await failureOf(() => walk(tree))).toEqual({
      kind: 'context',
      message: 'the target of the link link is not UTF-8',
      hint: 'Rename the target, or exclude the link with .dockerignore.',
    });
    expect(namesOf(await walk(tree, 'link'))).toEqual([]);
  });
});

test('ends with the reason of the signal', async () => {
  const tree = makeTree(
    Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, 'x'])),
  );
  const disk = diskWorkspace();
  const controller = new AbortController();
  // Every file takes as long as on a slow disk, so turns are due.
  const slow: Workspace = {
    ...disk,
    stat(path) {
      controller.abort(new Error('cancelled'));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      return disk.stat(path);
    },
  };
  await expect(walk(tree, '', slow, controller.signal)).rejects.toThrow('cancelled');
});

test('walks directories that are as deep as a path can be', async () => {
  const deep = 1_800;
  const files: Workspace = {
    ...diskWorkspace(),
    names: (path) => (path.split('/').length <= deep ? ['a'] : ['file']),
    stat: (path) => ({
      kind: path.endsWith('/file') ? 'file' : 'directory',
      sizeBytes: 0,
      mode: 0o755,
      mtimeMs: 0,
      device: 1,
      inode: 1,
      links: 1,
    }),
  };
  const rules = await IgnoreRules.read('x', '.dockerignore');
  const { entries } = await walkContext('', rules, files, new AbortController().signal);
  expect(entries).toHaveLength(deep + 1);
});
