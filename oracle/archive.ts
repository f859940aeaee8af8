// Reads our stream, complete and truncated, with archive/tar of Go.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createSource } from '../src/context/source.ts';
import { createWorkspace } from '../src/io/workspace.ts';
import { differencesOf, readRecords, recordsOf, writeEveryKind } from '../support/every-kind.ts';
import type { Random } from '../support/random.ts';
import type { OracleProgram } from './program.ts';

/** The compressed bytes after the last entry: padding, which compresses to a few bytes, and the trailer of gzip. */
const longestEndBytes = 64;

/** Packs a context with every kind of entry. @returns the number of entries, and the differences. */
export async function compareArchive(
  program: OracleProgram,
  directory: string,
): Promise<{ readonly entries: number; readonly problems: readonly string[] }> {
  const context = join(directory, 'context');
  mkdirSync(context);
  writeEveryKind(context);
  writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n');
  const members = await program.list(await pack(directory, 'context', 'Dockerfile'));
  const sent = readRecords(context);
  const problems = [...differencesOf(sent, recordsOf(members))];
  const owned = members.filter(({ uid, gid }) => uid !== 0 || gid !== 0);
  problems.push(...owned.map(({ name }) => `${name} has an owner`));
  return { entries: sent.length, problems };
}

/** Packs this repository and cuts the stream. @returns the cuts that were accepted although incomplete. */
export async function cutArchive(
  program: OracleProgram,
  random: Random,
  cuts: number,
): Promise<{ readonly bytes: number; readonly problems: readonly string[] }> {
  const root = join(import.meta.dirname, '..');
  const stream = await pack(root, '.', 'playground/demo-project/Dockerfile', [
    '.git',
    '**/node_modules',
    'dist',
  ]);
  const drawn = Array.from({ length: cuts }, () => random.whole(0, stream.length - 1));
  const ends = Array.from({ length: longestEndBytes }, (_, index) => stream.length - 1 - index);
  const results = await program.cut(stream, [stream.length, ...drawn, ...ends]);
  const [whole, ...others] = results;
  if (whole?.accepted !== true)
    return { bytes: stream.length, problems: ['the complete stream is not accepted'] };
  const problems = others
    .filter(({ accepted, members }) => accepted && members !== whole.members)
    .map(({ offset, members }) => `cut at ${offset}: accepted with ${members} members`);
  return { bytes: stream.length, problems };
}

async function pack(
  directory: string,
  path: string,
  file: string,
  excludes: readonly string[] = [],
): Promise<Buffer> {
  const options = {
    source: { kind: 'context', path },
    file,
    layout: 'image',
    compressionLevel: 1,
    excludes,
    sourceDateEpoch: undefined,
  } as const;
  const source = await createSource(options, createWorkspace(directory));
  return buffer(source.open({}).stream);
}
