import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { extract, type Header } from 'tar-stream';
import {
  encodeHeader,
  paddingOf,
  tarBlockBytes,
  type TarHeader,
} from '../../../src/context/tar/header.ts';

const file: TarHeader = {
  name: 'ctx/file',
  type: 'file',
  mode: 0o644,
  sizeBytes: 0,
  mtimeSeconds: 1_704_067_200,
};

/** The header as tar-stream reads the blocks. It stops after the header. */
async function read(blocks: Buffer): Promise<Header> {
  const reader = extract();
  const entry = once(reader, 'entry');
  reader.write(blocks);
  const [header] = (await entry) as [Header];
  reader.destroy();
  return header;
}

/** A path of exactly so many bytes whose segments have the given length. */
function pathOf(bytes: number, segment: number): string {
  const unit = `${'s'.repeat(segment)}/`;
  const text = unit.repeat(Math.ceil(bytes / unit.length)).slice(0, bytes);
  return text.endsWith('/') ? `${text.slice(0, -1)}x` : text;
}

function isUstar(blocks: Buffer): boolean {
  return blocks.length === tarBlockBytes && blocks[156] !== 'x'.charCodeAt(0);
}

test('a plain header byte for byte', () => {
  const block = encodeHeader({ ...file, sizeBytes: 513 });
  expect(block).toHaveLength(512);
  expect(block.toString('latin1').replace(/\0+$/, '')).toBe(
    `${'ctx/file'.padEnd(100, '\0')}0000644\x000000000\x000000000\x0000000001001\x0014544400200\x00` +
      `010665\0 0${'\0'.repeat(100)}ustar\x0000${'\0'.repeat(64)}0000000\x000000000`,
  );
});

test.each([
  { name: 'file', header: file, expected: { name: 'ctx/file', type: 'file', linkname: null } },
  {
    name: 'directory',
    header: { ...file, name: 'ctx', type: 'directory' },
    expected: { name: 'ctx', type: 'directory', linkname: null },
  },
  {
    name: 'symbolic link',
    header: { ...file, type: 'symlink', linkName: '../x' },
    expected: { name: 'ctx/file', type: 'symlink', linkname: '../x' },
  },
  {
    name: 'hard link',
    header: { ...file, type: 'link', linkName: 'ctx/first' },
    expected: { name: 'ctx/file', type: 'link', linkname: 'ctx/first' },
  },
] as const)('a $name is read back', async ({ header, expected }) => {
  const found = await read(encodeHeader(header));
  expect(found).toMatchObject({
    ...expected,
    name: expect.stringMatching(new RegExp(`^${expected.name}/?$`)) as unknown,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtime: new Date(1_704_067_200_000),
  });
});

describe('names', () => {
  test.each([
    { name: '100 bytes', path: pathOf(100, 9), ustar: true },
    { name: '101 bytes', path: pathOf(101, 9), ustar: true },
    { name: '101 bytes without a slash', path: 'n'.repeat(101), ustar: false },
    { name: '155 bytes', path: pathOf(155, 9), ustar: true },
    {
      name: '155 bytes before the slash and 100 after it',
      path: `${'p'.repeat(155)}/${'n'.repeat(100)}`,
      ustar: true,
    },
    {
      name: '156 bytes before the slash',
      path: `${'p'.repeat(156)}/${'n'.repeat(99)}`,
      ustar: false,
    },
    {
      name: '101 bytes after the slash',
      path: `${'p'.repeat(9)}/${'n'.repeat(101)}`,
      ustar: false,
    },
    { name: '255 bytes', path: `${'p'.repeat(155)}/${'n'.repeat(99)}`, ustar: true },
    { name: '256 bytes', path: `${'p'.repeat(155)}/${'n'.repeat(100)}`, ustar: true },
    { name: '255 bytes without a slash where the cut must be', path: pathOf(255, 9), ustar: false },
    { name: '257 bytes', path: pathOf(257, 9), ustar: false },
    { name: '4,000 characters', path: pathOf(4_000, 49), ustar: false },
    { name: 'not ASCII', path: 'ctx/\u00e9/\u65e5\u672c/\u{1f600}', ustar: false },
    { name: 'not ASCII and long', path: pathOf(2_000, 9).replaceAll('s', '\u65e5'), ustar: false },
    { name: 'a line end and quotes', path: 'ctx/a\nb "c" =d', ustar: true },
    { name: 'a line end in a record', path: `ctx/\u00e9\n12 path=x\n`, ustar: false },
    { name: 'spaces at both ends', path: ' a ', ustar: true },
  ])('$name', async ({ path, ustar }) => {
    const blocks = encodeHeader({ ...file, name: path });
    expect(isUstar(blocks)).toBe(ustar);
    expect((await read(blocks)).name).toBe(path);
  });

  test('of a directory, with its slash, at every length around the limits', async () => {
    for (const bytes of [98, 99, 100, 101, 154, 155, 156, 254, 255, 256, 257]) {
      for (const segment of [9, 49, 98, 99, 100, 120]) {
        const name = pathOf(bytes, segment);
        const found = await read(encodeHeader({ ...file, name, type: 'directory' }));
        expect(found.name.replace(/\/$/, '')).toBe(name);
      }
    }
  });

  test('of a directory is not cut at its own last slash', async () => {
    const name = 'd'.repeat(100);
    const blocks = encodeHeader({ ...file, name, type: 'directory' });
    expect(isUstar(blocks)).toBe(false);
    expect((await read(blocks)).name).toBe(`${name}/`);
  });

  test.each([
    { name: '100 bytes', target: 't'.repeat(100), ustar: true },
    { name: '101 bytes', target: 't'.repeat(101), ustar: false },
    { name: '4,000 characters', target: pathOf(4_000, 40), ustar: false },
    { name: 'not ASCII', target: '../\u00fc', ustar: false },
  ])('of a link target: $name', async ({ target, ustar }) => {
    for (const type of ['symlink', 'link'] as const) {
      const blocks = encodeHeader({ ...file, type, linkName: target });
      expect(isUstar(blocks)).toBe(ustar);
      expect((await read(blocks)).linkname).toBe(target);
    }
  });

  test('that are long on both sides of a link share one record block', async () => {
    const found = await read(
      encodeHeader({ ...file, name: 'n'.repeat(200), type: 'symlink', linkName: 't'.repeat(200) }),
    );
    expect([found.name, found.linkname]).toEqual(['n'.repeat(200), 't'.repeat(200)]);
  });

  test('count the digits of their record in its length', async () => {
    // At these lengths the number itself gets one digit longer.
    for (const bytes of [101, 102, 988, 989, 990, 991, 992, 9_985, 9_986, 9_987, 9_988, 9_989]) {
      const name = 'n'.repeat(bytes);
      expect((await read(encodeHeader({ ...file, name }))).name).toBe(name);
    }
  });
});

describe('numbers', () => {
  test.each([0, 511, 512, 513, 8 * 2 ** 30 - 1])('a size of %d in octal', async (sizeBytes) => {
    const blocks = encodeHeader({ ...file, sizeBytes });
    expect(isUstar(blocks)).toBe(true);
    expect((await read(blocks)).size).toBe(sizeBytes);
  });

  test.each([8 * 2 ** 30, 8 * 2 ** 30 + 1, 2 ** 43])(
    'a size of %d in a record and in binary',
    async (sizeBytes) => {
      const blocks = encodeHeader({ ...file, sizeBytes });
      expect(blocks.toString('latin1', 512, 1_024)).toContain(` size=${sizeBytes}\n`);
      expect((await read(blocks)).size).toBe(sizeBytes);
      // Without the record, for readers that know only GNU's form.
      expect((await read(blocks.subarray(1_024))).size).toBe(sizeBytes);
    },
  );

  test.each([0, 0o644, 0o755, 0o4755, 0o7777])('the mode %d', async (mode) => {
    expect((await read(encodeHeader({ ...file, mode }))).mode).toBe(mode);
  });

  test.each([0, 1, 2 ** 31, 2 ** 32, 8 * 2 ** 30 - 1])('the time %d', async (mtimeSeconds) => {
    const { mtime } = await read(encodeHeader({ ...file, mtimeSeconds }));
    expect(mtime).toEqual(new Date(mtimeSeconds * 1_000));
  });

  test('a time after the year 2242 becomes the last one that fits', async () => {
    const { mtime } = await read(encodeHeader({ ...file, mtimeSeconds: 2 ** 40 }));
    expect(mtime).toEqual(new Date((8 * 2 ** 30 - 1) * 1_000));
  });
});

test.each([
  [0, 0],
  [1, 511],
  [511, 1],
  [512, 0],
  [513, 511],
  [2 ** 33 + 1, 511],
])('a content of %d bytes is followed by %d zero bytes', (sizeBytes, expected) => {
  expect(paddingOf(sizeBytes)).toBe(expected);
});
