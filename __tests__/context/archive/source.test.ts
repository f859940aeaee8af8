import { spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { extract, pack, type Header } from 'tar-stream';
import { createSource } from '../../../src/context/source.ts';
import type { SourceOptions, StdinSource } from '../../../src/context/stdin.ts';
import type { Presence } from '../../../src/dockerfile/check/findings.ts';
import type { Workspace } from '../../../src/ports.ts';
import { failureOf } from '../../support/failure.ts';
import { diskWorkspace, Tree } from '../../support/tree.ts';
import { until } from '../../support/until.ts';

const trees: Tree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const seconds = 1_700_000_000;

type HeaderOf = Partial<Header> & Pick<Header, 'name'>;

/** An entry of an archive; with a text it is a file. */
type ArchiveEntry = readonly [header: string | HeaderOf, text?: string | Buffer];

async function archiveOf(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const writer = pack();
  for (const [header, text = ''] of entries) {
    const plain = typeof header === 'string' ? { name: header } : header;
    writer.entry({ mtime: new Date(seconds * 1_000), mode: 0o644, ...plain }, Buffer.from(text));
  }
  writer.finalize();
  return bytesOf(Readable.from(writer));
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Found {
  readonly name: string;
  readonly type: string;
  readonly link: string | null;
  readonly text: string;
}

async function entriesOf(archive: Buffer): Promise<readonly Found[]> {
  const reader = extract();
  Readable.from([archive], { objectMode: false }).pipe(reader);
  const found: Found[] = [];
  for await (const entry of reader) {
    const { name, type, linkname: link } = entry.header;
    found.push({
      name,
      type,
      link,
      text: (await bytesOf(Readable.from(entry))).toString(),
    });
  }
  return found;
}

function workspaceWith(bytes: Buffer, name = 'a.tar'): { tree: Tree; workspace: Workspace } {
  const tree = new Tree({ [name]: bytes });
  trees.push(tree);
  return { tree, workspace: diskWorkspace(tree.path) };
}

function sourceOf(bytes: Buffer, options: Partial<SourceOptions> = {}): Promise<StdinSource> {
  return createSource(
    {
      source: { kind: 'context', path: 'a.tar' },
      file: undefined,
      layout: 'image',
      compressionLevel: 1,
      sourceDateEpoch: undefined,
      ...options,
    },
    workspaceWith(bytes).workspace,
  );
}

async function repack(
  bytes: Buffer,
  options: Partial<SourceOptions> = {},
): Promise<readonly Found[]> {
  const source = await sourceOf(bytes, options);
  return entriesOf(gunzipSync(await bytesOf(source.open({}).stream)));
}

async function namesAfter(
  entries: readonly ArchiveEntry[],
  options: Partial<SourceOptions> = {},
): Promise<readonly string[]> {
  return (await repack(await archiveOf(entries), options)).map(({ name }) => name);
}

const dockerfile: ArchiveEntry = ['Dockerfile', 'FROM a\n'];
const meta = ['meta/', 'meta/Dockerfile.dockerignore', 'meta/Dockerfile'];

describe('an archive is packed again into the image layout', () => {
  const entries: readonly ArchiveEntry[] = [
    [{ name: './', type: 'directory', mode: 0o700 }],
    [{ name: './dir', type: 'directory', mode: 0o550 }],
    [{ name: './dir/run', mode: 0o4755 }, 'x'],
    [{ name: './link', type: 'symlink', linkname: '../out' }],
    [{ name: './hard', type: 'link', linkname: './dir/run' }],
    ['./Dockerfile', 'FROM a\n'],
  ];

  async function expectLayout(bytes: Buffer): Promise<void> {
    const reader = extract();
    const source = await sourceOf(bytes);
    Readable.from([gunzipSync(await bytesOf(source.open({}).stream))]).pipe(reader);
    const lines: string[] = [];
    for await (const entry of reader) {
      const { type, mode, mtime, size, name, linkname } = entry.header;
      lines.push(
        [
          type,
          mode.toString(8),
          mtime.getTime() / 1_000,
          size,
          name,
          type === 'symlink' || type === 'link' ? linkname : '',
        ]
          .join(' ')
          .trim(),
      );
      entry.resume();
    }
    expect(lines).toEqual([
      'directory 755 0 0 ctx/',
      `directory 550 ${seconds} 0 ctx/dir/`,
      `file 4755 ${seconds} 1 ctx/dir/run`,
      `symlink 777 ${seconds} 0 ctx/link ../out`,
      `link 644 ${seconds} 0 ctx/hard ctx/dir/run`,
      `file 644 ${seconds} 7 ctx/Dockerfile`,
      'directory 755 0 0 meta/',
      'file 644 0 0 meta/Dockerfile.dockerignore',
      'file 644 0 7 meta/Dockerfile',
    ]);
  }

  test('plain', async () => {
    await expectLayout(await archiveOf(entries));
  });

  test('with gzip, also without the ending .gz', async () => {
    await expectLayout(gzipSync(await archiveOf(entries)));
  });

  test('with several gzip members that are cut anywhere', async () => {
    const bytes = await archiveOf(entries);
    await expectLayout(
      Buffer.concat(
        [0, 100, 512, 700, 2_000].map((from, index, cuts) =>
          gzipSync(bytes.subarray(from, cuts[index + 1])),
        ),
      ),
    );
  });

  test('without the zero blocks at its end', async () => {
    await expectLayout((await archiveOf(entries)).subarray(0, -1_024));
  });

  test('each time that it is opened', async () => {
    const source = await sourceOf(await archiveOf(entries));
    const first = await bytesOf(source.open({}).stream);
    expect((await bytesOf(source.open({}).stream)).equals(first)).toBe(true);
  });
});

test('credentials are sent in auth/, before the Dockerfile', async () => {
  const source = await sourceOf(await archiveOf([dockerfile]));
  const archive = gunzipSync(
    await bytesOf(source.open({ config: Buffer.from('{}'), ca: Buffer.from('PEM') }).stream),
  );
  expect((await entriesOf(archive)).map(({ name }) => name)).toEqual([
    'ctx/',
    'ctx/Dockerfile',
    'auth/',
    'auth/config.json',
    'auth/ca.crt',
    ...meta,
  ]);
});

test('returns description, Dockerfile, warnings and totals before the stream is read', async () => {
  const source = await sourceOf(
    await archiveOf([
      ['.dockerignore', '*.log\n'],
      ['x.log', 'xxxxx'],
      ['y', 'yy'],
      dockerfile,
      [{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }],
    ]),
  );
  expect(source).toMatchObject({
    description: 'archive "a.tar" (5 entries, 1 excluded by .dockerignore)',
    dockerfile: 'FROM a\n',
    warnings: ['null: sockets, FIFOs or devices, which are not sent'],
  });
  const { stream, progress } = source.open({});
  expect(progress).toEqual({ files: 0, bytes: 0, totalFiles: 3, totalBytes: 15 });
  await bytesOf(stream);
  expect(progress).toEqual({ files: 3, bytes: 15, totalFiles: 3, totalBytes: 15 });
});

describe('the Dockerfile', () => {
  test.each<{ name: string; entries: readonly ArchiveEntry[]; file?: string; expected: string }>([
    { name: 'first', entries: [dockerfile, ['x', 'x']], expected: 'FROM a\n' },
    { name: 'last', entries: [['x', 'x'], dockerfile], expected: 'FROM a\n' },
    { name: 'in lower case', entries: [['dockerfile', 'FROM l']], expected: 'FROM l' },
    {
      name: 'in both cases',
      entries: [['dockerfile', 'FROM l'], dockerfile],
      expected: 'FROM a\n',
    },
    {
      name: 'by the input',
      entries: [dockerfile, ['d/My', 'FROM m']],
      file: 'd/My',
      expected: 'FROM m',
    },
    {
      name: 'by the input with dots',
      entries: [dockerfile, ['./d/My', 'FROM m']],
      file: './d/../d/My',
      expected: 'FROM m',
    },
    {
      name: 'by the input with a leading slash',
      entries: [dockerfile, ['/d/My', 'FROM m']],
      file: '/d/My',
      expected: 'FROM m',
    },
    {
      name: 'that occurs twice: the last one',
      entries: [
        ['Dockerfile', 'FROM old'],
        ['./Dockerfile', 'FROM new'],
      ],
      expected: 'FROM new',
    },
    { name: 'that is empty', entries: [['Dockerfile', '']], expected: '' },
    {
      name: 'that is excluded',
      entries: [['.dockerignore', '*'], dockerfile],
      expected: 'FROM a\n',
    },
    {
      name: 'that is a link',
      entries: [[{ name: 'Dockerfile', type: 'symlink', linkname: './d/My' }], ['d/My', 'FROM m']],
      expected: 'FROM m',
    },
    {
      name: 'that is a link from a directory',
      entries: [[{ name: 'd/e/My', type: 'symlink', linkname: '../real' }], ['d/real', 'FROM m']],
      file: 'd/e/My',
      expected: 'FROM m',
    },
    {
      name: 'that is a link to a link',
      entries: [
        ['real', 'FROM m'],
        [{ name: 'two', type: 'symlink', linkname: 'real' }],
        [{ name: 'Dockerfile', type: 'symlink', linkname: 'two' }],
      ],
      expected: 'FROM m',
    },
    {
      name: 'that is another name of a file',
      entries: [['real', 'FROM m'], [{ name: 'Dockerfile', type: 'link', linkname: 'real' }]],
      expected: 'FROM m',
    },
  ])('$name', async ({ entries, file, expected }) => {
    const found = await repack(await archiveOf(entries), { file });
    expect(found.at(-1)).toMatchObject({ name: 'meta/Dockerfile', text: expected });
  });

  test.each<{ name: string; entries: readonly ArchiveEntry[]; file?: string; missing: string }>([
    { name: 'is missing', entries: [['x', 'x']], missing: 'Dockerfile' },
    { name: 'is elsewhere', entries: [['d/Dockerfile', 'x']], missing: 'Dockerfile' },
    { name: 'is not at the path of the input', entries: [dockerfile], file: 'My', missing: 'My' },
    {
      name: 'cannot be outside',
      entries: [dockerfile],
      file: '../Dockerfile',
      missing: '../Dockerfile',
    },
    {
      name: 'is a directory',
      entries: [[{ name: 'Dockerfile', type: 'directory' }]],
      missing: 'Dockerfile',
    },
    {
      name: 'is replaced by a directory later',
      entries: [dockerfile, [{ name: 'Dockerfile', type: 'directory' }]],
      missing: 'Dockerfile',
    },
  ])('$name', async ({ entries, file, missing }) => {
    const bytes = await archiveOf(entries);
    expect(await failureOf(() => sourceOf(bytes, { file }))).toEqual({
      kind: 'context',
      message: `a.tar has no file ${missing}`,
      hint: "Set the input 'file' to the path of the Dockerfile in the archive.",
    });
  });
});

describe('a Dockerfile or an ignore file that is a link', () => {
  test.each(['Dockerfile', '.dockerignore', 'Dockerfile.dockerignore'])(
    'may not lead out: %s',
    async (name) => {
      for (const linkname of ['/etc/passwd', '../x', 'nothing', name]) {
        const bytes = await archiveOf([dockerfile, [{ name, type: 'symlink', linkname }]]);
        expect(await failureOf(() => sourceOf(bytes))).toEqual({
          kind: 'context',
          message: `${name} in a.tar is a link to ${linkname}, which is not a file of the archive`,
          hint: 'Replace the link with the file itself.',
        });
      }
    },
  );
});

describe('the ignore file', () => {
  const files: readonly ArchiveEntry[] = [['a', 'a'], ['b', 'b'], ['d/a', 'a'], dockerfile];

  test.each<{
    name: string;
    entries: readonly ArchiveEntry[];
    file?: string;
    kept: readonly string[];
  }>([
    { name: 'none', entries: files, kept: ['a', 'b', 'd/a', 'Dockerfile'] },
    {
      name: 'first',
      entries: [['.dockerignore', 'a'], ...files],
      kept: ['.dockerignore', 'b', 'd/a', 'Dockerfile'],
    },
    {
      name: 'last',
      entries: [...files, ['.dockerignore', 'a']],
      kept: ['b', 'd/a', 'Dockerfile', '.dockerignore'],
    },
    {
      name: 'twice: the last one',
      entries: [['.dockerignore', '**'], ...files, ['.dockerignore', 'b']],
      kept: ['.dockerignore', 'a', 'd/a', 'Dockerfile', '.dockerignore'],
    },
    {
      name: 'of the Dockerfile',
      entries: [['.dockerignore', '**'], ['Dockerfile.dockerignore', 'd\n*ignore'], ...files],
      kept: ['a', 'b', 'Dockerfile'],
    },
    {
      name: 'of another Dockerfile',
      entries: [
        ['Dockerfile.dockerignore', '**'],
        ['My.dockerignore', '**\n!a'],
        ['My', 'FROM m'],
        ...files,
      ],
      file: 'My',
      kept: ['a'],
    },
    {
      name: 'with an exception in a directory that has no entry',
      entries: [['.dockerignore', '*\n!d/a'], ...files],
      kept: ['d/a'],
    },
    {
      name: 'with an exception in a directory that has one',
      entries: [
        ['.dockerignore', '*\n!d/a'],
        [{ name: 'd', type: 'directory' }],
        [{ name: 'e', type: 'directory' }],
        ...files,
      ],
      kept: ['d/', 'd/a'],
    },
    {
      name: 'with absolute names',
      entries: [['/.dockerignore', 'a'], ['/a', 'a'], ['//b', 'b'], dockerfile],
      kept: ['.dockerignore', 'b', 'Dockerfile'],
    },
    {
      name: 'below a link',
      entries: [
        [{ name: '.dockerignore', type: 'symlink', linkname: 'd/ignore' }],
        ['d/ignore', 'a\nd\n.*'],
        ...files,
      ],
      kept: ['b', 'Dockerfile'],
    },
  ])('$name', async ({ entries, file, kept }) => {
    expect(await namesAfter(entries, { file })).toEqual([
      'ctx/',
      ...kept.map((name) => `ctx/${name}`),
      ...meta,
    ]);
  });

  test('that is malformed is named', async () => {
    const bytes = await archiveOf([dockerfile, ['.dockerignore', '\n[a']]);
    expect(await failureOf(() => sourceOf(bytes))).toMatchObject({
      kind: 'context',
      message: '.dockerignore, line 2: the pattern "[a" is malformed: missing closing ]',
    });
  });

  test('that is too large is refused, not skipped', async () => {
    const bytes = await archiveOf([dockerfile, ['.dockerignore', 'a\n'.repeat(2_100_000)]]);
    expect(await failureOf(() => sourceOf(bytes))).toMatchObject({
      kind: 'context',
      message: '.dockerignore in a.tar is larger than 4 MiB',
    });
  });
});

describe('names', () => {
  test.each(['../x', 'a/../../x', '/../../x', '..'])(
    'that lead out are refused: %s',
    async (name) => {
      // At the archive's root `..` is the root itself.
      const bytes = await archiveOf([dockerfile, [name, 'x']]);
      const failure = await failureOf(() => sourceOf(bytes));
      expect(failure).toMatchObject({
        kind: 'context',
        message: expect.stringContaining('a.tar has an entry outside of itself: ') as unknown,
        hint: 'Make the archive from inside its directory: tar -czf context.tar.gz -C directory .',
      });
    },
  );

  test('are cleaned and put below ctx/', async () => {
    expect(
      await namesAfter([
        ['/etc/x', 'x'],
        ['./a//b/./c', 'x'],
        ['a/../z', 'x'],
        ['...', 'x'],
        ['..a', 'x'],
        dockerfile,
      ]),
    ).toEqual([
      'ctx/',
      'ctx/etc/x',
      'ctx/a/b/c',
      'ctx/z',
      'ctx/...',
      'ctx/..a',
      'ctx/Dockerfile',
      ...meta,
    ]);
  });

  test('may be long and not ASCII', async () => {
    const long = `${'d'.repeat(120)}/${'\u65e5'.repeat(80)}`;
    const found = await repack(
      await archiveOf([
        [long, 'x'],
        [{ name: 's', type: 'symlink', linkname: long }],
        [{ name: 'h', type: 'link', linkname: long }],
        dockerfile,
      ]),
    );
    expect(found.slice(1, 4)).toEqual([
      { name: `ctx/${long}`, type: 'file', link: null, text: 'x' },
      { name: 'ctx/s', type: 'symlink', link: long, text: '' },
      { name: 'ctx/h', type: 'link', link: `ctx/${long}`, text: '' },
    ]);
  });

  test('that are not UTF-8 are refused, unless they are excluded', async () => {
    const bytes = await archiveOf([['cafe', 'x'], dockerfile]);
    bytes[3] = 0xe9;
    // 0xe9 for "e" changes the checksum.
    const sum = parseInt(bytes.toString('latin1', 148, 154), 8) + 0xe9 - 'e'.charCodeAt(0);
    bytes.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
    expect(await failureOf(() => sourceOf(bytes))).toEqual({
      kind: 'context',
      message: 'a.tar has a name that is not UTF-8: caf\uFFFD',
      hint: 'Rename the file, or exclude it with .dockerignore.',
    });
    const ignoring = Buffer.concat([
      bytes.subarray(0, -1_024),
      await archiveOf([['.dockerignore', 'caf*']]),
    ]);
    expect((await repack(ignoring)).map(({ name }) => name)).toEqual([
      'ctx/',
      'ctx/Dockerfile',
      'ctx/.dockerignore',
      ...meta,
    ]);
  });

  test('that occur twice are both sent, in their order', async () => {
    const found = await repack(await archiveOf([['a', 'old'], dockerfile, ['./a', 'new']]));
    expect(found.filter(({ name }) => name === 'ctx/a').map(({ text }) => text)).toEqual([
      'old',
      'new',
    ]);
  });
});

describe('hard links', () => {
  test.each<{ name: string; entries: readonly ArchiveEntry[]; target: string }>([
    {
      name: 'to nothing',
      entries: [[{ name: 'h', type: 'link', linkname: 'gone' }]],
      target: 'gone',
    },
    {
      name: 'to the outside',
      entries: [[{ name: 'h', type: 'link', linkname: '../../etc/passwd' }]],
      target: '../../etc/passwd',
    },
    {
      name: 'to an excluded name',
      entries: [['.dockerignore', 'a'], ['a', 'x'], [{ name: 'h', type: 'link', linkname: 'a' }]],
      target: 'a',
    },
  ])('are refused: $name', async ({ entries, target }) => {
    const bytes = await archiveOf([dockerfile, ...entries]);
    expect(await failureOf(() => sourceOf(bytes))).toEqual({
      kind: 'context',
      message: `h is a hard link to ${target}, which is missing from the archive or excluded by .dockerignore`,
      hint: 'Exclude both names, or neither.',
    });
  });

  test('are excluded with their target', async () => {
    expect(
      await namesAfter([
        ['.dockerignore', 'a\nh'],
        ['a', 'x'],
        [{ name: 'h', type: 'link', linkname: 'a' }],
        dockerfile,
      ]),
    ).toEqual(['ctx/', 'ctx/.dockerignore', 'ctx/Dockerfile', ...meta]);
  });
});

test('warns about whiteout files, unless they are excluded', async () => {
  const source = await sourceOf(
    await archiveOf([
      ['.dockerignore', 'out\n'],
      ['.wh.a', 'x'],
      ['b/.wh..wh..opq', 'x'],
      ['b/.whale', 'x'],
      ['out/.wh.c', 'x'],
      [{ name: 'out/fifo', type: 'fifo' }],
      dockerfile,
    ]),
  );
  expect(source.warnings).toEqual([
    '.wh.a, b/.wh..wh..opq: named like the whiteout files of image layers, which many builders treat as deletions',
  ]);
});

test('omits devices and FIFOs with one warning', async () => {
  const special = ['1', '2', '3', '4', '5'].map((name): ArchiveEntry => [{ name, type: 'fifo' }]);
  const source = await sourceOf(await archiveOf([...special, dockerfile]));
  expect(source.warnings).toEqual([
    '1, 2, 3 and 2 more: sockets, FIFOs or devices, which are not sent',
  ]);
});

test('removes the credentials of git', async () => {
  const config = '[http "https://h/"]\n\textraheader = secret\n[core]\n\tbare = false\n';
  const found = await repack(
    await archiveOf([['.git/config', config], ['config', config], dockerfile]),
  );
  expect(found[1]).toMatchObject({
    name: 'ctx/.git/config',
    text: '[http "https://h/"]\n[core]\n\tbare = false\n',
  });
  expect(found[2]).toMatchObject({ name: 'ctx/config', text: config });
});

test('SOURCE_DATE_EPOCH is the latest time', async () => {
  const source = await sourceOf(await archiveOf([dockerfile]), { sourceDateEpoch: '1000' });
  const reader = extract();
  Readable.from([gunzipSync(await bytesOf(source.open({}).stream))]).pipe(reader);
  const times = new Set<number>();
  for await (const entry of reader) {
    times.add(entry.header.mtime.getTime());
    entry.resume();
  }
  expect([...times]).toEqual([0, 1_000_000]);
});

test.each([0, 1, 511, 512, 513, 300_000, 2_500_000])(
  'a content of %d bytes stays as it is',
  async (bytes) => {
    const text = 'abcdefg'.repeat(Math.ceil(bytes / 7)).slice(0, bytes);
    const found = await repack(gzipSync(await archiveOf([['x', text], dockerfile, ['y', text]])));
    expect(found[1]?.text === text).toBe(true);
    expect(found[3]?.text === text).toBe(true);
  },
);

describe('refuses an incomplete archive', () => {
  async function messageFor(bytes: Buffer): Promise<unknown> {
    const failure = await failureOf(() => sourceOf(bytes));
    if (typeof failure === 'string') return failure;
    return (failure as { kind: string; message: string }).message;
  }

  test('an empty file', async () => {
    expect(await messageFor(Buffer.alloc(0))).toMatch(
      /^the archive a\.tar cannot be read: it is empty$/,
    );
  });

  test.each([
    { name: 'text', bytes: Buffer.from('This is no archive.\n'.repeat(100)) },
    { name: 'a few bytes', bytes: Buffer.from('x') },
    { name: 'the beginning of gzip', bytes: Buffer.from([0x1f, 0x8b]) },
    { name: 'text in gzip', bytes: gzipSync('no archive '.repeat(100)) },
    {
      name: 'gzip with a wrong end',
      bytes: Buffer.concat([gzipSync(Buffer.alloc(2_000)).subarray(0, -8), Buffer.alloc(8, 1)]),
    },
  ])('$name', async ({ bytes }) => {
    expect(await messageFor(bytes)).toMatch(/^the archive a\.tar cannot be read: /);
  });

  test('zeros alone have no Dockerfile', async () => {
    expect(await messageFor(Buffer.alloc(10_240))).toBe('a.tar has no file Dockerfile');
  });

  test('gzip that is cut anywhere', async () => {
    const noise = Array.from({ length: 3_000 }, (_, index) =>
      String((index * 7_919) % 10_007),
    ).join();
    const bytes = gzipSync(
      await archiveOf([
        ['x', noise],
        ['Dockerfile', noise],
        ['z', noise],
      ]),
    );
    for (let cut = 3; cut < bytes.length; cut += 499) {
      expect([cut, await messageFor(bytes.subarray(0, cut))]).toEqual([
        cut,
        expect.stringMatching(/^the archive a\.tar cannot be read: /),
      ]);
    }
  });

  test('a plain one that is cut inside of a member', async () => {
    const bytes = await archiveOf([
      ['x', 'x'.repeat(3_000)],
      ['Dockerfile', 'y'.repeat(3_000)],
    ]);
    for (const cut of [100, 511, 513, 1_000, 3_000, 3_584 + 512 + 10, 3_584 + 512 + 1_024]) {
      expect([cut, await messageFor(bytes.subarray(0, cut))]).toEqual([
        cut,
        expect.stringMatching(/^the archive a\.tar cannot be read: /),
      ]);
    }
  });
});

describe('an archive that changes', () => {
  async function openedAfter(change: (bytes: Buffer) => Promise<Buffer>): Promise<unknown> {
    const bytes = await archiveOf([['x', 'x'.repeat(2_000)], dockerfile, ['y', 'y']]);
    const { tree, workspace } = workspaceWith(bytes);
    const source = await createSource(
      {
        source: { kind: 'context', path: 'a.tar' },
        file: undefined,
        layout: 'image',
        compressionLevel: 1,
        sourceDateEpoch: undefined,
      },
      workspace,
    );
    tree.add({ 'a.tar': await change(bytes) });
    return failureOf(() => bytesOf(source.open({}).stream));
  }

  const changed = {
    kind: 'context',
    message: 'the archive a.tar cannot be read: it changed while it was read',
    hint: 'Make it with tar, uncompressed or with gzip.',
  };

  test.each<{ name: string; entries: readonly ArchiveEntry[] }>([
    { name: 'other names', entries: [['z', 'x'], dockerfile, ['y', 'y']] },
    { name: 'fewer entries', entries: [['x', 'x'], dockerfile] },
    { name: 'more entries', entries: [['x', 'x'], dockerfile, ['y', 'y'], ['z', 'z']] },
  ])('between reading and packing is refused: $name', async ({ entries }) => {
    expect(await openedAfter(() => archiveOf(entries))).toEqual(changed);
  });

  test('to garbage in the middle ends the stream with a BuildError', async () => {
    const failure = await openedAfter((bytes) => Promise.resolve(bytes.subarray(0, 1_200)));
    expect(failure).toMatchObject({
      kind: 'context',
      message: expect.stringMatching(/^the archive a\.tar cannot be read: /) as unknown,
    });
  });

  test('to a cut gzip ends the stream with a BuildError', async () => {
    const failure = await openedAfter((bytes) => Promise.resolve(gzipSync(bytes).subarray(0, 120)));
    expect(failure).toMatchObject({
      kind: 'context',
      message: expect.stringMatching(/^the archive a\.tar cannot be read: /) as unknown,
    });
  });
});

test('a stream that is destroyed closes the archive', async () => {
  const bytes = await archiveOf([['x', Buffer.alloc(20_000_000, 'x')], dockerfile]);
  const { workspace } = workspaceWith(bytes);
  let openFiles = 0;
  const counting: Workspace = {
    ...workspace,
    open(path) {
      const file = workspace.open(path);
      openFiles += 1;
      return {
        ...file,
        close() {
          openFiles -= 1;
          file.close();
        },
      };
    },
  };
  const source = await createSource(
    {
      source: { kind: 'context', path: 'a.tar' },
      file: undefined,
      layout: 'image',
      compressionLevel: 1,
      sourceDateEpoch: undefined,
    },
    counting,
  );
  expect(openFiles).toBe(0);
  const { stream } = source.open({});
  for await (const chunk of stream) {
    expect(Buffer.isBuffer(chunk)).toBe(true);
    break;
  }
  await until(() => openFiles <= 0);
  expect(openFiles).toBe(0);
});

describe('archives of the system tar', () => {
  const version = spawnSync('tar', ['--version']);
  const hasGnuTar = version.status === 0 && version.stdout.toString().includes('GNU tar');
  const long = `${'d'.repeat(150)}/${'f'.repeat(180)}`;

  (hasGnuTar ? test.each : test.skip.each)(['gnu', 'pax', 'ustar', 'v7', 'oldgnu'])(
    'in the format %s',
    async (format) => {
      const isShort = format === 'ustar' || format === 'v7';
      const name = isShort ? 'dir/file' : long;
      const tree = new Tree({ Dockerfile: 'FROM a\n', [name]: 'text', link: { link: name } });
      trees.push(tree);
      const made = spawnSync('tar', [`--format=${format}`, '-cf', '-', '.'], {
        cwd: tree.path,
        maxBuffer: 1 << 24,
      });
      const found = await repack(made.stdout);
      expect(found.find((entry) => entry.name === `ctx/${name}`)?.text).toBe('text');
      expect(found.find((entry) => entry.name === 'ctx/link')?.link).toBe(name);
      expect(found.at(-1)).toMatchObject({ name: 'meta/Dockerfile', text: 'FROM a\n' });
    },
  );
});

test('the global header of git archive is not an entry', async () => {
  const global = await archiveOf([
    ['pax_global_header', '52 comment=0123456789012345678901234567890123456789\n'],
  ]);
  global[156] = 'g'.charCodeAt(0);
  const sum =
    parseInt(global.toString('latin1', 148, 154), 8) + 'g'.charCodeAt(0) - '0'.charCodeAt(0);
  global.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
  const bytes = Buffer.concat([global.subarray(0, 1_024), await archiveOf([dockerfile])]);
  expect((await repack(bytes)).map(({ name }) => name)).toEqual([
    'ctx/',
    'ctx/Dockerfile',
    ...meta,
  ]);
});

test.each(['gnu', 'pax'])('refuses a sparse file: %s', async (form) => {
  const pax = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'x' };
  const bytes = await archiveOf([[form === 'pax' ? { name: 'x', pax } : 'x', 'holes'], dockerfile]);
  if (form === 'gnu') {
    bytes[156] = 'S'.charCodeAt(0);
    const sum =
      parseInt(bytes.toString('latin1', 148, 154), 8) + 'S'.charCodeAt(0) - '0'.charCodeAt(0);
    bytes.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
  }
  expect(await failureOf(() => sourceOf(bytes))).toEqual({
    kind: 'context',
    message: 'a.tar has a sparse file: x',
    hint: 'Make the archive without the option --sparse of tar.',
  });
});

describe('where a path of an archive is', () => {
  const archive = (): Promise<Buffer> =>
    archiveOf([
      ['Dockerfile', 'FROM scratch\n'],
      ['.dockerignore', 'secret.txt\nkept\n!kept/in\n'],
      ['./app/main.js', 'x'],
      [{ name: 'app/second.js', type: 'link', linkname: 'app/main.js' }],
      ['secret.txt', 'x'],
      ['kept/not', 'x'],
      ['kept/in/it', 'x'],
      [{ name: 'link', type: 'symlink', linkname: 'app' }],
    ]);

  test.each<{ path: string; presence: Presence }>([
    { path: 'app', presence: 'sent' },
    { path: 'app/main.js', presence: 'sent' },
    { path: 'app/second.js', presence: 'sent' },
    { path: 'secret.txt', presence: 'ignored' },
    { path: 'kept', presence: 'sent' },
    { path: 'kept/not', presence: 'ignored' },
    { path: 'kept/in/it', presence: 'sent' },
    { path: 'link', presence: 'link' },
    { path: 'link/main.js', presence: 'unknown' },
    { path: 'app/main.js/x', presence: 'missing' },
    { path: 'ap', presence: 'missing' },
  ])('$path: $presence', async ({ path, presence }) => {
    const { lookUp } = await sourceOf(await archive());
    expect(lookUp?.(path)).toBe(presence);
  });

  test.each([
    ['ap', true],
    ['app/', true],
    ['secret', false],
    ['kept/i', true],
    ['kept/n', false],
  ])('%s is the beginning of a path that is sent: %s', async (prefix, expected) => {
    const { hasPrefix } = await sourceOf(await archive());
    expect(hasPrefix?.(prefix)).toBe(expected);
  });
});

describe('the notes on a heavy archive', () => {
  const heavy: readonly ArchiveEntry[] = [
    ['Dockerfile', 'FROM scratch\n'],
    ['web/node_modules/pkg/big.js', Buffer.alloc(51e6)],
    ['src/a.js', 'a'],
  ];
  const ballast =
    'node_modules: 51.0 MB of the 51.0 MB that are sent; exclude them with a .dockerignore';

  test('name its directories and its largest file', async () => {
    const source = await sourceOf(await archiveOf(heavy));
    expect(source.notes).toEqual([
      'heaviest directories: web/node_modules/ 51.0 MB, src/ 1 B',
      'largest file: web/node_modules/pkg/big.js 51.0 MB',
    ]);
    expect(source.warnings).toEqual([ballast]);
  });

  test('do not count excluded files', async () => {
    const source = await sourceOf(await archiveOf(heavy), { excludes: ['**/node_modules'] });
    expect(source).toMatchObject({ notes: [], warnings: [] });
  });
});
