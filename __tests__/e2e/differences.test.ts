import { describe, expect, test } from '@jest/globals';
import { differencesOf } from '../../e2e/images/differences.ts';
import type { File } from '../../e2e/images/files.ts';
import type { ImageConfig } from '../../e2e/registry.ts';

const names = ['A', 'B'] as const;
const platform = { os: 'linux', architecture: 'amd64' };

function file(given: Partial<File> = {}): File {
  return {
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
    target: '',
    content: Buffer.from('x'),
    xattrs: {},
    ...given,
  };
}

type Files = Readonly<Record<string, File>>;

function fileDifferences(one: Files, other: Files, times: readonly string[] = []): unknown {
  const [a, b] = [one, other].map((files) => ({
    config: platform,
    files: new Map(Object.entries(files)),
  }));
  return a !== undefined && b !== undefined ? differencesOf(a, b, { names, times }) : [];
}

function configDifferences(one: object, other: object): readonly string[] {
  const imageOf = (config: ImageConfig): { config: ImageConfig; files: Map<string, File> } => ({
    config: { ...platform, ...config },
    files: new Map(),
  });
  return differencesOf(imageOf({ config: one }), imageOf({ config: other }), { names });
}

const shared = file();

describe('files', () => {
  test.each<{ title: string; one: Files; other: Files; expected: readonly string[] }>([
    { title: 'equal', one: { '/f': file() }, other: { '/f': file() }, expected: [] },
    {
      title: 'in one image only',
      one: { '/f': file({ mode: 0o4755, uid: 1, gid: 2 }) },
      other: { '/l': file({ type: 'symlink', mode: 0o777, target: 'f' }) },
      expected: [
        '/f: only in A (file, mode 4755, owner 1:2)',
        '/l: only in B (symbolic link, mode 0777, owner 0:0)',
      ],
    },
    {
      title: 'with other attributes',
      one: { '/f': file({ mode: 0o600 }), '/l': file({ type: 'symlink', target: 'a' }) },
      other: {
        '/f': file({ uid: 5, xattrs: { a: 'b' } }),
        '/l': file({ type: 'symlink', target: 'b' }),
      },
      expected: [
        '/f: mode 0600 in A, 0644 in B',
        '/f: owner 0:0 in A, 5:0 in B',
        '/f: extended attributes {} in A, {"a":"b"} in B',
        '/l: target a in A, b in B',
      ],
    },
    {
      title: 'with another content',
      one: {
        '/f': file({ content: Buffer.from('one\n') }),
        '/g': file({ content: Buffer.alloc(500) }),
      },
      other: {
        '/f': file({ content: Buffer.from('') }),
        '/g': file({ content: Buffer.alloc(500, 1) }),
      },
      expected: [
        '/f: content "one\\n" in A, "" in B',
        '/g: content of 500 bytes in A, of 500 bytes in B',
      ],
    },
    {
      title: 'of another type, without the rest',
      one: { '/f': file({ mode: 0o600 }) },
      other: { '/f': file({ type: 'directory', content: Buffer.alloc(0) }) },
      expected: ['/f: type file in A, directory in B'],
    },
    {
      title: 'with other hard links',
      one: { '/a': shared, '/b': shared },
      other: { '/a': file(), '/b': file() },
      expected: ['/a: hard links ["/b"] in A, [] in B', '/b: hard links ["/a"] in A, [] in B'],
    },
    {
      title: 'with a hard link that the other image does not have at all',
      one: { '/a': shared, '/b': shared },
      other: { '/a': file() },
      expected: ['/b: only in A (file, mode 0644, owner 0:0)'],
    },
  ])('$title', ({ one, other, expected }) => {
    expect(fileDifferences(one, other)).toEqual(expected);
  });

  test('have modification times that are compared on request', () => {
    const [one, other] = [{ '/f': file() }, { '/f': file({ mtime: new Date(1_000) }) }];
    expect(fileDifferences(one, other)).toEqual([]);
    expect(fileDifferences(one, other, ['/f'])).toEqual([
      '/f: modification time 1970-01-01T00:00:00.000Z in A, 1970-01-01T00:00:01.000Z in B',
    ]);
  });
});

describe('the configuration', () => {
  test.each<[title: string, one: object, other: object, expected: readonly string[]]>([
    ['empty in several ways', { Cmd: null, User: '', Labels: {} }, { Entrypoint: [] }, []],
    ['without a working directory', { WorkingDir: '/' }, { WorkingDir: '' }, []],
    ['with another order of the environment', { Env: ['A=1', 'B=2'] }, { Env: ['B=2', 'A=1'] }, []],
    [
      'with another order of labels',
      { Labels: { a: '1', b: '2' } },
      { Labels: { b: '2', a: '1' } },
      [],
    ],
    [
      'with another order of the command',
      { Cmd: ['a', 'b'] },
      { Cmd: ['b', 'a'] },
      ['Cmd: ["a","b"] in A, ["b","a"] in B'],
    ],
    [
      'with other settings',
      { User: 'a', WorkingDir: '/a', ExposedPorts: { '80/tcp': {} } },
      { User: 'b', Healthcheck: { Test: ['NONE'] }, Shell: ['sh'], OnBuild: ['RUN x'] },
      [
        'User: "a" in A, "b" in B',
        'WorkingDir: "/a" in A, "/" in B',
        'ExposedPorts: {"80/tcp":{}} in A, unset in B',
        'Healthcheck: unset in A, {"Test":["NONE"]} in B',
        'Shell: unset in A, ["sh"] in B',
        'OnBuild: unset in A, ["RUN x"] in B',
      ],
    ],
  ])('%s', (_title, one, other, expected) => {
    expect(configDifferences(one, other).toSorted()).toEqual([...expected].toSorted());
  });

  test('has a platform', () => {
    const files = new Map<string, File>();
    const one = { config: platform, files };
    const other = { config: { os: 'linux', architecture: 'arm', variant: 'v7' }, files };
    expect(differencesOf(one, other, { names })).toEqual([
      'platform: "linux/amd64" in A, "linux/arm/v7" in B',
    ]);
  });
});
