import { expect, test } from '@jest/globals';
import { toLabelValue } from '../../../src/pod/spec/labels.ts';

test.each([
  { name: 'a repository', text: 'acme/app', expected: 'acme.app' },
  { name: 'a valid value', text: 'a-b_c.D1', expected: 'a-b_c.D1' },
  { name: 'several bad characters in a row', text: 'a // b', expected: 'a.b' },
  { name: 'bad ends', text: '-.a._', expected: 'a' },
  { name: 'nothing usable', text: '/-/', expected: '' },
  { name: 'nothing', text: '', expected: '' },
  { name: 'more than 63 characters', text: 'a'.repeat(70), expected: 'a'.repeat(63) },
  { name: 'a cut at a bad end', text: `${'a'.repeat(62)}-b`, expected: 'a'.repeat(62) },
])('makes a label value of $name', ({ text, expected }) => {
  expect(toLabelValue(text)).toBe(expected);
});
