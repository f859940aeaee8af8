import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseActionArguments } from '../../scripts/action.ts';
import { parsePackArguments } from '../../scripts/pack.ts';

const scripts = join(import.meta.dirname, '..', '..', 'scripts');

describe('action', () => {
  const readFile = (path: string): string => `content of ${path}`;

  test.each([
    { words: [], expected: { code: 'dist', isJson: false, inputs: {} } },
    {
      words: ['push=true', '--source', 'tags=a=b'],
      expected: { code: 'src', isJson: false, inputs: { push: 'true', tags: 'a=b' } },
    },
    {
      words: ['--json', 'kubeconfig=@dir/file', 'builder-args=--foo', 'stdin='],
      expected: {
        code: 'dist',
        isJson: true,
        inputs: { kubeconfig: 'content of dir/file', 'builder-args': '--foo', stdin: '' },
      },
    },
  ])('reads $words', ({ words, expected }) => {
    expect(parseActionArguments(words, readFile)).toEqual(expected);
  });

  test.each([
    { words: ['push'], message: '"push" is not name=value' },
    { words: ['=x'], message: '"=x" is not name=value' },
    { words: ['--push=true'], message: "Unknown option '--push'" },
    { words: ['--source=yes'], message: "Option '--source' does not take an argument" },
  ])('refuses $words', ({ words, message }) => {
    expect(() => parseActionArguments(words, readFile)).toThrow(message);
  });
});

describe('pack', () => {
  const defaults = { path: '.', file: undefined, compressionLevel: 1, layout: 'image' };

  test.each([
    { words: [], expected: defaults },
    {
      words: ['dir', '--file', 'Dockerfile.prod', '--level', '9', '--layout', 'plain'],
      expected: { path: 'dir', file: 'Dockerfile.prod', compressionLevel: 9, layout: 'plain' },
    },
  ])('reads $words', ({ words, expected }) => {
    expect(parsePackArguments(words)).toEqual(expected);
  });

  test.each([
    { words: ['a', 'b'], message: 'more than one directory: a, b' },
    { words: ['--level', '10'], message: '--level must be 0 to 9, not "10"' },
    { words: ['--layout', 'flat'], message: '--layout must be image or plain, not "flat"' },
    { words: ['--out', 'x'], message: "Unknown option '--out'" },
  ])('refuses $words', ({ words, message }) => {
    expect(() => parsePackArguments(words)).toThrow(message);
  });
});

describe.each([
  'action.ts',
  'chaos.ts',
  'contract.ts',
  'demo.ts',
  'e2e.ts',
  'faults.ts',
  'load.ts',
  'oracle.ts',
  'pack.mjs',
])('%s', (script) => {
  const run = (word: string): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [join(scripts, script), word], { encoding: 'utf8' });

  test('prints its usage for --help', () => {
    const { status, stdout, stderr } = run('--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^usage: npm run /);
  });

  test('refuses an unknown option with the usage and exit code 2', () => {
    const { status, stdout, stderr } = run('--unknown');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: Unknown option '--unknown'[^]*\n\nusage: npm run /);
  });
});
