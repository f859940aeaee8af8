import { createHash } from 'node:crypto';
import { linkSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { extract } from 'tar-stream';
import { createSource } from '../../src/context/source.ts';
import type { SourceOptions, StreamParts } from '../../src/context/stdin.ts';
import type { OpenFile, Workspace } from '../../src/ports.ts';
import { failureOf } from '../support/failure.ts';
import { diskWorkspace, Tree, treeSeconds, type TreeEntry } from '../support/tree.ts';
import { until } from '../support/until.ts';

const trees: Tree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

function home(entries: Readonly<Record<string, TreeEntry>>): { tree: Tree; workspace: Workspace } {
  const tree = new Tree({ w: { directory: true }, ...entries });
  trees.push(tree);
  return { tree, workspace: diskWorkspace(tree.at('w')) };
}

const inContext: SourceOptions = {
  source: { kind: 'context', path: '.' },
  file: undefined,
  layout: 'image',
  compressionLevel: 1,
  sourceDateEpoch: undefined,
};

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** One line for each entry: type, mode, owner, time, size, name, and a link's target. */
async function linesOf(archive: Buffer): Promise<readonly string[]> {
  const reader = extract();
  Readable.from([archive], { objectMode: false }).pipe(reader);
  const lines: string[] = [];
  for await (const entry of reader) {
    const { type, mode, uid, gid, mtime, size, name, linkname } = entry.header;
    const seconds = mtime.getTime() / 1_000;
    const target = type === 'symlink' || type === 'link' ? ` -> ${linkname}` : '';
    lines.push(`${type} ${mode.toString(8)} ${uid}:${gid} ${seconds} ${size} ${name}${target}`);
    entry.resume();
  }
  return lines;
}

async function contentOf(archive: Buffer, name: string): Promise<string | undefined> {
  const reader = extract();
  Readable.from([archive], { objectMode: false }).pipe(reader);
  let found: string | undefined;
  for await (const entry of reader) {
    const content = await bytesOf(Readable.from(entry));
    if (entry.header.name === name) found = content.toString();
  }
  return found;
}

async function pack(
  entries: Readonly<Record<string, TreeEntry>>,
  options: Partial<SourceOptions> = {},
  auth: StreamParts = {},
): Promise<Buffer> {
  const source = await createSource({ ...inContext, ...options }, home(entries).workspace);
  return gunzipSync(await bytesOf(source.open(auth).stream));
}

const t = treeSeconds;

describe('the image layout', () => {
  test('has the context in ctx/, then meta/, and the Dockerfile last', async () => {
    const archive = await pack({
      'w/.dockerignore': 'ignored\n',
      'w/Dockerfile': 'FROM a\n',
      'w/dir/run.sh': { content: 'x', mode: 0o755 },
      'w/empty': { directory: true, mode: 0o555 },
      'w/ignored/x': 'x',
      'w/link': { link: 'dir/run.sh' },
      'w/secret': { content: 'xyz', mode: 0 },
    });
    const lines = await linesOf(archive);
    const link = lines.find((line) => line.startsWith('symlink'));
    expect(link).toMatch(/^symlink 777 0:0 \d+ 0 ctx\/link -> dir\/run\.sh$/);
    expect(lines.filter((line) => line !== link)).toEqual([
      `directory 755 0:0 ${t} 0 ctx/`,
      `file 644 0:0 ${t} 8 ctx/.dockerignore`,
      `file 644 0:0 ${t} 7 ctx/Dockerfile`,
      `directory 755 0:0 ${t} 0 ctx/dir/`,
      `file 755 0:0 ${t} 1 ctx/dir/run.sh`,
      `directory 555 0:0 ${t} 0 ctx/empty/`,
      `file 0 0:0 ${t} 3 ctx/secret`,
      `directory 755 0:0 ${t} 0 meta/`,
      `file 644 0:0 ${t} 0 meta/Dockerfile.dockerignore`,
      `file 644 0:0 ${t} 7 meta/Dockerfile`,
    ]);
  });

  test('has auth/ only for what there is, with the configuration for its owner alone', async () => {
    const entries = { 'w/Dockerfile': 'FROM a\n' };
    const tail = async (auth: StreamParts): Promise<readonly string[]> =>
      (await linesOf(await pack(entries, {}, auth))).slice(2, -3);
    const config = Buffer.from('{}');
    const ca = Buffer.from('PEM');
    expect(await tail({})).toEqual([]);
    expect(await tail({ config })).toEqual([
      `directory 700 0:0 ${t} 0 auth/`,
      `file 600 0:0 ${t} 2 auth/config.json`,
    ]);
    expect(await tail({ ca })).toEqual([
      `directory 700 0:0 ${t} 0 auth/`,
      `file 644 0:0 ${t} 3 auth/ca.crt`,
    ]);
    expect(await tail({ config, ca })).toEqual([
      `directory 700 0:0 ${t} 0 auth/`,
      `file 600 0:0 ${t} 2 auth/config.json`,
      `file 644 0:0 ${t} 3 auth/ca.crt`,
    ]);
  });

  test.each([
    {
      name: 'that the ignore file excludes',
      entries: { 'w/.dockerignore': '*', 'w/Dockerfile': 'FROM kept\n' },
    },
    { name: 'that is elsewhere', entries: { 'o/My': 'FROM kept\n', 'w/x': 'x' }, file: '../o/My' },
    { name: 'that is in lower case', entries: { 'w/dockerfile': 'FROM kept\n' } },
  ])('has the Dockerfile $name in meta/', async ({ entries, file }) => {
    const archive = await pack(entries, { file });
    expect(await contentOf(archive, 'meta/Dockerfile')).toBe('FROM kept\n');
    expect((await linesOf(archive)).filter((line) => line.endsWith('ctx/Dockerfile'))).toEqual([]);
  });

  test('removes the credentials of git, also in submodules', async () => {
    const config = '[http "https://h/"]\n\textraheader = secret\n[core]\n\tbare = false\n';
    const archive = await pack({
      'w/Dockerfile': 'FROM a\n',
      'w/.git/config': config,
      'w/.git/modules/a/b/config': config,
      'w/.git/worktrees/x/config.worktree': config,
      'w/sub/.git/config': config,
      'w/config': config,
      'w/.github/config': config,
    });
    const cleaned = '[http "https://h/"]\n[core]\n\tbare = false\n';
    for (const name of [
      '.git/config',
      '.git/modules/a/b/config',
      '.git/worktrees/x/config.worktree',
      'sub/.git/config',
    ]) {
      expect([name, await contentOf(archive, `ctx/${name}`)]).toEqual([name, cleaned]);
    }
    for (const name of ['config', '.github/config']) {
      expect([name, await contentOf(archive, `ctx/${name}`)]).toEqual([name, config]);
    }
  });

  test.each([
    {
      name: 'the file',
      entries: { 'w/.git/config': { link: '../elsewhere' } },
      at: 'elsewhere',
    },
    {
      name: 'the directory',
      entries: { 'w/.git': { link: 'store/git' } },
      at: 'store/git/config',
    },
    {
      name: 'the file, over another link',
      entries: { 'w/.git/config': { link: 'next' }, 'w/.git/next': { link: '../a/b' } },
      at: 'a/b',
    },
    {
      name: 'the file, outside of the context',
      entries: { 'w/.git/config': { link: '../../elsewhere' } },
      at: undefined,
    },
  ])('removes them if they are reached only through a link: $name', async ({ entries, at }) => {
    const config = '[http "https://h/"]\n\textraheader = secret\n';
    const archive = await pack({
      'w/Dockerfile': 'FROM a\n',
      'w/other': config,
      elsewhere: config,
      ...(at !== undefined && { [`w/${at}`]: config }),
      ...entries,
    });
    expect(await contentOf(archive, 'ctx/other')).toBe(config);
    if (at !== undefined) {
      expect(await contentOf(archive, `ctx/${at}`)).toBe('[http "https://h/"]\n');
    }
  });

  test('has hard links inside of ctx/', async () => {
    const { tree, workspace } = home({ 'w/Dockerfile': 'FROM a\n', 'w/a/b': 'x' });
    linkSync(tree.at('w/a/b'), tree.at('w/c'));
    const source = await createSource(inContext, workspace);
    const lines = await linesOf(gunzipSync(await bytesOf(source.open({}).stream)));
    expect(lines).toContain(`link 644 0:0 ${t} 0 ctx/c -> ctx/a/b`);
  });
});

test('edits change the Dockerfile for the builder, not that of the context', async () => {
  const { tree, workspace } = home({ 'w/Dockerfile': 'FROM a\nLABEL b=1\n' });
  const edits = [{ first: 2, last: undefined, text: 'LABEL c=2' }];
  const source = await createSource(inContext, workspace);
  const sent = gunzipSync(await bytesOf(source.open({ edits }).stream));
  expect(await contentOf(sent, 'meta/Dockerfile')).toBe('FROM a\nLABEL c=2');
  expect(await contentOf(sent, 'ctx/Dockerfile')).toBe('FROM a\nLABEL b=1\n');

  writeFileSync(
    tree.at('w/x.tar'),
    await bytesOf(
      (await createSource({ ...inContext, layout: 'plain' }, workspace)).open({}).stream,
    ),
  );
  const archived = await createSource(
    { ...inContext, source: { kind: 'context', path: 'x.tar' } },
    workspace,
  );
  const again = gunzipSync(await bytesOf(archived.open({ edits }).stream));
  expect(await contentOf(again, 'meta/Dockerfile')).toBe('FROM a\nLABEL c=2');
  expect(await contentOf(again, 'ctx/Dockerfile')).toBe('FROM a\nLABEL b=1\n');
});

describe('the plain layout', () => {
  test('contains only the tree, at the root of the archive', async () => {
    const archive = await pack(
      {
        'w/.dockerignore': '*.log\n',
        'w/Dockerfile.dockerignore': '*\n',
        'w/dir/x': 'x',
        'w/x.log': 'x',
        'w/y': { directory: true, mode: 0o555 },
        'w/z': { content: 'z', mode: 0 },
      },
      { layout: 'plain' },
      { config: Buffer.from('{}'), ca: Buffer.from('PEM') },
    );
    expect(await linesOf(archive)).toEqual([
      `directory 755 0:0 ${t} 0 ./`,
      `file 644 0:0 ${t} 6 ./.dockerignore`,
      `file 644 0:0 ${t} 2 ./Dockerfile.dockerignore`,
      `directory 755 0:0 ${t} 0 ./dir/`,
      `file 644 0:0 ${t} 1 ./dir/x`,
      // Its owner can unpack it, whoever that is.
      `directory 755 0:0 ${t} 0 ./y/`,
      `file 400 0:0 ${t} 1 ./z`,
    ]);
  });

  test('needs no file, and reports it', async () => {
    const source = await createSource({ ...inContext, layout: 'plain' }, home({}).workspace);
    expect(source.warnings).toEqual(['nothing of the context . is sent']);
    expect(source.dockerfile).toBe('');
    expect(await linesOf(gunzipSync(await bytesOf(source.open({}).stream)))).toHaveLength(1);
  });
});

describe('properties that are known before packing', () => {
  test('names, texts and totals', async () => {
    const { workspace } = home({
      'w/.dockerignore': 'a\nb\n',
      'w/Dockerfile': 'FROM a\n',
      'w/a/x': 'x',
      'w/b': 'x',
      'w/c': 'xyz',
      'w/.wh.x': '',
    });
    const source = await createSource(inContext, workspace);
    expect(source).toMatchObject({
      description: 'directory "." (2 excluded by .dockerignore)',
      dockerfile: 'FROM a\n',
      warnings: [expect.stringMatching(/^\.wh\.x: named like the whiteout files/)],
    });
    const { stream, progress } = source.open({});
    expect(progress).toEqual({ files: 0, bytes: 0, totalFiles: 4, totalBytes: 14 });
    await bytesOf(stream);
    expect(progress).toEqual({ files: 4, bytes: 14, totalFiles: 4, totalBytes: 14 });
  });

  test('links are not counted as files', async () => {
    const { tree, workspace } = home({
      'w/Dockerfile': 'FROM a\n',
      'w/a': 'xyz',
      'w/to-a': { link: 'a' },
    });
    linkSync(tree.at('w/a'), tree.at('w/b'));
    const { stream, progress } = (await createSource(inContext, workspace)).open({});
    const totals = { totalFiles: 2, totalBytes: 10 };
    expect(progress).toEqual({ files: 0, bytes: 0, ...totals });
    await bytesOf(stream);
    expect(progress).toEqual({ files: 2, bytes: 10, ...totals });
  });

  test('a missing ignore file', async () => {
    const source = await createSource(inContext, home({ 'w/Dockerfile': 'FROM a\n' }).workspace);
    expect(source.description).toBe('directory "." (no .dockerignore)');
    expect(source.warnings).toEqual([]);
  });

  test('that everything is excluded', async () => {
    const { workspace } = home({ 'w/Dockerfile': 'FROM a\n', 'w/.dockerignore': '**' });
    expect((await createSource(inContext, workspace)).warnings).toEqual([
      'nothing of the context . is sent',
    ]);
  });
});

describe('a context that is wrong', () => {
  test.each([
    {
      name: 'is missing',
      entries: {},
      path: 'nothing',
      message: 'the context nothing does not exist',
      hint: "Correct the input 'context', relative to the working directory, and check out the repository in a step before this one.",
    },
    ...[
      'https://x:secret@github.com/a/b.git#main',
      'git@github.com:a/b.git',
      'git://example.com/a',
    ].map((path) => ({
      name: `is ${path}`,
      entries: {},
      path,
      message: 'the context is a URL, but Git URLs are not supported',
      hint: "Check out the repository in a step before this one, and set 'context' to its directory.",
    })),
    {
      name: 'is a file, but not an archive',
      entries: { 'w/a.zip': 'x' },
      path: 'a.zip',
      message: 'the context a.zip is a file, but not an archive',
      hint: "Set 'context' to a directory, or to a file with the ending .tar, .tar.gz or .tgz.",
    },
    {
      name: 'is empty',
      entries: {},
      path: '.',
      message: 'the context . is empty',
      hint: 'Check out the repository in a step before this one.',
    },
  ])('$name', async ({ entries, path, message, hint }) => {
    const options: SourceOptions = { ...inContext, source: { kind: 'context', path } };
    expect(await failureOf(() => createSource(options, home(entries).workspace))).toEqual({
      kind: 'context',
      message,
      hint,
    });
  });

  test.each(['image', 'plain'] as const)('is a link to the outside: %s', async (layout) => {
    const { tree, workspace } = home({ 'o/Dockerfile': 'FROM a', 'w/c': { link: '../o' } });
    const options: SourceOptions = { ...inContext, layout, source: { kind: 'context', path: 'c' } };
    expect(await failureOf(() => createSource(options, workspace))).toMatchObject({
      kind: 'context',
      message: `c is a link to ${tree.at('o')}, outside of the workspace`,
    });
  });
});

test('a context that is a link inside is that directory', async () => {
  const archive = await pack(
    { 'w/real/Dockerfile': 'FROM a\n', 'w/c': { link: 'real' } },
    { source: { kind: 'context', path: 'c' } },
  );
  expect(await linesOf(archive)).toContain(`file 644 0:0 ${t} 7 ctx/Dockerfile`);
});

describe('SOURCE_DATE_EPOCH', () => {
  const entries = { 'w/Dockerfile': 'FROM a\n', 'w/x': 'x', 'w/link': { link: 'x' } };

  async function timesWith(sourceDateEpoch: string | undefined): Promise<readonly string[]> {
    const lines = await linesOf(await pack(entries, { sourceDateEpoch }));
    return [
      ...new Set(
        lines.filter((line) => !line.startsWith('symlink')).map((line) => line.split(' ')[3] ?? ''),
      ),
    ];
  }

  test.each([
    { name: 'is not set', value: undefined, expected: `${t}` },
    { name: 'is empty', value: '', expected: `${t}` },
    { name: 'is later than everything', value: '99999999999', expected: `${t}` },
    { name: 'is earlier', value: '1000000000', expected: '1000000000' },
    { name: 'is 0', value: '0', expected: '0' },
  ])('$name', async ({ value, expected }) => {
    expect(await timesWith(value)).toEqual([expected]);
  });

  test('is the latest time of links, too', async () => {
    const lines = await linesOf(await pack(entries, { sourceDateEpoch: '5' }));
    expect(lines).toContain('symlink 777 0:0 5 0 ctx/link -> x');
  });

  test.each(['x', '-1', '1.5', ' 1', '1e3', '0x1', '999999999999'])(
    'is not a Unix timestamp: %j',
    async (value) => {
      expect(await failureOf(() => pack(entries, { sourceDateEpoch: value }))).toEqual({
        kind: 'input',
        message: `the environment variable SOURCE_DATE_EPOCH is ${JSON.stringify(value)}, which is not a Unix timestamp`,
        hint: 'Set it to whole seconds since 1970, for example with `git log -1 --format=%ct`.',
      });
    },
  );
});

test('times before 1970 become its beginning, and fractions are cut', async () => {
  const { tree, workspace } = home({ 'w/Dockerfile': 'FROM a\n', 'w/x': 'x', 'w/y': 'y' });
  const stat: Workspace['stat'] = (path) => {
    const found = workspace.stat(path);
    if (found === undefined) return undefined;
    if (path === tree.at('w/x')) return { ...found, mtimeMs: -5_000.5 };
    return path === tree.at('w/y') ? { ...found, mtimeMs: 1_999.9 } : found;
  };
  const source = await createSource(inContext, { ...workspace, stat });
  const lines = await linesOf(gunzipSync(await bytesOf(source.open({}).stream)));
  expect(lines).toContain('file 644 0:0 0 1 ctx/x');
  expect(lines).toContain('file 644 0:0 1 1 ctx/y');
});

describe('the same tree gives the same bytes', () => {
  const entries = {
    'w/Dockerfile': 'FROM a\n',
    'w/a/b': 'x'.repeat(3_000_000),
    'w/c/d': 'y',
    'w/z': { content: 'z', mode: 0o755 },
  };

  function digest(bytes: Buffer): string {
    return createHash('sha256').update(bytes).digest('hex');
  }

  test('in two streams of one source, and from another copy', async () => {
    const first = await createSource(inContext, home(entries).workspace);
    const second = await createSource(inContext, home(entries).workspace);
    const digests = [
      digest(await bytesOf(first.open({}).stream)),
      digest(await bytesOf(first.open({}).stream)),
      digest(await bytesOf(second.open({}).stream)),
    ];
    expect(new Set(digests).size).toBe(1);
  });

  test('at any level, after decompression', async () => {
    const archives = [0, 1, 6, 9].map((compressionLevel) => pack(entries, { compressionLevel }));
    const digests = (await Promise.all(archives)).map(digest);
    expect(new Set(digests).size).toBe(1);
  });
});

/** Counts the files that are open. */
function counted(workspace: Workspace): { readonly workspace: Workspace; open: () => number } {
  let openFiles = 0;
  return {
    open: () => openFiles,
    workspace: {
      ...workspace,
      open(path) {
        const file: OpenFile = workspace.open(path);
        openFiles += 1;
        return {
          ...file,
          close() {
            openFiles -= 1;
            file.close();
          },
        };
      },
    },
  };
}

function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', resolve);
  });
}

describe('a stream', () => {
  const large = { 'w/Dockerfile': 'FROM a\n', 'w/large': Buffer.alloc(20_000_000, 'x') };

  test('that is destroyed closes its files', async () => {
    const files = counted(home(large).workspace);
    const source = await createSource(inContext, files.workspace);
    const { stream } = source.open({});
    const isClosed = closed(stream);
    await new Promise((resolve) => stream.once('readable', resolve));
    while (files.open() === 0) {
      stream.read();
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.destroy();
    await isClosed;
    await until(() => files.open() <= 0);
    expect(files.open()).toBe(0);
  });

  test('whose reader stops closes its files', async () => {
    const files = counted(home(large).workspace);
    const { stream } = (await createSource(inContext, files.workspace)).open({});
    const isClosed = closed(stream);
    for await (const chunk of stream) {
      expect(Buffer.isBuffer(chunk)).toBe(true);
      break;
    }
    await isClosed;
    await until(() => files.open() <= 0);
    expect(files.open()).toBe(0);
  });

  test('packs nothing until it is read', async () => {
    const { workspace } = home(large);
    const source = await createSource(inContext, {
      ...workspace,
      open: (path) => {
        if (path.endsWith('/Dockerfile')) return workspace.open(path);
        throw new Error('was not requested');
      },
    });
    const { stream, progress } = source.open({});
    stream.destroy();
    expect(progress.files).toBe(0);
  });

  test('ends with the error of a file that changed', async () => {
    const { tree, workspace } = home({ 'w/Dockerfile': 'FROM a\n', 'w/x': 'x' });
    const source = await createSource(inContext, workspace);
    tree.add({ new: 'x' });
    writeFileSync(tree.at('w/y'), 'y');
    const { stream } = source.open({});
    // A file that was added later is not sent; a file that was removed is an error.
    const lines = await linesOf(gunzipSync(await bytesOf(stream)));
    expect(lines.some((line) => line.endsWith('ctx/y'))).toBe(false);
    const again = await createSource(inContext, {
      ...workspace,
      open: (path) => {
        if (path.endsWith('/Dockerfile')) return workspace.open(path);
        throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      },
    });
    expect(await failureOf(() => bytesOf(again.open({}).stream))).toMatchObject({
      kind: 'context',
      message: `${tree.at('w/x')} was removed while the context was packed`,
    });
  });
});

describe("the input 'stdin'", () => {
  test.each(['', 'text \u00e9\n'])('is sent as it is: %j', async (text) => {
    const source = await createSource(
      { ...inContext, source: { kind: 'text', text } },
      home({}).workspace,
    );
    expect((await bytesOf(source.open({}).stream)).toString()).toBe(text);
    expect((await bytesOf(source.open({}).stream)).toString()).toBe(text);
    expect(source.description).toBe(`text of the input 'stdin' (${Buffer.byteLength(text)} bytes)`);
  });
});

describe("the input 'stdin-file'", () => {
  function rawOptions(path: string): SourceOptions {
    return { ...inContext, source: { kind: 'file', path } };
  }

  test.each([0, 1, 262_144, 700_000])('is sent byte for byte: %d bytes', async (bytes) => {
    const content = Buffer.alloc(bytes, 'abc');
    const source = await createSource(rawOptions('f'), home({ 'w/f': content }).workspace);
    expect(source.description).toBe(`file "f" (${bytes} bytes, unchanged)`);
    const { stream, progress } = source.open({});
    expect((await bytesOf(stream)).equals(content)).toBe(true);
    expect(progress).toEqual({
      files: bytes === 0 ? 0 : 1,
      bytes,
      totalBytes: bytes,
      totalFiles: 1,
    });
  });

  test.each([
    { name: 'is missing', path: 'nothing', message: 'the file nothing does not exist' },
    {
      name: 'is a directory',
      path: 'd',
      message: "d is a directory, but 'stdin-file' must be a file",
    },
  ])('$name', async ({ path, message }) => {
    const { workspace } = home({ 'w/d/x': 'x' });
    expect(await failureOf(() => createSource(rawOptions(path), workspace))).toEqual({
      kind: 'context',
      message,
      hint: "Correct the input 'stdin-file'; its path is relative to the working directory.",
    });
  });

  test('may not be a link to the outside', async () => {
    const { workspace } = home({ secret: 'x', 'w/f': { link: '../secret' } });
    expect(await failureOf(() => createSource(rawOptions('f'), workspace))).toMatchObject({
      kind: 'context',
      message: expect.stringContaining('outside of the workspace') as unknown,
    });
  });

  test('may be any file that is named as such', async () => {
    const source = await createSource(rawOptions('../f'), home({ f: 'x' }).workspace);
    expect((await bytesOf(source.open({}).stream)).toString()).toBe('x');
  });
});

test.each(['a.tar', 'a.tar.gz', 'A.TGZ'])(
  'an archive goes to the plain layout byte for byte: %s',
  async (path) => {
    const { workspace } = home({ [`w/${path}`]: 'not even an archive' });
    const source = await createSource(
      { ...inContext, layout: 'plain', source: { kind: 'context', path } },
      workspace,
    );
    expect((await bytesOf(source.open({}).stream)).toString()).toBe('not even an archive');
  },
);
