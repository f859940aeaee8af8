import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { licenseOf, packageOf, renderLicenses } from '../../scripts/licenses.ts';
import { fieldsOf, parseJson } from '../../src/text/json.ts';
import { Tree } from '../support/tree.ts';

const root = join(import.meta.dirname, '..', '..');
const trees: Tree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

test.each([
  { module: '/w/build/main.js', expected: undefined },
  { module: '/w/node_modules/ws/lib/x.js', expected: '/w/node_modules/ws' },
  { module: '/w/node_modules/@a/b/c/d.js', expected: '/w/node_modules/@a/b' },
  { module: '/w/node_modules/a/node_modules/b/c.js', expected: '/w/node_modules/a/node_modules/b' },
])('the package of $module', ({ module, expected }) => {
  expect(packageOf(module)).toBe(expected);
});

test('every package that can be in the bundle has the text of its licence', () => {
  const lock = parseJson(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const packages = Object.entries(fieldsOf(fieldsOf(lock)['packages']))
    .filter(([path, entry]) => path !== '' && fieldsOf(entry)['dev'] !== true)
    .map(([path]) => path)
    .filter((path) => !path.includes('@types/'));
  expect(packages.length).toBeGreaterThan(20);
  const failures = packages.filter((path) => {
    try {
      return !/^\S+ \d[^]{200}/.test(licenseOf(join(root, path)));
    } catch {
      return true;
    }
  });
  expect(failures).toEqual([]);
});

test('licenses.txt has each package once, with its notices, sorted by name', () => {
  const tree = new Tree({
    'node_modules/b/package.json': '{"name":"b","version":"1","license":"MIT"}',
    'node_modules/b/LICENCE.md': 'text of b\n',
    'node_modules/a/package.json': '{"name":"a","version":"2","license":"Apache-2.0"}',
    'node_modules/a/LICENSE': 'text of a',
    'node_modules/a/NOTICE': 'notice of a',
    'node_modules/c/package.json': '{"name":"c","version":"3"}',
    'node_modules/c/license-checker.js': 'x',
  });
  trees.push(tree);
  const at = (...names: string[]): readonly string[] =>
    names.map((name) => tree.at(`node_modules/${name}/x.js`));
  expect(renderLicenses(['/w/main.js', ...at('b', 'a', 'b')])).toBe(
    'a 2\n\nApache-2.0\n\ntext of a\n\nnotice of a\n\n----\n\nb 1\n\nMIT\n\ntext of b\n',
  );
});

test('a package without the text of its licence cannot be in the bundle', () => {
  const tree = new Tree({ 'node_modules/c/package.json': '{"name":"c","version":"3"}' });
  trees.push(tree);
  expect(() => renderLicenses([tree.at('node_modules/c/x.js')])).toThrow('c 3 has no licence text');
});
