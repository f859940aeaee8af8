import { describe, expect, test } from '@jest/globals';
import { applyLayers, type FileTree } from '../../e2e/images/files.ts';
import type { ArchiveMember } from '../../e2e/registry.ts';

/** Members of a layer by name: a text is a file, other values are its header. */
type Layer = Readonly<Record<string, string | Partial<ArchiveMember>>>;

function membersOf(layer: Layer): readonly ArchiveMember[] {
  return Object.entries(layer).map(([name, given]) => ({
    name,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
    linkName: '',
    xattrs: {},
    content: Buffer.from(typeof given === 'string' ? given : ''),
    ...(typeof given === 'string' ? {} : given),
  }));
}

function apply(...layers: readonly Layer[]): FileTree {
  return applyLayers(layers.map(membersOf));
}

/** Paths with the content of files, the target of links, and a slash for directories. */
function shown(tree: FileTree): readonly string[] {
  return [...tree]
    .map(([path, { type, target, content }]) => {
      if (type === 'directory') return `${path}/`;
      return type === 'symlink' ? `${path} -> ${target}` : `${path} ${content.toString()}`;
    })
    .toSorted();
}

const directory = { type: 'directory', mode: 0o755 };
const symlink = (linkName: string): Partial<ArchiveMember> => ({ type: 'symlink', linkName });
const link = (linkName: string): Partial<ArchiveMember> => ({ type: 'link', linkName });

describe('applyLayers', () => {
  test.each<{ title: string; layers: readonly Layer[]; expected: readonly string[] }>([
    {
      title: 'replaces a file',
      layers: [{ f: 'one' }, { f: 'two' }],
      expected: ['/f two'],
    },
    {
      title: 'adds directories that a layer does not list',
      layers: [{ 'a/b/f': 'x' }],
      expected: ['/a/', '/a/b/', '/a/b/f x'],
    },
    {
      title: 'removes a file',
      layers: [{ d: directory, 'd/f': 'x', 'd/g': 'y' }, { 'd/.wh.f': '' }],
      expected: ['/d/', '/d/g y'],
    },
    {
      title: 'removes a directory with its files, not a longer name',
      layers: [{ 'd/f': 'x', 'd.txt': 'y' }, { '.wh.d': '' }],
      expected: ['/d.txt y'],
    },
    {
      title: 'removes files of lower layers only',
      layers: [{ 'd/f': 'old' }, { d: directory, 'd/f': 'new', '.wh.d': '' }],
      expected: ['/d/', '/d/f new'],
    },
    {
      title: 'empties an opaque directory and keeps its new files',
      layers: [{ 'd/old': 'x' }, { d: directory, 'd/new': 'y', 'd/.wh..wh..opq': '' }],
      expected: ['/d/', '/d/new y'],
    },
    {
      title: 'merges a directory',
      layers: [{ 'd/f': 'x' }, { d: directory, 'd/g': 'y' }],
      expected: ['/d/', '/d/f x', '/d/g y'],
    },
    {
      title: 'replaces a directory by a file',
      layers: [{ 'd/f': 'x' }, { d: 'file' }],
      expected: ['/d file'],
    },
    {
      title: 'replaces a symbolic link by a directory',
      layers: [
        { real: directory, d: symlink('real') },
        { d: directory, 'd/f': 'x' },
      ],
      expected: ['/d/', '/d/f x', '/real/'],
    },
    {
      title: 'follows symbolic links to directories inside the image',
      layers: [
        { real: directory, absolute: symlink('/real'), 'a/relative': symlink('../absolute') },
        { 'a/relative/f': 'x' },
      ],
      expected: ['/a/', '/a/relative -> ../absolute', '/absolute -> /real', '/real/', '/real/f x'],
    },
    {
      title: 'keeps a link that leads out of the image inside',
      layers: [{ out: symlink('../../etc') }, { 'out/f': 'x' }],
      expected: ['/etc/', '/etc/f x', '/out -> ../../etc'],
    },
    {
      title: 'removes a file through a symbolic link',
      layers: [{ 'real/f': 'x', d: symlink('real') }, { 'd/.wh.f': '' }],
      expected: ['/d -> real', '/real/'],
    },
  ])('$title', ({ layers, expected }) => {
    expect(shown(apply(...layers))).toEqual(expected);
  });

  test('gives all names of a hard link one file, until a layer replaces one of them', () => {
    const tree = apply({ a: 'x' }, { b: link('a'), c: link('/b') }, { c: 'own' });
    expect(tree.get('/b')).toBe(tree.get('/a'));
    expect(tree.get('/c')).not.toBe(tree.get('/a'));
    expect(shown(tree)).toEqual(['/a x', '/b x', '/c own']);
  });

  test('takes the attributes of the last layer for a directory', () => {
    const tree = apply({ d: directory }, { d: { type: 'directory', mode: 0o700, uid: 5 } });
    expect(tree.get('/d')).toMatchObject({ mode: 0o700, uid: 5 });
  });

  test('ends at a circle of symbolic links', () => {
    const circle = { a: symlink('b'), b: symlink('a') };
    expect(shown(apply(circle, { 'a/f': 'x' }))).toContain('/a/f x');
  });

  test('refuses a hard link that leads nowhere', () => {
    expect(() => apply({ a: link('missing') })).toThrow(
      'hard link /a leads to /missing, which is missing',
    );
  });

  test('marks a hard link to a directory, which cannot be unpacked', () => {
    const tree = apply({ d: directory, l: link('d') });
    expect(tree.get('/l')?.type).toBe('hard link to a directory');
    expect(tree.get('/d')?.type).toBe('directory');
  });
});
