import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { format, resolveConfig } from 'prettier';
import { cases } from '../../contract/cases.ts';
import { withPlayground } from '../../contract/clusters.ts';
import { readRecorded } from '../../contract/recorded.ts';
import { normalise } from '../../contract/result.ts';
import { compare, runCases, type Results } from '../../contract/run.ts';
import { renderDocument } from '../../contract/table.ts';

const recorded = readRecorded();
let playground: Results = {};

beforeAll(async () => {
  playground = await withPlayground((cluster) => runCases(cluster));
}, 60_000);

describe('the playground answers as the real cluster did', () => {
  test.each(cases)('$name', (one) => {
    const own = playground[one.name] ?? {};
    const { kind } = compare(one, recorded[one.name], own);
    // The whole result first: its difference is more precise than a verdict.
    if (one.differs === undefined) expect(own).toEqual(recorded[one.name]);
    expect(kind).toBe(one.differs === undefined ? 'equal' : 'known');
  });
});

describe('a comparison', () => {
  const one = { name: 'x', run: () => Promise.resolve({}) };
  const differs = { text: 'a reason' };

  test('of equal results is equal', () => {
    expect(compare(one, { code: 1 }, { code: 1 })).toEqual({ kind: 'equal' });
  });

  test('names the fields that differ, and those that only one side has', () => {
    const verdict = compare(one, { code: 1, text: 'a' }, { code: 2, more: [] });
    expect(verdict).toEqual({ kind: 'different', fields: ['code', 'text', 'more'] });
  });

  test('accepts a difference that the case lists', () => {
    const verdict = compare({ ...one, differs }, { text: 'a' }, { text: 'b' });
    expect(verdict).toEqual({ kind: 'known', fields: ['text'] });
  });

  test('finds a listed difference that no longer exists', () => {
    const verdict = compare({ ...one, differs }, { text: 'a' }, { text: 'a' });
    expect(verdict).toEqual({ kind: 'different', fields: ['text'] });
  });

  test('finds a case that was never recorded', () => {
    expect(compare(one, undefined, { code: 1 })).toEqual({ kind: 'different', fields: ['code'] });
  });
});

test('results do not depend on the run or the cluster', () => {
  const result = {
    text: 'pod-a at 10.88.0.1:5000, 2026-01-02T03:04:05.678Z',
    ids: ['0dab6adf-58e3-4e0c-9d3d-9f7f5d3f9a34', 'system:serviceaccount:builds:action'],
    never: '1970-01-01T00:00:00Z',
    left: undefined,
  };
  expect(normalise(result, [['pod-a', '<pod>']])).toEqual({
    text: '<pod> at <address>, <time>',
    ids: ['<uid>', '<user>'],
    never: '1970-01-01T00:00:00Z',
  });
});

test('every case was recorded, and nothing else', () => {
  expect(Object.keys(recorded).toSorted()).toEqual(cases.map(({ name }) => name).toSorted());
});

test('contract/contract.md shows these results', async () => {
  const path = join(resolve(import.meta.dirname, '..', '..'), 'contract', 'contract.md');
  const text = renderDocument(cases, recorded, playground);
  const written = await format(text, { ...(await resolveConfig(path)), filepath: path });
  expect(readFileSync(path, 'utf8')).toBe(written);
});
