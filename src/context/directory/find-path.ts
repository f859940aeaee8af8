import { BuildError, describeError, errorCode } from '../../errors.ts';
import type { OpenFile, Workspace } from '../../ports.ts';
import { show } from '../../text/show.ts';

/** An existing path that an input names. */
export interface FoundPath {
  /** Absolute, with all links resolved. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
}

/**
 * Finds the path that an input names. The target of a link in the workspace or in the context must be in one of them too.
 * Their files can come from a pull request, and a link could make the step read files of the runner.
 * @param roots the workspace and the context, as the user wrote them.
 * @returns undefined if the path does not exist.
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
    throw new BuildError('context', `${show(path)} is neither a file nor a directory`, {
      hint: 'Name a regular file or a directory.',
    });
  }
  const homes = roots.map((root) => workspace.resolve(root));
  const realHomes = homes.map((home) => realPath(home, workspace) ?? home);
  const isInside = (place: string): boolean => realHomes.some((home) => isWithin(place, home));
  // A path can also lead into a root through a link, because directories of a runner have several names.
  const isOwn =
    homes.some((home) => isWithin(absolute, home)) ||
    partsOf(absolute).some((part) => isInside(realPath(part, workspace) ?? part));
  if (isOwn && !isInside(real)) {
    throw new BuildError(
      'context',
      `${show(path)} is a link to ${show(real)}, outside of the workspace`,
      {
        hint: 'Replace the link with the file itself, or use the path that it links to.',
      },
    );
  }
  return { path: real, kind: stat.kind };
}

/** Limit for Dockerfiles, ignore files and files that inputs name. Larger ones are mistakes. */
const largestFileBytes = 4 * 1_024 * 1_024;

/**
 * The content of a file that an input names, under the conditions of `findPath`.
 * @returns undefined if the file does not exist.
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
 * The content of a file that `findPath` found.
 * @throws BuildError('context') also for a directory, and for a file of more than `largestBytes`.
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

/** Checks the open file, because the path can have been replaced since `findPath`. */
function readUpTo(file: OpenFile, path: string, largestBytes: number): Buffer {
  const { kind, sizeBytes } = file.stat();
  if (kind !== 'file') {
    throw new BuildError('context', `${show(path)} is not a file`, {
      hint: 'Name a regular file.',
    });
  }
  if (sizeBytes > largestBytes) {
    throw new BuildError('context', `${show(path)} is larger than ${largestBytes} bytes`, {
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
  return new BuildError('context', `${show(path)} cannot be read: ${describeError(cause)}`, {
    hint: 'Make it readable for the runner, or name another one.',
    cause,
  });
}

/** An absolute path from its first directory to itself. */
function partsOf(path: string): readonly string[] {
  // On Windows a drive without a slash (`D:`) is the current directory of that drive, so it is not a part.
  const ends = path.matchAll(/[^\\/:](?=[\\/]|$)/g);
  return [...ends].map(({ index }) => path.slice(0, index + 1));
}

function isWithin(path: string, directory: string): boolean {
  const base = directory.replace(/[\\/]+$/, '');
  return path === base || path.startsWith(`${base}/`) || path.startsWith(`${base}\\`);
}
