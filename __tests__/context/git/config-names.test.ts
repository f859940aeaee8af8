import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pack } from 'tar-stream';
import { followGitLinks } from '../../../src/context/git/config-names.ts';
import { createSource } from '../../../src/context/source.ts';
import { diskWorkspace, Tree } from '../../support/tree.ts';

test.each([
  { name: '.git/config', expected: true },
  { name: 'sub/.git/config', expected: true },
  { name: '.git/modules/a/config', expected: true },
  { name: '.git/modules/a/modules/b/config', expected: true },
  { name: '.git/worktrees/x/config.worktree', expected: true },
  { name: 'config', expected: false },
  { name: '.github/config', expected: false },
  { name: 'mirror.git/config', expected: true },
  { name: 'a/mirror.git/modules/b/config', expected: true },
  { name: 'git/config', expected: false },
  { name: 'x.git-old/config', expected: false },
  { name: '.git/config.lock', expected: false },
  { name: '.git/my-config', expected: false },
  { name: '.git/configs', expected: false },
])('$name is a configuration of git: $expected', ({ name, expected }) => {
  const isGitConfig = followGitLinks([], () => undefined);
  expect(isGitConfig(name)).toBe(expected);
});

const secret = '[http]\n\textraheader = hunter2\n';

/** A file's content, a symbolic link, or another name of a file that comes before. */
type Form = Readonly<
  Record<string, string | { readonly link: string } | { readonly hard: string }>
>;

const forms: readonly { readonly name: string; readonly form: Form }[] = [
  { name: 'a linked directory', form: { 'gitdir/config': secret, '.git': { link: 'gitdir' } } },
  {
    name: 'a link to a link',
    form: { 'gd/config': secret, gc: { link: 'gd' }, '.git': { link: './gc' } },
  },
  {
    name: 'a submodule in a linked directory',
    form: { 'gitdir/modules/m/config': secret, 'sub/.git': { link: '../gitdir' } },
  },
  {
    name: "a worktree's in a linked directory",
    form: { 'gitdir/config.worktree': secret, '.git': { link: 'gitdir' } },
  },
  {
    name: 'a linked directory of modules',
    form: { 'mods/m/config': secret, '.git/modules': { link: '../mods' } },
  },
  {
    name: 'a link in a linked directory',
    form: {
      'real/x': secret,
      'gitdir/config': { link: '../real/x' },
      '.git': { link: 'gitdir' },
    },
  },
  { name: 'a linked file', form: { real: secret, '.git/config': { link: '../real' } } },
  {
    name: 'a linked file by two links',
    form: { b: secret, a: { link: 'b' }, '.git/config': { link: '../a' } },
  },
  {
    name: 'a link by a linked directory',
    form: { 'real/c': secret, by: { link: 'real' }, '.git/config': { link: '../by/c' } },
  },
  {
    name: 'a linked file with two names, by the first',
    form: { aa: secret, b: { hard: 'aa' }, '.git/config': { link: '../aa' } },
  },
  {
    name: 'a linked file with two names, by the second',
    form: { aa: secret, b: { hard: 'aa' }, '.git/config': { link: '../b' } },
  },
  {
    name: 'a link in a linked directory that is excluded',
    form: {
      '.dockerignore': 'gitdir\n',
      'real/x': secret,
      'gitdir/config': { link: '../real/x' },
      '.git': { link: 'gitdir' },
    },
  },
  { name: "a link to the context's root", form: { config: secret, '.git': { link: '.' } } },
  { name: 'a hard link', form: { aa: secret, '.git/config': { hard: 'aa' } } },
  {
    name: 'a hard link in a linked directory',
    form: { aa: secret, 'gitdir/config': { hard: 'aa' }, 'x.git': { link: 'gitdir' } },
  },
];

const places: string[] = [];

afterEach(() => {
  for (const place of places.splice(0)) rmSync(place, { recursive: true, force: true });
});

function makePlace(): string {
  const place = mkdtempSync(join(tmpdir(), 'git-places-'));
  places.push(place);
  return place;
}

/** Where the context is: a directory with the form, and a file with credentials that do not belong to git. */
function writeDirectory(form: Form): string {
  const tree = new Tree();
  places.push(tree.path);
  for (const [name, entry] of Object.entries(form)) {
    mkdirSync(dirname(tree.at(name)), { recursive: true });
    if (typeof entry === 'object' && 'hard' in entry) linkSync(tree.at(entry.hard), tree.at(name));
    else tree.add({ [name]: entry });
  }
  tree.add({ Dockerfile: 'FROM a\n', 'etc/config': secret });
  return tree.path;
}

async function writeArchive(form: Form): Promise<string> {
  const writer = pack();
  for (const [name, entry] of Object.entries(form)) {
    if (typeof entry === 'string') writer.entry({ name }, entry);
    else if ('hard' in entry) writer.entry({ name, type: 'link', linkname: entry.hard });
    else writer.entry({ name, type: 'symlink', linkname: entry.link });
  }
  writer.entry({ name: 'Dockerfile' }, 'FROM a\n');
  writer.entry({ name: 'etc/config' }, secret);
  writer.finalize();
  const path = join(makePlace(), 'context.tar');
  writeFileSync(path, await bytesOf(Readable.from(writer)));
  return path;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The number of times that the secret is in the stream of a context. */
async function countSent(path: string, keepGitCredentials: boolean): Promise<number> {
  const source = await createSource(
    {
      source: { kind: 'context', path },
      file: undefined,
      layout: 'image',
      compressionLevel: 1,
      keepGitCredentials,
      sourceDateEpoch: undefined,
    },
    diskWorkspace('/'),
  );
  const sent = gunzipSync(await bytesOf(source.open({}).stream)).toString('latin1');
  return sent.split('hunter2').length - 1;
}

describe.each(forms)('credentials of git in $name are removed', ({ form }) => {
  test('of a directory', async () => {
    const path = writeDirectory(form);
    expect([await countSent(path, false), await countSent(path, true)]).toEqual([1, 2]);
  });

  test('of an archive', async () => {
    const path = await writeArchive(form);
    expect([await countSent(path, false), await countSent(path, true)]).toEqual([1, 2]);
  });
});

test.each([
  { name: 'in a circle', form: { '.git': { link: 'a' }, a: { link: '.git' } } },
  { name: 'to the outside', form: { '.git': { link: '../outside' } } },
  { name: 'to nothing', form: { '.git/config': { link: 'gone' } } },
])('links $name change nothing', async ({ form }) => {
  expect(await countSent(writeDirectory(form), false)).toBe(1);
  expect(await countSent(await writeArchive(form), false)).toBe(1);
});
