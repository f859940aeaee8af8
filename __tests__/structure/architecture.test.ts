import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { sourceFiles } from '../support/imports.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');

test('docs/architecture.md lists the folders of src', () => {
  const listed = [...page.matchAll(/^\| `(src[\w/]*)`/gm)].map(([, folder]) => folder ?? '');
  const folders = sourceFiles(join(root, 'src')).map((file) => join('src', dirname(file)));
  expect(listed.toSorted()).toEqual([...new Set(folders)].toSorted());
});

test('docs/architecture.md shows the folders of the flow in its picture', () => {
  const picture = /```mermaid\n([^]*?)```/.exec(page)?.[1] ?? '';
  const shown = [...picture.matchAll(/\[([\w/]+)\/<br>/g)].map(([, folder]) => folder ?? '');
  expect(shown.length).toBeGreaterThan(8);
  expect(shown.filter((folder) => !existsSync(join(root, 'src', folder)))).toEqual([]);
});

test('every source file that docs/architecture.md names exists', () => {
  const named = [...page.matchAll(/`(?:src\/)?([\w-]+(?:\/[\w-]+)*\.ts)`/g)].map(
    ([, file]) => file ?? '',
  );
  const shown = [...page.matchAll(/[[ ]([a-z-]+\.ts)\b/g)].map(([, file]) => file ?? '');
  expect(named.length).toBeGreaterThan(20);
  const missing = [...named, ...shown].filter((file) => !existsSync(join(root, 'src', file)));
  expect(missing).toEqual([]);
});
