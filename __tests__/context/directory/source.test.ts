import { linkSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { extract } from 'tar-stream';
import { createSource } from '../../../src/context/source.ts';
import type { SourceOptions } from '../../../src/context/stdin.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace, Tree, type TreeEntry } from '../../support/tree.ts';

const trees: Tree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

/** The files that are sent of a workspace, by name, without `meta/`. */
async function sent(
  entries: Readonly<Record<string, TreeEntry>>,
  options: Partial<SourceOptions>,
): Promise<Readonly<Record<string, string>>> {
  return sentOf(makeTree(entries), options);
}

function makeTree(entries: Readonly<Record<string, TreeEntry>>): Tree {
  const tree = new Tree(entries);
  trees.push(tree);
  return tree;
}

async function sentOf(
  tree: Tree,
  options: Partial<SourceOptions> = {},
): Promise<Readonly<Record<string, string>>> {
  const source = await createSource(
    {
      source: { kind: 'context', path: '.' },
      file: undefined,
      layout: 'image',
      compressionLevel: 1,
      sourceDateEpoch: undefined,
      ...options,
    },
    diskWorkspace(tree.path),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of source.open({}).stream) chunks.push(chunk as Buffer);
  const reader = extract();
  Readable.from([gunzipSync(Buffer.concat(chunks))]).pipe(reader);
  const found: Record<string, string> = {};
  for await (const entry of reader) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    const { name } = entry.header;
    if (name.startsWith('ctx/') && name !== 'ctx/') found[name] = Buffer.concat(parts).toString();
  }
  return found;
}

describe("the input 'excludes'", () => {
  const entries = { Dockerfile: 'FROM a\n', 'a/x': 'x', 'a/y': 'y', b: 'b' };

  test.each([
    {
      name: 'none',
      excludes: [],
      names: ['ctx/Dockerfile', 'ctx/a/', 'ctx/a/x', 'ctx/a/y', 'ctx/b'],
    },
    {
      name: 'without an ignore file',
      excludes: ['a', '!a/y'],
      names: ['ctx/Dockerfile', 'ctx/a/', 'ctx/a/y', 'ctx/b'],
    },
    {
      name: 'after the ignore file',
      ignore: 'a\nb\n',
      excludes: ['!a/x', '.*'],
      names: ['ctx/Dockerfile', 'ctx/a/', 'ctx/a/x'],
    },
    {
      name: 'against an exception of the ignore file',
      ignore: '*\n!b\n!a\n',
      excludes: ['a'],
      names: ['ctx/b'],
    },
  ])('$name', async ({ excludes, names, ignore }) => {
    const files = ignore === undefined ? entries : { ...entries, '.dockerignore': ignore };
    expect(Object.keys(await sent(files, { excludes }))).toEqual(names);
  });

  test('is named where a pattern of it is malformed', async () => {
    expect(await failureOf(() => sent(entries, { excludes: ['b', '[a'] }))).toMatchObject({
      kind: 'context',
      message: 'the input \'excludes\', line 2: the pattern "[a" is malformed: missing closing ]',
    });
  });

  test('leaves the name of the ignore file with an error of that', async () => {
    const files = { ...entries, '.dockerignore': '[a' };
    expect(await failureOf(() => sent(files, { excludes: ['b'] }))).toMatchObject({
      message: '.dockerignore, line 1: the pattern "[a" is malformed: missing closing ]',
    });
  });
});

test.each([
  { keepGitCredentials: false, expected: '[http]\n' },
  { keepGitCredentials: true, expected: '[http]\n\textraheader = x\n' },
])('credentials of git are kept: $keepGitCredentials', async ({ keepGitCredentials, expected }) => {
  const entries = { Dockerfile: 'FROM a\n', '.git/config': '[http]\n\textraheader = x\n' };
  const found = await sent(entries, { keepGitCredentials });
  expect(found['ctx/.git/config']).toBe(expected);
});

test.each([
  { name: 'sent too', ignore: '' },
  { name: 'excluded', ignore: 'sub.git/config\n' },
])('credentials of a git configuration that is $name go by no other name', async ({ ignore }) => {
  const tree = makeTree({
    Dockerfile: 'FROM a\n',
    '.dockerignore': ignore,
    'sub.git/config': '[http]\n\textraheader = x\n',
    other: '[http]\n\textraheader = x\n',
  });
  linkSync(tree.at('sub.git/config'), tree.at('a'));
  linkSync(tree.at('sub.git/config'), tree.at('z'));
  linkSync(tree.at('other'), tree.at('another'));
  const found = await sentOf(tree);
  expect(found['ctx/a']).toBe('[http]\n');
  expect(found['ctx/z']).toBe('');
  expect(found['ctx/another']).toBe('[http]\n\textraheader = x\n');
});

test('a git configuration that is too large is refused, unless it is sent as it is', async () => {
  const entries = { Dockerfile: 'FROM a\n', '.git/config': `#${'x'.repeat(4 * 2 ** 20)}` };
  const hint = "Exclude it with .dockerignore, or set 'git-credentials' to keep.";
  expect(await failureOf(() => sent(entries, {}))).toMatchObject({
    kind: 'context',
    message: expect.stringMatching(/\/\.git\/config is too large for a git configuration$/),
    hint,
  });
  expect(await sent(entries, { keepGitCredentials: true })).toHaveProperty(['ctx/.git/config']);
});

test.each([
  { name: 'a Git context of Docker', withoutGit: { withoutGit: true } as const, isSent: false },
  { name: 'a path', withoutGit: {}, isSent: true },
])('.git is sent from $name: $isSent', async ({ withoutGit, isSent }) => {
  const tree = makeTree({
    Dockerfile: 'FROM a\n',
    '.dockerignore': '!.git\n',
    '.git/HEAD': 'x',
    'sub/.git/HEAD': 'x',
    '.gitignore': 'x',
  });
  const source = { kind: 'context', path: '.', ...withoutGit } as const;
  const found = await sentOf(tree, { source, excludes: ['!.git'] });
  expect(Object.keys(found)).toEqual(
    expect.arrayContaining(['ctx/.gitignore', 'ctx/sub/.git/HEAD']),
  );
  expect('ctx/.git/HEAD' in found).toBe(isSent);
});
