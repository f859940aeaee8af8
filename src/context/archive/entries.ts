import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type ExtractEvents, type Header } from 'tar-stream';
import { BuildError, describeError } from '../../errors.ts';
import type { Workspace } from '../../ports.ts';
import { cleanPath } from '../../text/path.ts';
import { fileBytes } from '../directory/bytes.ts';
import { archiveBytes } from './blocks.ts';
import { damaged } from './damaged.ts';

/** Limit for files that are read into memory: Dockerfiles, ignore files, git configurations. Larger ones are mistakes. */
export const largestTextBytes = 4 * 1_024 * 1_024;

/** The list of an archive takes about half a kilobyte of memory for each entry. */
const mostEntries = 1_000_000;
/** Linux's limit for a path, in bytes. Nothing could unpack a longer one. */
const longestPathBytes = 4_096;

/** The number of links that Linux follows in one path. */
export const mostLinks = 40;

/** An entry in the list of an archive. */
export interface ListedEntry {
  /** Clean and relative; `.` for the root of the archive. */
  readonly name: string;
  readonly type: Header['type'] | null;
  readonly sizeBytes: number;
  /** For symbolic and hard links: the clean name of the target. */
  readonly target: string | undefined;
}

/** An entry that is being read. The next one follows after its content was read to the end. */
export interface ReadEntry {
  /** As the user wrote it. */
  readonly archive: string;
  /** As in ListedEntry. */
  readonly name: string;
  readonly header: Header;
  readonly entry: ExtractEvents['entry'][1];
}

/**
 * The oldest tar format (v7) has no magic number, so unknown formats are allowed. tar-stream checks their checksum too. Its
 * types do not declare `allowUnknownFormat`.
 */
const readerOptions = { allowUnknownFormat: true, highWaterMark: 64 * 1_024 };

/**
 * @param archive the path as the user wrote it. @param path the path on disk.
 * @throws BuildError('context')
 */
export async function* readArchive(
  archive: string,
  path: string,
  workspace: Workspace,
): AsyncGenerator<ReadEntry> {
  const reader = extract(readerOptions);
  let entries = 0;
  const bytes = Readable.from(
    fileBytes(path, workspace, () => undefined),
    { objectMode: false },
  );
  const first = await firstBytes(bytes, archive);
  const isCompressed = first[0] === 0x1f && first[1] === 0x8b;
  // The loop below throws the errors of all streams of the pipeline.
  const done = (): void => undefined;
  const untilEnd = (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> =>
    archiveBytes(source, archive);
  if (isCompressed) pipeline(bytes, createGunzip(), untilEnd, reader, done);
  else pipeline(bytes, untilEnd, reader, done);
  try {
    for await (const entry of reader) {
      const { header } = entry;
      entries += 1;
      if (entries > mostEntries) throw damaged(archive, `it has more than ${mostEntries} entries`);
      if (header.type === 'file' && header.name.endsWith('/')) header.type = 'directory';
      if (isSparse(header)) throw sparse(header.name, archive);
      if (header.type === 'link' || header.type === 'symlink') checkTarget(header, archive);
      yield { archive, name: cleanName(header.name, archive), header, entry };
    }
  } catch (error) {
    throw asDamage(archive, error);
  } finally {
    bytes.destroy();
  }
}

/** The bytes of an entry. @throws BuildError('context') */
export async function* contentOf({ entry, archive }: ReadEntry): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of entry) {
      if (Buffer.isBuffer(chunk)) yield chunk;
    }
  } catch (error) {
    throw asDamage(archive, error);
  }
}

/** All bytes of an entry. @throws BuildError('context') */
export async function collect(read: ReadEntry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of contentOf(read)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The clean name of the target of a link. A hard link is relative to the root, a symbolic link to its directory. */
export function linkTarget(name: string, { type, linkname }: Header): string | undefined {
  if (type === 'link') return cleanPath(linkname.replace(/^\/+/, ''));
  if (type !== 'symlink') return undefined;
  return cleanPath(linkname.startsWith('/') ? linkname : `${name}/../${linkname}`);
}

/**
 * Resolves all symbolic links of a name.
 * @param entries by name. @returns undefined if the target is outside of the archive, or if the links are circular.
 */
export function followLinks(
  name: string,
  entries: ReadonlyMap<string, ListedEntry>,
): string | undefined {
  let path = name;
  for (let links = 0; links <= mostLinks; links += 1) {
    const next = followFirstLink(path, entries);
    if (next === undefined) return path === '..' || path.startsWith('../') ? undefined : path;
    path = next;
  }
  return undefined;
}

function followFirstLink(
  path: string,
  entries: ReadonlyMap<string, ListedEntry>,
): string | undefined {
  for (let end = 0; end < path.length;) {
    const slash = path.indexOf('/', end + 1);
    end = slash < 0 ? path.length : slash;
    const entry = entries.get(path.slice(0, end));
    if (entry?.type === 'symlink') return cleanPath(`${entry.target ?? ''}${path.slice(end)}`);
  }
  return undefined;
}

function asDamage(archive: string, error: unknown): BuildError {
  return error instanceof BuildError ? error : damaged(archive, describeError(error), error);
}

/** True for sparse files of GNU tar, in its own form (a type that tar-stream does not know) and with PAX records. */
function isSparse({ type, size, pax }: Header): boolean {
  const hasUnknownType = (type as Header['type'] | null) === null;
  const hasRecord =
    typeof pax === 'object' &&
    pax !== null &&
    Object.keys(pax).some((key) => key.startsWith('GNU.sparse'));
  return (hasUnknownType && size > 0) || hasRecord;
}

function sparse(name: string, archive: string): BuildError {
  return new BuildError('context', `${archive} has a sparse file: ${name}`, {
    hint: 'Make the archive without the option --sparse of tar.',
  });
}

/** Reads the first chunk and puts it back. */
async function firstBytes(bytes: Readable, archive: string): Promise<Buffer> {
  try {
    for await (const chunk of bytes.iterator({ destroyOnReturn: false })) {
      bytes.unshift(chunk);
      return chunk as Buffer;
    }
  } catch (error) {
    throw asDamage(archive, error);
  }
  throw damaged(archive, 'it is empty');
}

function cleanName(name: string, archive: string): string {
  checkPath(name, archive);
  const clean = cleanPath(name.replace(/^\/+/, '').replace(/\/+$/, ''));
  if (clean === '..' || clean.startsWith('../')) {
    throw new BuildError('context', `${archive} has an entry outside of itself: ${name}`, {
      hint: 'Make the archive from inside its directory: tar -czf context.tar.gz -C directory .',
    });
  }
  return clean;
}

/** @throws BuildError('context') for a target that no link can have. */
function checkTarget(header: Header, archive: string): void {
  // The types of tar-stream do not declare that it can be null.
  const { linkname } = header as { readonly linkname: string | null };
  if (linkname === null) throw damaged(archive, `it has a link without a target: ${header.name}`);
  checkPath(linkname, archive);
}

/** @throws BuildError('context') for a path that no file can have. */
function checkPath(path: string, archive: string): void {
  if (Buffer.byteLength(path) > longestPathBytes) {
    throw damaged(archive, `it has a path of more than ${longestPathBytes} bytes`);
  }
  if (path.includes('\0')) throw damaged(archive, 'it has a path with a NUL character');
}
