import { describe, expect, test } from '@jest/globals';
import { followGitLinks } from '../../../src/context/git/config-names.ts';
import type { StreamParts } from '../../../src/context/stdin.ts';
import type { ContextEntry } from '../../../src/context/tar/entry.ts';
import { clampTime, entryMember, metaMembers } from '../../../src/context/tar/member.ts';
import type { FileStat } from '../../../src/ports.ts';

const stat: FileStat = {
  kind: 'file',
  sizeBytes: 3,
  mode: 0o640,
  mtimeMs: 5_999,
  device: 1,
  inode: 2,
  links: 1,
};

function entry(name: string, content: ContextEntry['content']): ContextEntry {
  return { name, stat, content };
}

const isGitConfig = followGitLinks([], () => undefined);
const roots = { disk: '/w', archive: 'ctx' };

describe('an entry of the context becomes a member below the root', () => {
  test('a file is read from the disk and counts', () => {
    expect(
      entryMember(entry('a/b', { kind: 'file' }), roots, { latestSeconds: undefined, isGitConfig }),
    ).toEqual({
      header: { name: 'ctx/a/b', type: 'file', mode: 0o640, mtimeSeconds: 5 },
      content: { kind: 'disk', path: '/w/a/b', stat },
      counts: true,
    });
  });

  test.each([
    {
      kind: 'directory',
      content: { kind: 'directory' },
      header: { type: 'directory', mode: 0o740 },
    },
    {
      kind: 'symbolic link',
      content: { kind: 'symlink', target: '../x' },
      header: { type: 'symlink', mode: 0o777, linkName: '../x' },
    },
    {
      kind: 'hard link',
      content: { kind: 'link', target: 'c/d' },
      header: { type: 'link', mode: 0o640, linkName: './c/d' },
    },
  ] as const)('a $kind has no content and does not count', ({ content, header }) => {
    expect(
      entryMember(
        entry('a', content),
        { disk: '/w', archive: '.' },
        { latestSeconds: 4, isGitConfig },
      ),
    ).toEqual({
      header: { name: './a', mtimeSeconds: 4, ...header },
      content: { kind: 'none' },
      counts: false,
    });
  });

  test("git's configuration is edited unless its credentials are kept", () => {
    const config = entry('.git/config', { kind: 'file' });
    expect(
      entryMember(config, roots, { latestSeconds: undefined, isGitConfig }).content,
    ).toHaveProperty('edit');
    expect(
      entryMember(config, roots, {
        latestSeconds: undefined,
        isGitConfig,
        keepGitCredentials: true,
      }).content,
    ).not.toHaveProperty('edit');
  });
});

describe('the members after the context', () => {
  const dockerfile = Buffer.from('FROM a\n');

  function namesFor(parts: StreamParts): readonly string[] {
    return [...metaMembers({ dockerfile, parts, mtimeSeconds: 7 })].map(
      ({ header }) => header.name,
    );
  }

  test('end with the Dockerfile, whatever comes before', () => {
    const config = Buffer.from('{}');
    const ca = Buffer.from('PEM');
    const meta = ['meta', 'meta/Dockerfile.dockerignore', 'meta/Dockerfile'];
    expect(namesFor({})).toEqual(meta);
    expect(namesFor({ config })).toEqual(['auth', 'auth/config.json', ...meta]);
    expect(namesFor({ ca })).toEqual(['auth', 'auth/ca.crt', ...meta]);
    expect(namesFor({ config, ca })).toEqual(['auth', 'auth/config.json', 'auth/ca.crt', ...meta]);
  });

  test('are not counted, and only the owner can read the credentials', () => {
    const members = [
      ...metaMembers({ dockerfile, parts: { config: dockerfile }, mtimeSeconds: 7 }),
    ];
    expect(
      members.map(({ header: { mode, mtimeSeconds }, counts }) => [mode, mtimeSeconds, counts]),
    ).toEqual([
      [0o700, 7, false],
      [0o600, 7, false],
      [0o755, 7, false],
      [0o644, 7, false],
      [0o644, 7, false],
    ]);
  });
});

test.each([
  { seconds: 1.9, latest: undefined, expected: 1 },
  { seconds: -1.5, latest: undefined, expected: 0 },
  { seconds: 10, latest: 5, expected: 5 },
  { seconds: 10, latest: 20, expected: 10 },
  { seconds: 10, latest: 0, expected: 0 },
  { seconds: NaN, latest: undefined, expected: 0 },
  { seconds: NaN, latest: 5, expected: 0 },
])('the time $seconds, at most $latest, is $expected', ({ seconds, latest, expected }) => {
  expect(clampTime(seconds, latest)).toBe(expected);
});
