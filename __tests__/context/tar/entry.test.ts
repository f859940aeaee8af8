import { expect, test } from '@jest/globals';
import { archiveMode, openMode } from '../../../src/context/tar/entry.ts';

test.each([
  ['file', 0o644, 0o644, 0o644],
  ['file', 0o755, 0o755, 0o755],
  ['file', 0o4711, 0o4711, 0o4711],
  ['file', 0, 0, 0o400],
  ['file', 0o100644, 0o644, 0o644],
  ['directory', 0o1777, 0o1777, 0o1777],
  ['directory', 0o555, 0o555, 0o755],
  ['directory', 0, 0, 0o700],
  ['symlink', 0o644, 0o777, 0o777],
] as const)('a %s with the mode %o is sent with %o, or %o in the plain layout', (...row) => {
  const [kind, mode, image, plain] = row;
  expect([archiveMode(kind, mode), openMode(kind, mode)]).toEqual([image, plain]);
});
