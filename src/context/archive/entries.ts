import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type ExtractEvents, type Header } from 'tar-stream';
import { BuildError, describeError } from '../../errors.ts';
import type { Workspace } from '../../ports.ts';
import { cleanPath } from '../../text/path.ts';
import { fileBytes } from '../directory/bytes.ts';

/** What is read into memory whole: Dockerfiles and ignore files. Nobody writes larger ones. */
export const largestTextBytes = 4 * 1_024 * 1_024;

/** As many links as the kernel follows. */
export const mostLinks = 40;

/** What is remembered of an entry. */
export interface ListedEntry {
  /** Clean and relative; `.` for the archive's own root. */
  readonly name: string;
  readonly type: Header['type'] | null;
  readonly sizeBytes: number;
  /** For both kinds of links: the clean name of what they lead to. */
  readonly target: string | undefined;
}

/** An entry that is being read; the archive goes on when its content was read to its end. */
export interface ReadEntry {
  /** As the user wrote it. */
  readonly archive: string;
  /** As in ListedEntry. */
  readonly name: string;
  readonly header: Header;
  readonly entry: ExtractEvents['entry'][1];
}

/** The oldest format has no mark of its own; its checksum is looked at all the same. The types do not know the first one. */
const readerOptions = { allowUnknownFormat: true, highWaterMark: 64 * 1_024 };

/**
 * @param archive as the user wrote it. @param path where it is.
 * @throws BuildError('context')
 */
export async function* readArchive(
  archive: string,
  path: string,
  workspace: Workspace,
): AsyncGenerator<ReadEntry> {
  const reader = extract(readerOptions);
  const bytes = Readable.from(
    fileBytes(path, workspace, () => undefined),
    { objectMode: false },
  );
  const first = await firstBytes(bytes, archive);
  const isCompressed = first[0] === 0x1f && first[1] === 0x8b;
  // The reader below throws the error of any of them.
  const done = (): void => undefined;
  if (isCompressed) pipeline(bytes, createGunzip(), reader, done);
  else pipeline(bytes, reader, done);
  try {
    for await (const entry of reader) {
      const { header } = entry;
      if (isSparse(header)) throw sparse(header.name, archive);
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

/** The clean name of what a link leads to; a hard link names it from the root, a symbolic one from its directory. */
export function linkTarget(name: string, { type, linkname }: Header): string | undefined {
  if (type === 'link') return cleanPath(linkname.replace(/^\/+/, ''));
  if (type !== 'symlink') return undefined;
  return cleanPath(linkname.startsWith('/') ? linkname : `${name}/../${linkname}`);
}

/**
 * The name that a name leads to with all symbolic links on the way followed, of entries by their names; undefined if that is
 * outside of the archive, or never ends.
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

export function damaged(archive: string, why: string, cause?: unknown): BuildError {
  return new BuildError('context', `the archive ${archive} cannot be read: ${why}`, {
    hint: 'Make it with tar, uncompressed or with gzip.',
    cause,
  });
}

function asDamage(archive: string, error: unknown): BuildError {
  return error instanceof BuildError ? error : damaged(archive, describeError(error), error);
}

/** GNU tar's files with holes, in its own form (a type that the reader does not know) and in that of PAX records. */
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

/** Looks at the beginning without taking it. */
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
  const clean = cleanPath(name.replace(/^\/+/, '').replace(/\/+$/, ''));
  if (clean === '..' || clean.startsWith('../')) {
    throw new BuildError('context', `${archive} has an entry outside of itself: ${name}`, {
      hint: 'Make the archive from inside its directory: tar -czf context.tar.gz -C directory .',
    });
  }
  return clean;
}
