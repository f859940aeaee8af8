// Contexts for measurements, the same on every machine: the content comes from a seeded generator.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomNumbers } from '../support/random.ts';

export type ContextName = 'small' | 'big' | 'incompressible' | 'node_modules';

export const contextNames: readonly ContextName[] = [
  'small',
  'big',
  'incompressible',
  'node_modules',
];

/** Writes the context and returns how many bytes of content it has. */
export function writeContext(name: ContextName, directory: string): number {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
  switch (name) {
    case 'small':
      return writeFiles(directory, 20_000, (index, random) => ({
        path: `d${Math.floor(index / 400)}/e${Math.floor(index / 20)}/f${index}.txt`,
        content: words(1_000 + random() * 7_000, random),
      }));
    case 'big':
      return writeFiles(directory, 20, (index, random) => ({
        path: `big${index}.bin`,
        content: Buffer.concat([words(26e6, random), noise(26e6, random)]),
      }));
    case 'incompressible':
      return writeFiles(directory, 4, (index, random) => ({
        path: `noise${index}.bin`,
        content: noise(64 * 1_024 * 1_024, random),
      }));
    case 'node_modules':
      return writeNodeModules(directory);
  }
}

/** 400 packages: most files are small and deep, some are bundles of megabytes, a few are programs; links to them in `.bin`. */
function writeNodeModules(directory: string): number {
  const packages = 400;
  const bytes = writeFiles(directory, packages * 30, (index, random) => {
    const place = `node_modules/package-${index % packages}/${index % 3 === 0 ? '' : 'dist/esm/lib/'}`;
    if (index % 401 === 0)
      return { path: `${place}bundle${index}.js`, content: words(2e6, random) };
    if (index % 2_003 === 0) return { path: `${place}addon.node`, content: noise(4e6, random) };
    return {
      path: `${place}module${index}.js`,
      content: words(300 + random() ** 4 * 40e3, random),
    };
  });
  mkdirSync(join(directory, 'node_modules/.bin'));
  for (let index = 0; index < packages; index += 10) {
    const target = `../package-${index}/module${index}.js`;
    symlinkSync(target, join(directory, `node_modules/.bin/program-${index}`));
  }
  return bytes;
}

function writeFiles(
  directory: string,
  count: number,
  make: (index: number, random: () => number) => { path: string; content: Buffer },
): number {
  const random = randomNumbers(1);
  let bytes = 0;
  for (let index = 0; index < count; index += 1) {
    const { path, content } = make(index, random);
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    bytes += content.length;
  }
  return bytes;
}

/** Text of some thousand different words: it compresses to a third, as source code does. */
function words(bytes: number, random: () => number): Buffer {
  const out = Buffer.alloc(Math.floor(bytes));
  for (let at = 0; at < out.length;) {
    const word = vocabulary[Math.floor(random() ** 2 * vocabulary.length)] ?? '';
    at += out.write(`${word} `, at, 'latin1');
  }
  return out;
}

function noise(bytes: number, random: () => number): Buffer {
  const out = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) out.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  return out;
}

const vocabulary = ((): readonly string[] => {
  const random = randomNumbers(2);
  return Array.from({ length: 4_000 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 9) }, () =>
      String.fromCharCode(97 + Math.floor(random() * 26)),
    ).join(''),
  );
})();
