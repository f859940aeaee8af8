import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { findPath, readInputFile, readPlace } from '../../../src/context/directory/find-path.ts';
import { findDockerfile } from '../../../src/context/directory/locate.ts';
import type { Workspace } from '../../../src/ports.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace, Tree } from '../../support/tree.ts';

const trees: Tree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

/** A workspace `w` with a context in it, and files outside of them. */
function makeHome(): { readonly tree: Tree; readonly workspace: Workspace } {
  const tree = new Tree({
    'w/file': 'text',
    'w/ctx/file': 'inner',
    'w/ctx/in': { link: 'file' },
    'w/ctx/up': { link: '../file' },
    'w/ctx/out': { link: '../../secret' },
    'w/ctx/absolute': { link: '/etc/passwd' },
    'w/ctx/chain': { link: 'out' },
    'w/ctx/broken': { link: 'nowhere' },
    'w/ctx/loop': { link: 'loop' },
    'w/dir': { link: 'ctx' },
    'w/outdir': { link: '../other' },
    'w-beside/file': 'x',
    'w/beside': { link: '../w-beside/file' },
    secret: 'secret',
    'other/file': 'other',
    'other/in': { link: 'file' },
    'other/out': { link: '../secret' },
  });
  trees.push(tree);
  return { tree, workspace: diskWorkspace(tree.at('w')) };
}

describe('a place is found', () => {
  test.each([
    { name: 'a file', path: 'file', expected: { path: 'w/file', kind: 'file' } },
    { name: 'a directory', path: 'ctx', expected: { path: 'w/ctx', kind: 'directory' } },
    { name: 'the workspace', path: '.', expected: { path: 'w', kind: 'directory' } },
    { name: 'a slash at the end', path: 'ctx/', expected: { path: 'w/ctx', kind: 'directory' } },
    { name: 'a link inside', path: 'ctx/in', expected: { path: 'w/ctx/file', kind: 'file' } },
    {
      name: 'a link from the context to the workspace',
      path: 'ctx/up',
      expected: { path: 'w/file', kind: 'file' },
    },
    { name: 'a linked directory', path: 'dir', expected: { path: 'w/ctx', kind: 'directory' } },
    {
      name: 'a file in a linked directory',
      path: 'dir/file',
      expected: { path: 'w/ctx/file', kind: 'file' },
    },
    {
      name: 'a file outside, named as such',
      path: '../secret',
      expected: { path: 'secret', kind: 'file' },
    },
    {
      name: 'a link outside, named as such',
      path: '../other/in',
      expected: { path: 'other/file', kind: 'file' },
    },
  ])('$name', ({ path, expected }) => {
    const { tree, workspace } = makeHome();
    expect(findPath(path, ['.'], workspace)).toEqual({
      path: tree.at(expected.path),
      kind: expected.kind,
    });
  });

  test.each(['missing', 'file/below', 'ctx/broken', 'missing/file'])(
    'and is not a file or a directory: %s',
    (path) => {
      expect(findPath(path, ['.'], makeHome().workspace)).toBeUndefined();
    },
  );

  test('with a link in the path of the workspace', () => {
    const { tree } = makeHome();
    tree.add({ alias: { link: 'w' } });
    const workspace = diskWorkspace(tree.at('alias'));
    expect(findPath('ctx/in', ['.'], workspace)?.path).toBe(tree.at('w/ctx/file'));
    expect(findPath(tree.at('w/ctx/in'), ['.'], workspace)?.path).toBe(tree.at('w/ctx/file'));
  });

  test('in a root outside of the workspace', () => {
    const { tree, workspace } = makeHome();
    expect(findPath('../other/in', ['.', '../other'], workspace)?.path).toBe(tree.at('other/file'));
  });
});

describe('a link that leads out is refused', () => {
  test.each([
    { name: 'a file', path: 'ctx/out', to: 'secret' },
    { name: 'a link to a link', path: 'ctx/chain', to: 'secret' },
    { name: 'a directory', path: 'outdir', to: 'other' },
    { name: 'a file in a linked directory', path: 'outdir/file', to: 'other/file' },
    {
      name: 'a neighbour whose name begins like the workspace',
      path: 'beside',
      to: 'w-beside/file',
    },
    { name: 'after dots', path: '../w/ctx/../ctx/out', to: 'secret' },
  ])('$name', async ({ path, to }) => {
    const { tree, workspace } = makeHome();
    expect(await failureOf(() => findPath(path, ['.'], workspace))).toEqual({
      kind: 'context',
      message: `${path} is a link to ${tree.at(to)}, outside of the workspace`,
      hint: 'Replace the link with the file itself, or use the path that it links to.',
    });
  });

  test('to a file of the machine', async () => {
    expect(
      await failureOf(() => findPath('ctx/absolute', ['.'], makeHome().workspace)),
    ).toMatchObject({
      message: expect.stringContaining('ctx/absolute is a link to /etc/') as unknown,
    });
  });

  test('by an absolute path through a link to the workspace', async () => {
    const { tree, workspace } = makeHome();
    tree.add({ alias: { link: 'w' } });
    expect(
      await failureOf(() => findPath(tree.at('alias/ctx/out'), ['.'], workspace)),
    ).toMatchObject({ message: expect.stringContaining('outside of the workspace') as unknown });
  });

  test('by an absolute path through a link to the workspace and a linked directory', async () => {
    const { tree, workspace } = makeHome();
    tree.add({ alias: { link: 'w' } });
    expect(
      await failureOf(() => findPath(tree.at('alias/outdir/file'), ['.'], workspace)),
    ).toMatchObject({ message: expect.stringContaining('outside of the workspace') as unknown });
  });

  test('from a root outside of the workspace', async () => {
    const { workspace } = makeHome();
    expect(
      await failureOf(() => findPath('../other/out', ['.', '../other'], workspace)),
    ).toMatchObject({ message: expect.stringContaining('outside of the workspace') as unknown });
  });
});

test('a drive letter alone is not taken for the current directory of that drive', () => {
  const at = 'D:\\work\\repo';
  const windows: Workspace = {
    ...diskWorkspace(),
    resolve: (path) => (path === '.' ? at : path),
    realpath: (path) => (path === 'D:' ? at : path),
    stat: () => ({
      kind: 'file',
      sizeBytes: 1,
      mode: 0o755,
      mtimeMs: 0,
      device: 1,
      inode: 1,
      links: 1,
    }),
  };
  expect(findPath('D:\\other\\file', ['.'], windows)).toEqual({
    path: 'D:\\other\\file',
    kind: 'file',
  });
});

test('a loop of links is an error that names it', async () => {
  expect(await failureOf(() => findPath('ctx/loop', ['.'], makeHome().workspace))).toMatchObject({
    kind: 'context',
    message: expect.stringContaining('ctx/loop cannot be read: ELOOP') as unknown,
  });
});

test('a fifo is neither a file nor a directory', async () => {
  const { tree, workspace } = makeHome();
  execFileSync('mkfifo', [tree.at('w/fifo')]);
  expect(await failureOf(() => findPath('fifo', ['.'], workspace))).toEqual({
    kind: 'context',
    message: 'fifo is neither a file nor a directory',
    hint: 'Name a regular file or a directory.',
  });
});

test('a file is read whole, and one that cannot be read is named', async () => {
  const { tree, workspace } = makeHome();
  expect(readPlace({ path: tree.at('w/file'), kind: 'file' }, workspace).toString()).toBe('text');
  const path = tree.at('missing');
  expect(await failureOf(() => readPlace({ path, kind: 'file' }, workspace))).toMatchObject({
    kind: 'context',
    message: expect.stringContaining(`${path} cannot be read: ENOENT`) as unknown,
  });
});

describe('a file that an input names', () => {
  test('is read, and undefined if it does not exist', () => {
    const { workspace } = makeHome();
    expect(readInputFile('ctx/up', workspace)?.toString()).toBe('text');
    expect(readInputFile('missing', workspace)).toBeUndefined();
    expect(readInputFile('ctx/broken', workspace)).toBeUndefined();
  });

  test.each([
    { name: 'a directory', path: 'ctx', message: / is not a file$/ },
    { name: 'a link that leads out', path: 'ctx/out', message: /outside of the workspace$/ },
    { name: 'a fifo', path: 'fifo', message: /neither a file nor a directory$/ },
    { name: 'more than allowed', path: 'file', message: / is larger than 3 bytes$/ },
  ])('is refused: $name', async ({ path, message }) => {
    const { tree, workspace } = makeHome();
    execFileSync('mkfifo', [tree.at('w/fifo')]);
    expect(await failureOf(() => readInputFile(path, workspace, 3))).toMatchObject({
      kind: 'context',
      message: expect.stringMatching(message) as unknown,
    });
  });

  test('is looked at once more when it is open: a fifo in its place is not waited for', async () => {
    const { tree, workspace } = makeHome();
    const path = tree.at('w/fifo');
    execFileSync('mkfifo', [path]);
    expect(await failureOf(() => readPlace({ path, kind: 'file' }, workspace))).toMatchObject({
      message: `${path} is not a file`,
    });
  });
});

test('a Dockerfile of more than 4 MiB is not read', async () => {
  const { tree, workspace } = makeHome();
  tree.add({ 'w/Dockerfile': Buffer.alloc(4 * 1_024 * 1_024 + 1) });
  expect(await failureOf(() => findDockerfile('.', undefined, workspace))).toMatchObject({
    kind: 'context',
    message: expect.stringContaining('is larger than 4194304 bytes') as unknown,
  });
});
