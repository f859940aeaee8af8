import { Readable } from 'node:stream';
import { BuildError } from '../errors.ts';
import type { Workspace } from '../ports.ts';
import { quote } from '../text/problem.ts';
import { show } from '../text/show.ts';
import { fileBytes } from './directory/bytes.ts';
import { findPath, type FoundPath } from './directory/find-path.ts';
import { directorySource } from './directory/source.ts';
import type { StdinSource, SourceOptions } from './stdin.ts';
import { pieceBytes } from './tar/blocks.ts';

/**
 * Finds the files that the inputs name and checks them, so that errors are reported before a pod is created. Packing starts
 * with `open`.
 * @param signal ends the search.
 * @throws BuildError('context' or 'input'), or the signal's reason.
 */
export async function createSource(
  options: SourceOptions,
  workspace: Workspace,
  signal: AbortSignal = new AbortController().signal,
): Promise<StdinSource> {
  const { source } = options;
  if (source.kind === 'text') return textSource(source.text);
  if (source.kind === 'file') {
    return rawSource(findFile(source.path, 'stdin-file', workspace), source.path, workspace);
  }
  const latestSeconds = readSourceDateEpoch(options.sourceDateEpoch);
  const place = findPath(source.path, ['.'], workspace);
  if (place === undefined) throw noContext(source.path);
  if (place.kind === 'directory') {
    return directorySource(
      { ...options, path: source.path, place, latestSeconds },
      workspace,
      signal,
    );
  }
  if (!isArchiveName(source.path)) {
    throw new BuildError(
      'context',
      `the context ${show(source.path)} is a file, but not an archive`,
      {
        hint: "Set 'context' to a directory, or to a file with the ending .tar, .tar.gz or .tgz.",
      },
    );
  }
  if (options.layout === 'plain') return rawSource(place, source.path, workspace);
  // Only archives need the library that reads them, so it is loaded here.
  const { archiveSource } = await import('./archive/source.ts');
  return archiveSource({ ...options, path: source.path, place, latestSeconds }, workspace, signal);
}

/** True for the file names that are read as a context in an archive. */
function isArchiveName(path: string): boolean {
  return /\.(?:tar|tar\.gz|tgz)$/i.test(path);
}

function textSource(text: string): StdinSource {
  const bytes = Buffer.from(text);
  return {
    description: `text of the input 'stdin' (${bytes.length} bytes)`,
    dockerfile: '',
    notes: [],
    warnings: [],
    open: () => ({
      stream: Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }),
      progress: { files: 0, bytes: bytes.length, totalBytes: bytes.length, totalFiles: 0 },
    }),
  };
}

/** A file byte for byte. */
function rawSource(place: FoundPath, name: string, workspace: Workspace): StdinSource {
  const sizeBytes = workspace.stat(place.path)?.sizeBytes ?? 0;
  return {
    description: `file ${quote(name)} (${sizeBytes} bytes, unchanged)`,
    dockerfile: '',
    notes: [],
    warnings: [],
    open: () => {
      const progress = { files: 0, bytes: 0, totalBytes: sizeBytes, totalFiles: 1 };
      const count = (bytes: number): void => {
        progress.bytes += bytes;
        if (progress.bytes === sizeBytes) progress.files = 1;
      };
      return {
        stream: Readable.from(fileBytes(place.path, workspace, count), {
          objectMode: false,
          highWaterMark: pieceBytes,
        }),
        progress,
      };
    },
  };
}

function findFile(path: string, input: string, workspace: Workspace): FoundPath {
  const place = findPath(path, ['.'], workspace);
  if (place?.kind === 'file') return place;
  throw new BuildError(
    'context',
    place === undefined
      ? `the file ${show(path)} does not exist`
      : `${show(path)} is a directory, but '${input}' must be a file`,
    { hint: `Correct the input '${input}'; its path is relative to the working directory.` },
  );
}

function noContext(path: string): BuildError {
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/|git@)/i.test(path)) {
    // The message does not quote the URL, because it can contain a token.
    return new BuildError('context', 'the context is a URL, but Git URLs are not supported', {
      hint: "Check out the repository in a step before this one, and set 'context' to its directory.",
    });
  }
  return new BuildError('context', `the context ${show(path)} does not exist`, {
    hint: "Correct the input 'context', relative to the working directory, and check out the repository in a step before this one.",
  });
}

/** Seconds since the epoch, see reproducible-builds.org. */
function readSourceDateEpoch(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const seconds = /^\d{1,11}$/.test(text) ? Number(text) : undefined;
  if (seconds !== undefined) return seconds;
  throw new BuildError(
    'input',
    `the environment variable SOURCE_DATE_EPOCH is ${quote(text)}, which is not a Unix timestamp`,
    { hint: 'Set it to whole seconds since 1970, for example with `git log -1 --format=%ct`.' },
  );
}
