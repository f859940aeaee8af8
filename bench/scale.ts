// Contexts near the limits of file systems: each is packed, and GNU tar must list all entries.
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPipeline } from './command.ts';

const packScript = join(import.meta.dirname, '../scripts/pack.mjs');

/** Size of the context without its Dockerfile. */
interface Scale {
  /** Files and directories. */
  readonly entries: number;
  readonly bytes: number;
}

const contexts: Readonly<Record<string, (directory: string) => Scale>> = {
  '100,000 files': (directory) => {
    for (let index = 0; index < 100_000; index += 1) {
      const parent = join(directory, `d${Math.floor(index / 100)}`);
      if (index % 100 === 0) mkdirSync(parent);
      writeFileSync(join(parent, `f${index}`), `${index}\n`.padEnd(100, '-'));
    }
    return { entries: 101_000, bytes: 10_000_000 };
  },
  'a directory with 50,000 entries': (directory) => {
    mkdirSync(join(directory, 'all'));
    for (let index = 0; index < 50_000; index += 1) {
      writeFileSync(join(directory, 'all', `\u00e9${index}`), '');
    }
    return { entries: 50_001, bytes: 0 };
  },
  '1,000 names of 255 bytes': (directory) => {
    for (let index = 0; index < 1_000; index += 1) {
      writeFileSync(join(directory, `${index}-`.padEnd(index % 2 === 0 ? 255 : 250, 'n')), 'x');
    }
    return { entries: 1_000, bytes: 1_000 };
  },
  'a path of 4,000 characters': (directory) => {
    const segments = Array.from({ length: 20 }, () => 'p'.repeat(199));
    mkdirSync(join(directory, ...segments.slice(1)), { recursive: true });
    writeFileSync(join(directory, ...segments.slice(1), 'f'.repeat(200)), 'deep');
    return { entries: 20, bytes: 4 };
  },
  'one sparse file of 9 GB': (directory) => {
    const bytes = 9 * 1_024 ** 3;
    const file = openSync(join(directory, 'sparse'), 'w');
    ftruncateSync(file, bytes);
    closeSync(file);
    return { entries: 1, bytes };
  },
};

/** @throws if GNU tar does not list exactly the written entries. */
export async function benchScale(): Promise<void> {
  const rows: object[] = [];
  for (const [name, write] of Object.entries(contexts)) {
    const root = mkdtempSync(join(tmpdir(), 'kbp-bench-'));
    try {
      rows.push({ context: name, ...(await measure(name, root, write)) });
    } finally {
      rmSync(root, { recursive: true });
    }
  }
  console.log('\npacked, and listed by GNU tar');
  console.table(rows);
  console.log(JSON.stringify({ bench: 'scale', rows }));
}

async function measure(
  name: string,
  root: string,
  write: (directory: string) => Scale,
): Promise<object> {
  const directory = join(root, 'c');
  const [statistics, listing] = [join(root, 'statistics'), join(root, 'listing')];
  mkdirSync(directory);
  const expected = write(directory);
  writeFileSync(join(root, 'Dockerfile'), 'FROM scratch\n');
  const pack = `node ${packScript} "$PWD" --file ${join(root, 'Dockerfile')} 2>${statistics}`;
  const { seconds } = await runPipeline(`${pack} | tar -tvzf - >${listing}`, directory);
  const found = readListing(readFileSync(listing, 'utf8'));
  if (found.entries !== expected.entries || found.bytes !== expected.bytes) {
    throw new Error(
      `${name}: wrote ${JSON.stringify(expected)}, tar lists ${JSON.stringify(found)}`,
    );
  }
  const text = readFileSync(statistics, 'utf8');
  return {
    entries: found.entries,
    seconds: Number(seconds.toFixed(1)),
    'peak MB': Number(/peak memory ([\d.]+) MB/.exec(text)?.[1]),
    'p99 ms': Number(/event loop p99 ([\d.]+) ms/.exec(text)?.[1]),
  };
}

/** Counts entries and bytes below `ctx/`: `-rw-r--r-- 0/0 SIZE DATE TIME ctx/NAME`. */
function readListing(text: string): Scale {
  const lines = text.split('\n').filter((line) => /\d\d:\d\d ctx\/./.test(line));
  const sizes = lines.map((line) => Number(/^\S+ \S+ +(\d+) /.exec(line)?.[1]));
  return { entries: lines.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
