import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { cases } from '../../e2e/images/cases/all.ts';

test('the comparison of images has one case for each Dockerfile', () => {
  const folder = join(import.meta.dirname, '../../e2e/images/dockerfiles');
  const files = readdirSync(folder).map((file) => file.replace(/\.Dockerfile$/, ''));
  // The base image of the cases is not a case.
  const expected = files.filter((name) => name !== 'base');
  expect(cases.map(({ name }) => name).toSorted()).toEqual(expected.toSorted());
});

test('each difference has a reason and a pattern', () => {
  const differences = cases.flatMap(({ differs, googleDiffers }) => [differs, googleDiffers]);
  const rows = differences.filter((one) => one !== undefined);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter(({ because, sentences }) => because === '' || sentences.length === 0)).toEqual(
    [],
  );
});
