import { expect, test } from '@jest/globals';
import { parseChallenge } from '../../../src/io/registry/challenge.ts';

test.each([
  { header: undefined, expected: undefined },
  { header: '', expected: undefined },
  { header: 'Negotiate', expected: undefined },
  { header: 'Basic realm="x"', expected: { scheme: 'basic' } },
  { header: 'basic', expected: { scheme: 'basic' } },
  {
    header: 'Bearer realm="https://auth.example/token",service="registry.example"',
    expected: {
      scheme: 'bearer',
      realm: 'https://auth.example/token',
      service: 'registry.example',
    },
  },
  {
    header: 'bearer service="a, b",scope="repository:x:pull,push",realm="https://a/t?x=1"',
    expected: { scheme: 'bearer', realm: 'https://a/t?x=1', service: 'a, b' },
  },
  {
    header: 'Basic realm="x", Bearer realm="https://a/t"',
    expected: { scheme: 'bearer', realm: 'https://a/t', service: undefined },
  },
  { header: 'Bearer realm=', expected: undefined },
])('reads $header', ({ header, expected }) => {
  expect(parseChallenge(header)).toEqual(expected);
});
