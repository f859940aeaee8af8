import { setImmediate } from 'node:timers/promises';
import { BuildError, describeError } from '../../errors.ts';
import type { FileStat, OpenFile, Workspace } from '../../ports.ts';

const chunkBytes = 256 * 1_024;

/**
 * The bytes of a file, unchanged. Throws if the file changes while it is read.
 * @param count called with the size of each chunk before it is returned.
 * @throws BuildError('context')
 */
export async function* fileBytes(
  path: string,
  workspace: Workspace,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let file: OpenFile;
  try {
    file = workspace.open(path);
  } catch (error) {
    throw readFailure(path, error);
  }
  try {
    const before = stat(file, path);
    let left = before.sizeBytes;
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const bytes = read(file, chunk, path);
      left -= bytes;
      if (bytes === 0) break;
      count(bytes);
      yield chunk.subarray(0, bytes);
      await setImmediate();
    }
    if (left !== 0 || stat(file, path).mtimeMs !== before.mtimeMs) {
      throw new BuildError('context', `${path} was written to while it was sent`, {
        hint: 'Nothing may write to the file during the step.',
      });
    }
  } finally {
    file.close();
  }
}

function stat(file: OpenFile, path: string): FileStat {
  try {
    return file.stat();
  } catch (error) {
    throw readFailure(path, error);
  }
}

function read(file: OpenFile, chunk: Buffer, path: string): number {
  try {
    return file.read(chunk);
  } catch (error) {
    throw readFailure(path, error);
  }
}

function readFailure(path: string, error: unknown): BuildError {
  return new BuildError('context', `${path} cannot be read: ${describeError(error)}`, {
    hint: 'Make it readable for the runner.',
    cause: error,
  });
}
