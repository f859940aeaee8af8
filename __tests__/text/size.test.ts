import { expect, test } from '@jest/globals';
import { formatBytes } from '../../src/text/size.ts';

test.each([
  { bytes: 0, expected: '0 B' },
  { bytes: 512, expected: '512 B' },
  { bytes: 999, expected: '999 B' },
  { bytes: 1_000, expected: '1.00 kB' },
  { bytes: 31_200_000, expected: '31.2 MB' },
  { bytes: 999_499, expected: '999 kB' },
  { bytes: 999_500, expected: '1.00 MB' },
  { bytes: 4_500_000_000, expected: '4.50 GB' },
])('formatBytes formats $bytes as $expected', ({ bytes, expected }) => {
  expect(formatBytes(bytes)).toBe(expected);
});
