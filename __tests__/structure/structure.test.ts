import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importsOf, sourceFiles, sourceFilesIn, type Import } from '../support/imports.ts';

const root = join(import.meta.dirname, '..', '..');
const mostFiles = 14;

/** One arrow of a circle as text: both ends and the names that go along it. */
function arrow({ from, to, names }: Import): string {
  return `${from} imports ${names.join(', ')} from ${to}`;
}

/**
 * The first circle found among the imports, an arrow a line; empty without one.
 * @param nodeOf the node of a file in the graph.
 */
function findCircle(
  imports: readonly Import[],
  nodeOf: (file: string) => string,
): readonly string[] {
  const arrows = Map.groupBy(
    imports.filter(({ from, to }) => nodeOf(from) !== nodeOf(to)),
    ({ from }) => nodeOf(from),
  );
  const done = new Set<string>();
  const search = (node: string, path: readonly Import[]): readonly Import[] | undefined => {
    const start = path.findIndex(({ from }) => nodeOf(from) === node);
    if (start !== -1) return path.slice(start);
    if (done.has(node)) return undefined;
    for (const next of arrows.get(node) ?? []) {
      const circle = search(nodeOf(next.to), [...path, next]);
      if (circle !== undefined) return circle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of arrows.keys()) {
    const circle = search(node, []);
    if (circle !== undefined) return circle.map(arrow);
  }
  return [];
}

/** The node of a file: its folder, or the file itself if its folder has subfolders, which can be above or below it. */
function roomOf(files: readonly string[]): (file: string) => string {
  const folders = new Set(files.map((file) => dirname(file)));
  const hasFolders = (folder: string): boolean =>
    folder === '.' || [...folders].some((other) => other.startsWith(`${folder}/`));
  return (file) => (hasFolders(dirname(file)) ? file : dirname(file));
}

describe('findCircle', () => {
  const imports: Import[] = [
    { from: 'a/one.ts', to: 'b/two.ts', names: ['two'] },
    { from: 'b/two.ts', to: 'a/three.ts', names: ['three', 'four'] },
    { from: 'main.ts', to: 'a/one.ts', names: ['*'] },
  ];

  test('names both files and the imported names of every arrow', () => {
    const circle = [...imports, { from: 'a/three.ts', to: 'a/one.ts', names: ['one'] }];
    expect(findCircle(circle, (file) => file)).toEqual([
      'a/one.ts imports two from b/two.ts',
      'b/two.ts imports three, four from a/three.ts',
      'a/three.ts imports one from a/one.ts',
    ]);
  });

  test('finds a circle of folders without a circle of files', () => {
    expect(findCircle(imports, (file) => file)).toEqual([]);
    expect(findCircle(imports, (file) => dirname(file))).toEqual([
      'a/one.ts imports two from b/two.ts',
      'b/two.ts imports three, four from a/three.ts',
    ]);
  });
});

describe('src', () => {
  const files = sourceFiles(join(root, 'src'));

  test('has no circle between files', () => {
    const imports = importsOf(join(root, 'src'));
    expect(imports.length).toBeGreaterThan(20);
    expect(findCircle(imports, (file) => file)).toEqual([]);
  });

  test('has arrows between folders in one direction', () => {
    expect(findCircle(importsOf(join(root, 'src')), roomOf(files))).toEqual([]);
  });

  test(`has at most ${mostFiles} files in a folder`, () => {
    const counts = Object.entries(Object.groupBy(files, (file) => dirname(file)));
    const full = counts.filter(([, inside]) => (inside?.length ?? 0) > mostFiles);
    expect(full.map(([folder]) => folder)).toEqual([]);
  });
});

describe('the tools', () => {
  const folders = [
    'runner',
    'support',
    'playground',
    'contract',
    'attack',
    'faults',
    'load',
    'e2e',
    'bench',
    'oracle',
    'scripts',
  ];
  const files = sourceFilesIn(root, folders);
  const imports = importsOf(root, files);
  const importsInto = (folder: string, from: readonly Import[]): readonly string[] =>
    from
      .filter((one) => one.to.startsWith(`${folder}/`) && !one.from.startsWith(`${folder}/`))
      .map(arrow);

  test('have no circle between files', () => {
    expect(imports.length).toBeGreaterThan(200);
    expect(findCircle(imports, (file) => file)).toEqual([]);
  });

  test('have no circle between folders', () => {
    const topFolder = (file: string): string => file.slice(0, file.indexOf('/'));
    expect(findCircle(imports, topFolder)).toEqual([]);
  });

  test('import nothing from scripts, which has entry points only', () => {
    expect(importsInto('scripts', imports)).toEqual([]);
  });

  test('are not imported by src', () => {
    const all = importsOf(root, sourceFilesIn(root, ['src']));
    const outside = all.filter(({ to }) => !to.startsWith('src/'));
    expect(outside.map(arrow)).toEqual([]);
  });

  /** The catalogue of mistakes is a table of tests from which a document and end-to-end cases are made. */
  const catalogue = ['__tests__/bad-inputs/chapters.ts', '__tests__/bad-inputs/run.ts'];

  test('import nothing from the tests but the catalogue of mistakes', () => {
    const others = imports.filter(({ to }) => !catalogue.includes(to));
    expect(importsInto('__tests__', others)).toEqual([]);
  });
});
