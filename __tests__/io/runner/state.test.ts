import { expect, test } from '@jest/globals';
import { isPostStep, rememberedCa, rememberedPods } from '../../../src/io/runner/state.ts';

const own = { namespace: 'builds', name: 'kbp-build-0a1b' };

test.each([
  { state: 'true', expected: true },
  { state: 'false', expected: false },
  { state: undefined, expected: false },
])('isPostStep with the state $state is $expected', ({ state, expected }) => {
  expect(isPostStep({ STATE_isPost: state })).toBe(expected);
});

test.each([
  { state: 'PEM', expected: 'PEM' },
  { state: '', expected: undefined },
  { state: undefined, expected: undefined },
])('rememberedCa with the state $state is $expected', ({ state, expected }) => {
  expect(rememberedCa({ STATE_ca: state })).toBe(expected);
});

test.each([
  { name: 'no state', state: undefined, expected: [] },
  { name: 'no pods', state: '[]', expected: [] },
  { name: 'pods of the action', state: JSON.stringify([own, own]), expected: [own, own] },
  { name: 'no JSON', state: '[{', expected: [] },
  { name: 'no list', state: JSON.stringify(own), expected: [] },
  {
    name: 'values that are not pods',
    state: '[null, 1, "x", {}, {"name": "kbp-x"}]',
    expected: [],
  },
  {
    name: 'a pod with another name',
    state: JSON.stringify([{ ...own, name: 'database-0' }, own]),
    expected: [own],
  },
  {
    name: 'a path for a name',
    state: JSON.stringify([{ ...own, name: 'kbp-x/../../secrets' }]),
    expected: [],
  },
  {
    name: 'a path for a namespace',
    state: JSON.stringify([{ ...own, namespace: '../x' }]),
    expected: [],
  },
  { name: 'a number for a name', state: '[{"namespace": "builds", "name": 1}]', expected: [] },
])('rememberedPods of $name', ({ state, expected }) => {
  expect(rememberedPods({ STATE_pods: state })).toEqual(expected);
});
