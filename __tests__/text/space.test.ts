import { expect, test } from '@jest/globals';
import { isSpace, trimSpace, trimSpaceStart } from '../../src/text/space.ts';

test('the white space of Go is that of Unicode', () => {
  const characters = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code));
  const white = characters.filter((character) => /\p{White_Space}/u.test(character));
  expect(characters.filter(isSpace)).toEqual(white);
});

test('trims at both ends', () => {
  expect(trimSpace('\u0085 \ufeffa b\u00a0\n')).toBe('\ufeffa b');
  expect(trimSpace(' \u2028')).toBe('');
});

test('trims at the start', () => {
  expect(trimSpaceStart('\u0085 a ')).toBe('a ');
});
