import { expect, test } from '@jest/globals';
import { parseBytes, parseResource } from '../../../src/inputs/values/quantity.ts';
import { problemsOf } from '../../support/problems.ts';

test.each([
  { text: 'requests.cpu=500m', expected: { kind: 'requests', name: 'cpu', quantity: '500m' } },
  { text: 'limits.memory=4Gi', expected: { kind: 'limits', name: 'memory', quantity: '4Gi' } },
  {
    text: 'requests.ephemeral-storage=1.5e3',
    expected: { kind: 'requests', name: 'ephemeral-storage', quantity: '1.5e3' },
  },
  {
    text: 'limits.nvidia.com/gpu=1',
    expected: { kind: 'limits', name: 'nvidia.com/gpu', quantity: '1' },
  },
  {
    text: 'limits.hugepages-2Mi=64Mi',
    expected: { kind: 'limits', name: 'hugepages-2Mi', quantity: '64Mi' },
  },
])('reads $text', ({ text, expected }) => {
  expect(parseResource(text)).toEqual(expected);
});

test.each([
  {
    text: 'limits.memory=4GB',
    problem: { text: '"4GB" is not a quantity', hint: 'Use 4Gi (powers of 1024) or 4G.' },
  },
  {
    text: 'limits.memory=512mb',
    problem: { text: '"512mb" is not a quantity', hint: 'Use 512Mi (powers of 1024) or 512M.' },
  },
  {
    text: 'limits.memory=much',
    problem: {
      text: '"much" is not a quantity',
      hint: 'Use a quantity such as 2, 500m, 512Mi or 4Gi.',
    },
  },
  {
    text: 'limits.cpu=-1',
    problem: {
      text: '"-1" is not a quantity',
      hint: 'Use a quantity such as 2, 500m, 512Mi or 4Gi.',
    },
  },
  {
    text: 'limits.memroy=1Gi',
    problem: { text: '"memroy" is not a resource name', hint: 'Use memory.' },
  },
  {
    text: 'request.cpu=1',
    problem: { text: '"request.cpu" is not a resource', hint: 'Use requests.cpu.' },
  },
  {
    text: 'cpu=1',
    problem: {
      text: '"cpu" is not a resource',
      hint: 'Write requests.NAME=QUANTITY or limits.NAME=QUANTITY, for example requests.cpu=1.',
    },
  },
])('refuses $text', ({ text, problem }) => {
  expect(problemsOf(() => parseResource(text))).toEqual([problem]);
});

test.each([
  { text: '1', bytes: 1 },
  { text: '512k', bytes: 512_000 },
  { text: '64Mi', bytes: 67_108_864 },
  { text: '1.5Gi', bytes: 1_610_612_736 },
])('a size of $text is $bytes bytes', ({ text, bytes }) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(['0', '1.5', '500m', '17Gi', '1e9'])('refuses the size %s', (text) => {
  expect(problemsOf(() => parseBytes(text))).toEqual([
    { text: `"${text}" is not a size from 1 byte to 16Gi`, hint: 'Use a size such as 64Mi.' },
  ]);
});
