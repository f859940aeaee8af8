// The Dockerfiles of this repository.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DockerfileCase } from './draw.ts';

const root = join(import.meta.dirname, '..', '..');
const files = ['**/Dockerfile', '**/*.Dockerfile'];
/** Texts with several Dockerfiles, each after a line `=== NAME` and, optionally, lines `--- …`. */
const collections = ['__tests__/fixtures/dockerfiles/*.txt', 'oracle/dockerfile/builders.txt'];

/** Each Dockerfile of this repository, as it is, with CRLF, and with other white space at the ends of its lines. */
export function knownDockerfiles(): readonly DockerfileCase[] {
  const texts = [
    ...find(files).map((path) => readFileSync(path, 'utf8')),
    ...find(collections).flatMap((path) =>
      readFileSync(path, 'utf8')
        .split(/^=== .*\n(?:--- .*\n)*/m)
        .slice(1),
    ),
  ];
  return texts
    .flatMap((text) => [text, text.replaceAll('\n', '\r\n'), text.replaceAll('\n', ' \n')])
    .map((text) => ({ text, target: '', args: {} }));
}

function find(patterns: readonly string[]): readonly string[] {
  const found = globSync(patterns, { cwd: root, exclude: (name) => name === 'node_modules' });
  return found.map((path) => join(root, path)).sort();
}
