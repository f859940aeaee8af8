import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type ExtractEvents, type Header } from 'tar-stream';
import { BuildError, describeError } from '../errors.ts';
import type { Workspace } from '../ports.ts';
import { fileBytes } from './bytes.ts';
import { addExcludes, type FoundContext } from './directory.ts';
import { archiveMode } from './entry.ts';
import { withoutCredentials } from './git-config.ts';
import { cleanPath, IgnoreRules, type ParentMatches } from './ignore.ts';
import {
  clampTime,
  contextRoot,
  directoryMember,
  isGitConfig,
  metaMembers,
  type Member,
  type MemberRules,
} from './member.ts';
import { packStream } from './pack.ts';
import type { StdinSource, StreamAuth } from './source.ts';

/** Dockerfiles and ignore files are read into memory; nobody writes larger ones. */
const largestTextBytes = 4 * 1_024 * 1_024;

/** True for the endings that make a file a ready-made context. */
export function isArchiveName(path: string): boolean {
  return /\.(?:tar|tar\.gz|tgz)$/i.test(path);
}

/**
 * A ready-made archive, packed again into the image layout: so it gets logins, one gzip member and the Dockerfile at its end,
 * as a directory does. It is read twice, because its ignore file and its Dockerfile may come last.
 * @throws BuildError('context')
 */
export async function archiveSource(
  context: FoundContext,
  workspace: Workspace,
): Promise<StdinSource> {
  const { path, place } = context;
  const texts = new ArchiveTexts(context.file);
  const listing: ListedEntry[] = [];
  for await (const { entry, header, name } of readArchive(place.path, workspace)) {
    listing.push({ name, type: header.type, sizeBytes: header.size, target: linkOf(header) });
    await texts.take(name, header, entry);
  }
  const dockerfile = texts.dockerfile(path);
  const ignore = texts.rules(dockerfile.name);
  const plan = planMembers(listing, addExcludes(ignore.rules, context.excludes));

  async function* members(auth: StreamAuth): AsyncGenerator<Member> {
    yield directoryMember(contextRoot.image, 0o755, 0);
    let index = -1;
    for await (const { entry, header, name } of readArchive(place.path, workspace)) {
      index += 1;
      if (listing[index]?.name !== name) throw damaged(path, 'it changed while it was read');
      if (plan.kept.has(index)) yield await archiveMember(name, header, entry, context);
      entry.resume();
    }
    yield* metaMembers({ dockerfile: dockerfile.bytes, auth, mtimeSeconds: 0 });
  }

  const kept =
    ignore.name === undefined ? 'no .dockerignore' : `${plan.ignored} kept out by ${ignore.name}`;
  return {
    description: `archive ${JSON.stringify(path)} (${listing.length} entries, ${kept})`,
    dockerfile: dockerfile.bytes.toString('utf8'),
    warnings: plan.warnings,
    open: (auth) =>
      packStream(() => members(auth), context.compressionLevel, plan.totals, workspace),
  };
}

interface ListedEntry {
  /** Clean and relative; `.` for the archive's own root. */
  readonly name: string;
  readonly type: Header['type'] | null;
  readonly sizeBytes: number;
  /** For hard links: the clean name of the file. */
  readonly target: string | undefined;
}

/** The content of one member; the archive goes on when it was read to its end. */
type Entry = ExtractEvents['entry'][1];

interface ReadEntry {
  readonly entry: Entry;
  readonly header: Header;
  readonly name: string;
}

async function* readArchive(path: string, workspace: Workspace): AsyncGenerator<ReadEntry> {
  const reader = extract();
  const bytes = Readable.from(
    fileBytes(path, workspace, () => undefined),
    { objectMode: false },
  );
  const first = await firstBytes(bytes, path);
  const isCompressed = first[0] === 0x1f && first[1] === 0x8b;
  // The reader below throws the error of any of them.
  const done = (): void => undefined;
  if (isCompressed) pipeline(bytes, createGunzip(), reader, done);
  else pipeline(bytes, reader, done);
  try {
    for await (const entry of reader) {
      yield { entry, header: entry.header, name: cleanName(entry.header.name, path) };
    }
  } catch (error) {
    throw error instanceof BuildError ? error : damaged(path, describeError(error), error);
  } finally {
    bytes.destroy();
  }
}

/** Looks at the beginning without taking it. */
async function firstBytes(bytes: Readable, path: string): Promise<Buffer> {
  try {
    for await (const chunk of bytes.iterator({ destroyOnReturn: false })) {
      bytes.unshift(chunk);
      return chunk as Buffer;
    }
  } catch (error) {
    throw error instanceof BuildError ? error : damaged(path, describeError(error), error);
  }
  throw damaged(path, 'it is empty');
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

function linkOf({ type, linkname }: Header): string | undefined {
  return type === 'link' ? cleanPath(linkname.replace(/^\/+/, '')) : undefined;
}

/** The files of an archive that say how it is built; the last one of a name counts, as when unpacking. */
class ArchiveTexts {
  readonly #file: string | undefined;
  readonly #texts = new Map<string, Buffer>();

  constructor(file: string | undefined) {
    this.#file = file === undefined ? undefined : cleanPath(file.replace(/^\/+/, ''));
  }

  async take(name: string, { type, size }: Header, entry: Entry): Promise<void> {
    const isWanted = this.#names().some(
      (wanted) => name === wanted || name === `${wanted}.dockerignore`,
    );
    if (!isWanted && name !== '.dockerignore') {
      entry.resume();
      return;
    }
    this.#texts.delete(name);
    if (type !== 'file' || size > largestTextBytes) entry.resume();
    else this.#texts.set(name, await collect(entry));
  }

  dockerfile(archive: string): { readonly name: string; readonly bytes: Buffer } {
    for (const name of this.#names()) {
      const bytes = this.#texts.get(name);
      if (bytes !== undefined) return { name, bytes };
    }
    throw new BuildError('context', `${archive} has no file ${this.#names()[0] ?? ''}`, {
      hint: "Name the Dockerfile's path inside the archive by the input 'file'.",
    });
  }

  rules(dockerfile: string): { readonly rules: IgnoreRules; readonly name: string | undefined } {
    for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
      const bytes = this.#texts.get(name);
      if (bytes !== undefined)
        return { rules: new IgnoreRules(bytes.toString('utf8'), name), name };
    }
    return { rules: new IgnoreRules('', '.dockerignore'), name: undefined };
  }

  #names(): readonly string[] {
    return this.#file === undefined ? ['Dockerfile', 'dockerfile'] : [this.#file];
  }
}

interface MemberPlan {
  /** Indexes of the entries that are sent. */
  readonly kept: ReadonlySet<number>;
  readonly ignored: number;
  readonly warnings: readonly string[];
  readonly totals: { readonly totalFiles: number; readonly totalBytes: number };
}

const sentTypes: readonly unknown[] = ['file', 'contiguous-file', 'directory', 'symlink', 'link'];

function planMembers(listing: readonly ListedEntry[], rules: IgnoreRules): MemberPlan {
  const results = new DirectoryResults(rules);
  const special = new Set<number>();
  const kept = new Set<number>();
  const parents = new Set<string>();
  const names = new Set<string>();
  let ignored = 0;
  listing.forEach(({ name, type }, index) => {
    if (name === '.') return;
    if (!sentTypes.includes(type)) special.add(index);
    else if (results.isExcluded(name)) ignored += 1;
    else {
      kept.add(index);
      names.add(name);
      for (let parent = parentName(name); parent !== undefined; parent = parentName(parent)) {
        parents.add(parent);
      }
    }
  });
  // An excluded directory is sent if something below it is.
  listing.forEach(({ name, type }, index) => {
    if (type === 'directory' && parents.has(name)) kept.add(index);
  });
  for (const index of kept) checkLink(listing[index], names);
  const files = [...kept].flatMap((index) => {
    const entry = listing[index];
    return entry?.type === 'file' || entry?.type === 'contiguous-file' ? [entry] : [];
  });
  return {
    kept,
    ignored,
    warnings: [...special].map(
      (index) => `${listing[index]?.name ?? ''}: neither file, directory nor link, and not sent`,
    ),
    totals: {
      totalFiles: files.length,
      totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
  };
}

function checkLink(entry: ListedEntry | undefined, names: ReadonlySet<string>): void {
  if (entry?.target === undefined || names.has(entry.target)) return;
  throw new BuildError(
    'context',
    `${entry.name} is another name of ${entry.target}, which the archive does not have or .dockerignore keeps out`,
    { hint: 'Keep both names out, or none.' },
  );
}

/** Verdicts of the ignore rules for paths whose directories may have no entry of their own. */
class DirectoryResults {
  readonly #rules: IgnoreRules;
  readonly #matches = new Map<string, ParentMatches>();

  constructor(rules: IgnoreRules) {
    this.#rules = rules;
  }

  isExcluded(name: string): boolean {
    return this.#rules.test(name, this.#ofDirectory(parentName(name))).excluded;
  }

  #ofDirectory(name: string | undefined): ParentMatches | undefined {
    if (name === undefined) return undefined;
    let matches = this.#matches.get(name);
    if (matches === undefined) {
      ({ matches } = this.#rules.test(name, this.#ofDirectory(parentName(name))));
      this.#matches.set(name, matches);
    }
    return matches;
  }
}

function parentName(name: string): string | undefined {
  const cut = name.lastIndexOf('/');
  return cut < 0 ? undefined : name.slice(0, cut);
}

async function archiveMember(
  cleanedName: string,
  header: Header,
  entry: Entry,
  { latestSeconds, keepGitCredentials = false }: MemberRules,
): Promise<Member> {
  const name = `${contextRoot.image}/${cleanedName}`;
  const mtimeSeconds = clampTime(header.mtime.getTime() / 1_000, latestSeconds);
  const { mode } = header;
  switch (header.type) {
    case 'directory':
      return directoryMember(name, archiveMode('directory', mode), mtimeSeconds);
    case 'symlink':
      return {
        header: {
          name,
          type: 'symlink',
          mode: 0o777,
          mtimeSeconds,
          linkName: header.linkname,
        },
        content: { kind: 'none' },
        counts: false,
      };
    case 'link':
      return {
        header: {
          name,
          type: 'link',
          mode: archiveMode('file', mode),
          mtimeSeconds,
          linkName: `${contextRoot.image}/${linkOf(header) ?? ''}`,
        },
        content: { kind: 'none' },
        counts: false,
      };
    default: {
      const isEdited =
        isGitConfig(cleanedName) && !keepGitCredentials && header.size <= largestTextBytes;
      return {
        header: { name, type: 'file', mode: archiveMode('file', mode), mtimeSeconds },
        content: isEdited
          ? { kind: 'bytes', bytes: withoutCredentials(await collect(entry)) }
          : { kind: 'stream', bytes: contentOf(entry), sizeBytes: header.size },
        counts: true,
      };
    }
  }
}

async function collect(entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of contentOf(entry)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* contentOf(entry: Entry): AsyncGenerator<Buffer> {
  for await (const chunk of entry) {
    if (Buffer.isBuffer(chunk)) yield chunk;
  }
}

function damaged(path: string, why: string, cause?: unknown): BuildError {
  return new BuildError('context', `the archive ${path} cannot be read: ${why}`, {
    hint: 'Make it with tar, uncompressed or with gzip.',
    cause,
  });
}
