import { expect, test } from '@jest/globals';
import { cleanPath, withoutSlashes } from '../../src/text/path.ts';

test.each([
  ['', '.'],
  ['.', '.'],
  ['/', '/'],
  ['//a//b/', '/a/b'],
  ['./a/./b', 'a/b'],
  ['a/..', '.'],
  ['a/../..', '..'],
  ['a/../../b', '../b'],
  ['/../a', '/a'],
  ['../../a', '../../a'],
  ['a/b/../c', 'a/c'],
  ['...', '...'],
])('cleans %j to %j, as Go does', (path, expected) => {
  expect(cleanPath(path)).toBe(expected);
});

test.each([
  ['', ''],
  ['/', ''],
  ['/a/b', '/a/b'],
  ['a//b//', 'a//b'],
])('removes the slashes at the end of %j', (path, expected) => {
  expect(withoutSlashes(path)).toBe(expected);
});
