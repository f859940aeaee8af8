import { BuildError, describeError, errorCode } from '../../errors.ts';
import type { OpenFile, Workspace } from '../../ports.ts';

/** A path of an input, found on disk. */
export interface FoundPath {
  /** With all links followed. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
}

/**
 * Finds what an input names. A path inside the workspace or the context must stay there when its links are followed: what is in
 * them may come from a pull request, and a link would make the step read the runner's own files.
 * @param roots directories that may hold what the builder gets to see, as the user wrote them.
 * @returns undefined if there is nothing.
 * @throws BuildError('context')
 */
export function findPath(
  path: string,
  roots: readonly string[],
  workspace: Workspace,
): FoundPath | undefined {
  const absolute = workspace.resolve(path);
  const real = realPath(absolute, workspace);
  if (real === undefined) return undefined;
  const stat = workspace.stat(real);
  if (stat?.kind !== 'file' && stat?.kind !== 'directory') {
    throw new BuildError('context', `${path} is neither a file nor a directory`, {
      hint: 'Name a regular file or a directory.',
    });
  }
  const homes = roots.map((root) => workspace.resolve(root));
  const realHomes = homes.map((home) => realPath(home, workspace) ?? home);
  const isInside = (place: string): boolean => realHomes.some((home) => isWithin(place, home));
  // A path may also come into a root by a link: a runner's directories have several names.
  const isOwn =
    homes.some((home) => isWithin(absolute, home)) ||
    partsOf(absolute).some((part) => isInside(realPath(part, workspace) ?? part));
  if (isOwn && !isInside(real)) {
    throw new BuildError('context', `${path} is a link to ${real}, outside of the workspace`, {
      hint: 'Replace the link with the file itself, or use the path that it links to.',
    });
  }
  return { path: real, kind: stat.kind };
}

/** Dockerfiles, ignore files and files that inputs name; nobody writes larger ones. */
const largestFileBytes = 4 * 1_024 * 1_024;

/**
 * Content of a file that an input names, if it may be read (see findPath).
 * @returns undefined if there is none.
 * @throws BuildError('context')
 */
export function readInputFile(
  path: string,
  workspace: Workspace,
  largestBytes: number = largestFileBytes,
): Buffer | undefined {
  const place = findPath(path, ['.'], workspace);
  return place === undefined ? undefined : readPlace(place, workspace, largestBytes);
}

/**
 * Content of a file that `findPath` found.
 * @throws BuildError('context') also for a directory, and where it is larger than that.
 */
export function readPlace(
  { path }: FoundPath,
  workspace: Workspace,
  largestBytes: number = largestFileBytes,
): Buffer {
  let file: OpenFile | undefined;
  try {
    file = workspace.open(path);
    return readUpTo(file, path, largestBytes);
  } catch (error) {
    throw error instanceof BuildError ? error : lookUpFailure(path, error);
  } finally {
    file?.close();
  }
}

/** Asks what is open, not what was there before. */
function readUpTo(file: OpenFile, path: string, largestBytes: number): Buffer {
  const { kind, sizeBytes } = file.stat();
  if (kind !== 'file') {
    throw new BuildError('context', `${path} is not a file`, { hint: 'Name a regular file.' });
  }
  if (sizeBytes > largestBytes) {
    throw new BuildError('context', `${path} is larger than ${largestBytes} bytes`, {
      hint: 'Name a smaller file.',
    });
  }
  const content = Buffer.alloc(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const bytes = file.read(content.subarray(filled));
    if (bytes === 0) break;
    filled += bytes;
  }
  return content.subarray(0, filled);
}

function realPath(path: string, workspace: Workspace): string | undefined {
  try {
    return workspace.realpath(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw lookUpFailure(path, error);
  }
}

function lookUpFailure(path: string, cause: unknown): BuildError {
  return new BuildError('context', `${path} cannot be read: ${describeError(cause)}`, {
    hint: 'Make it readable for the runner, or name another one.',
    cause,
  });
}

/** An absolute path from its first directory to itself. */
function partsOf(path: string): readonly string[] {
  // A drive alone (`D:`) is no directory but the current one of that drive.
  const ends = path.matchAll(/[^\\/:](?=[\\/]|$)/g);
  return [...ends].map(({ index }) => path.slice(0, index + 1));
}

function isWithin(path: string, directory: string): boolean {
  const base = directory.replace(/[\\/]+$/, '');
  return path === base || path.startsWith(`${base}/`) || path.startsWith(`${base}\\`);
}
