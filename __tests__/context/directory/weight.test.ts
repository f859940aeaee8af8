import { describe, expect, test } from '@jest/globals';
import {
  describeWeight,
  warnOfBallast,
  weigh,
  type ContextWeight,
} from '../../../src/context/directory/weight.ts';

function files(sizes: Readonly<Record<string, number>>): ContextWeight {
  return weigh(
    Object.entries(sizes).map(([name, megabytes]) => ({ name, sizeBytes: megabytes * 1e6 })),
  );
}

test('the largest file is the first of the largest', () => {
  expect(files({ a: 1, 'b/x': 2, c: 2 }).largest?.name).toBe('b/x');
});

describe('describeWeight', () => {
  test('is empty for a light context', () => {
    expect(describeWeight(files({ 'a/x': 49 }))).toEqual([]);
    expect(describeWeight(files({}))).toEqual([]);
  });

  test('names the five heaviest directories, and a large file', () => {
    const entries = files({
      'a/x/y': 1,
      'b/x': 6,
      'b/y': 6,
      'c/x': 3,
      'd/x': 4,
      'e/x': 60,
      'f/x': 2,
      top: 7,
    });
    expect(describeWeight(entries)).toEqual([
      'heaviest directories: e/ 60.0 MB, b/ 12.0 MB, d/ 4.00 MB, c/ 3.00 MB, f/ 2.00 MB',
      'largest file: e/x 60.0 MB',
    ]);
  });

  test('counts node_modules apart from the directory that it is in', () => {
    const entries = files({
      'packages/web/node_modules/big/node_modules/x': 40,
      'packages/web/src/x': 5,
      'packages/api/x': 4,
      'assets/a/x': 3,
      'assets/b/x': 3,
      'only/one/file/x': 2,
    });
    expect(describeWeight(entries)).toEqual([
      'heaviest directories: packages/web/node_modules/ 40.0 MB, packages/ 9.00 MB, assets/ 6.00 MB, only/ 2.00 MB',
    ]);
  });

  test('names equally heavy directories in the order of their names', () => {
    const entries = files({ 'c/x': 20, 'b/x/y': 20, 'a/x': 20 });
    expect(describeWeight(entries)).toEqual([
      'heaviest directories: a/ 20.0 MB, b/ 20.0 MB, c/ 20.0 MB',
    ]);
  });

  test('names no directory if all files are at the top', () => {
    expect(describeWeight(files({ top: 70 }))).toEqual(['largest file: top 70.0 MB']);
  });
});

describe('warnOfBallast', () => {
  test('names usually ignored directories that are larger than the rest', () => {
    const entries = files({ '.git/objects/a': 40, 'web/node_modules/b/c': 30, 'src/x': 20 });
    expect(warnOfBallast(entries)).toEqual([
      '.git, node_modules: 70.0 MB of the 90.0 MB that are sent; exclude them with a .dockerignore',
    ]);
  });

  test.each([
    { name: 'half of the context', sizes: { '.git/a': 50, 'src/x': 50 } },
    { name: 'a light context', sizes: { '.git/a': 40 } },
    { name: 'a file of that name', sizes: { target: 90 } },
  ])('is empty for $name', ({ sizes }) => {
    expect(warnOfBallast(files(sizes))).toEqual([]);
  });
});
