// Compares where Go's archive/tar and our reader end an archive, and what both refuse.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { readArchive } from '../src/context/archive/entries.ts';
import { describeError } from '../src/errors.ts';
import { createWorkspace } from '../src/io/workspace.ts';
import type { OracleProgram } from './program.ts';

const blockBytes = 512;
const zeros = (blocks: number): Buffer => Buffer.alloc(blocks * blockBytes);

/** The result of a reader: the names of the entries, or `refused`. */
type Reading = readonly string[] | 'refused';

/** Archives whose ends differ, by name. @returns gzipped archives. */
async function endings(): Promise<ReadonlyMap<string, Buffer>> {
  const one = await entry({ name: 'one' }, 'x');
  const two = await entry({ name: 'two' }, 'y');
  const link = await entry({ name: 'link', type: 'symlink', linkname: 'one' });
  const compressed = new Map<string, readonly Buffer[]>([
    ['two blocks of zeros', [one, zeros(2)]],
    ['many blocks of zeros', [one, zeros(20)]],
    ['one block of zeros', [one, zeros(1)]],
    ['no block of zeros', [one]],
    ['a second archive', [one, zeros(2), two, zeros(2)]],
    ['a second archive after a record', [one, zeros(20), two, zeros(2)]],
    ['one block of zeros between entries', [one, zeros(1), two, zeros(2)]],
    ['entries without an end between them', [one, two, zeros(2)]],
    ['no entries', [zeros(2), two, zeros(2)]],
    ['text after the end', [one, zeros(2), Buffer.from('text')]],
    ['a link with a content', [withSize(link, blockBytes), two, zeros(2)]],
  ]);
  const archives = [...compressed].map(([name, parts]): [string, Buffer] => [
    name,
    gzipSync(Buffer.concat(parts)),
  ]);
  const members = [one, zeros(2), two, zeros(2)].map((part) => gzipSync(part));
  return new Map([...archives, ['a second archive in members of gzip', Buffer.concat(members)]]);
}

/** Archives that we refuse although Go reads them: GNU tar reads them differently. */
const refusedHere = ['a link with a content'];

/** @param directory for the archives. @returns the number of archives, and the differences. */
export async function compareEnds(
  program: OracleProgram,
  directory: string,
): Promise<{ readonly archives: number; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const archives = await endings();
  for (const [name, bytes] of archives) {
    const go: Reading = await program
      .list(bytes)
      .then((members) => members.map((member) => member.name))
      .catch(() => 'refused' as const);
    const ours = await ourReading(bytes, directory);
    const expected = refusedHere.includes(name) ? 'refused' : go;
    if (JSON.stringify(ours) === JSON.stringify(expected)) continue;
    problems.push(`${name}: Go ${JSON.stringify(go)}, ours ${JSON.stringify(ours)}`);
  }
  return { archives: archives.size, problems };
}

async function ourReading(bytes: Buffer, directory: string): Promise<Reading> {
  writeFileSync(join(directory, 'ends.tar.gz'), bytes);
  const names: string[] = [];
  try {
    const path = join(directory, 'ends.tar.gz');
    for await (const { name, entry } of readArchive(path, path, createWorkspace(directory))) {
      names.push(name);
      entry.resume();
    }
  } catch (error) {
    if (describeError(error).includes('cannot be read')) return 'refused';
    throw error;
  }
  return names;
}

/** The blocks of one entry, without the end of an archive. */
async function entry(header: Partial<Header> & Pick<Header, 'name'>, text = ''): Promise<Buffer> {
  const writer = pack();
  writer.entry({ mtime: new Date(0), ...header }, text);
  writer.finalize();
  const whole = await buffer(writer);
  return whole.subarray(0, blockBytes + Math.ceil(text.length / blockBytes) * blockBytes);
}

/** The entry with another size in its header, and a correct checksum. */
function withSize(blocks: Buffer, size: number): Buffer {
  const changed = Buffer.from(blocks);
  changed.write(`${size.toString(8).padStart(11, '0')} `, 124, 'latin1');
  changed.write('        ', 148, 'latin1');
  const sum = changed.subarray(0, blockBytes).reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}
