import { BuildError, describeError, errorCode } from '../../errors.ts';
import type { FileStat, OpenFile, Workspace } from '../../ports.ts';
import type { Member, MemberContent } from './member.ts';

/** Reads the content of a member. */
interface ContentSource {
  readonly sizeBytes: number;
  /**
   * Fills a part of `room`, which can be one byte larger than `left`.
   * @param left the number of bytes that are not read yet. @returns the number of bytes read, at least one.
   */
  read(room: Buffer, left: number): number | Promise<number>;
  /** Checks that the content ends here. */
  finish(): undefined | Promise<void>;
  close(): void;
}

export function openContent({ header, content }: Member, workspace: Workspace): ContentSource {
  switch (content.kind) {
    case 'none':
      return bytesSource(Buffer.alloc(0));
    case 'bytes':
      return bytesSource(content.bytes);
    case 'stream':
      return streamSource(header.name, content);
    case 'disk': {
      const source = diskSource(content.path, content.stat, workspace);
      return content.edit === undefined ? source : editedSource(source, content.path, content.edit);
    }
  }
}

function bytesSource(bytes: Buffer): ContentSource {
  let start = 0;
  return {
    sizeBytes: bytes.length,
    read(room, left) {
      const count = bytes.copy(room, 0, start, start + Math.min(left, room.length));
      start += count;
      return count;
    },
    finish: () => undefined,
    close: () => undefined,
  };
}

function diskSource(path: string, seen: FileStat, workspace: Workspace): ContentSource {
  const { file, stat: before } = openAsSeen(path, seen, workspace);
  const { sizeBytes } = before;
  /** True after a read that returned fewer bytes than requested: the file ended. */
  let sawEnd = false;
  return {
    sizeBytes,
    read(room, left) {
      const count = readPart(file, room, path);
      sawEnd = count < room.length;
      if (count > left) throw changed(path, 'grew');
      if (count === 0) throw changed(path, 'shrank');
      return count;
    },
    finish() {
      if (!sawEnd && sizeBytes > 0 && readPart(file, Buffer.alloc(1), path) > 0) {
        throw changed(path, 'grew');
      }
      // Files are not locked, so another process can write during a read. A write is not detected if it happened before the
      // file was opened, or if the file system recorded the same time for it.
      if (sizeBytes > 0 && statOpen(file, path).mtimeMs !== before.mtimeMs) {
        throw changed(path, 'was written to');
      }
    },
    close() {
      file.close();
    },
  };
}

/** Limit for contents that are edited in memory. Larger ones are no git configurations. */
export const largestEditedBytes = 4 * 1_024 * 1_024;

/** @throws BuildError('context') for a git configuration that is too large. */
export function checkEditedSize(name: string, sizeBytes: number): void {
  if (sizeBytes <= largestEditedBytes) return;
  throw new BuildError('context', `${name} is too large for a git configuration`, {
    hint: "Exclude it with .dockerignore, or set 'git-credentials' to keep.",
  });
}

function editedSource(
  source: ContentSource,
  path: string,
  edit: (content: Buffer) => Buffer,
): ContentSource {
  try {
    checkEditedSize(path, source.sizeBytes);
    const whole = Buffer.alloc(source.sizeBytes + 1);
    let used = 0;
    while (used < source.sizeBytes) {
      const left = source.sizeBytes - used;
      const count = source.read(whole.subarray(used, used + left + 1), left);
      if (typeof count !== 'number') throw new TypeError('only files on disk are edited');
      used += count;
    }
    return bytesSource(edit(whole.subarray(0, used)));
  } finally {
    source.close();
  }
}

function streamSource(
  name: string,
  { bytes, sizeBytes }: Extract<MemberContent, { kind: 'stream' }>,
): ContentSource {
  const chunks = bytes[Symbol.asyncIterator]();
  let chunk: Buffer = Buffer.alloc(0);
  const tooShort = (): BuildError =>
    new BuildError('context', `${name} ends too early in the archive`, {
      hint: 'Make the archive again.',
    });
  return {
    sizeBytes,
    async read(room, left) {
      while (chunk.length === 0) {
        const next = await chunks.next();
        if (next.done === true) throw tooShort();
        chunk = next.value;
      }
      const count = chunk.copy(room, 0, 0, Math.min(left, room.length));
      chunk = chunk.subarray(count);
      return count;
    },
    async finish() {
      // The reader of the archive continues only after a member was read to its end.
      while ((await chunks.next()).done !== true);
    },
    close: () => undefined,
  };
}

function openAsSeen(
  path: string,
  seen: FileStat,
  workspace: Workspace,
): { readonly file: OpenFile; readonly stat: FileStat } {
  let file: OpenFile;
  try {
    file = workspace.open(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') throw changed(path, 'was removed');
    if (code === 'ELOOP') throw changed(path, 'became a link');
    throw new BuildError('context', `${path} cannot be read: ${describeError(error)}`, {
      hint: 'Make it readable for the runner, or exclude it with .dockerignore.',
      cause: error,
    });
  }
  try {
    const stat = statOpen(file, path);
    const isSame = stat.kind === 'file' && stat.device === seen.device && stat.inode === seen.inode;
    if (!isSame) throw changed(path, 'was replaced');
    return { file, stat };
  } catch (error) {
    file.close();
    throw error;
  }
}

function statOpen(file: OpenFile, path: string): FileStat {
  try {
    return file.stat();
  } catch (error) {
    throw readingFailed(path, error);
  }
}

function readPart(file: OpenFile, room: Buffer, path: string): number {
  try {
    return file.read(room);
  } catch (error) {
    throw readingFailed(path, error);
  }
}

function readingFailed(path: string, error: unknown): BuildError {
  return new BuildError('context', `reading ${path} failed: ${describeError(error)}`, {
    cause: error,
  });
}

function changed(path: string, how: string): BuildError {
  return new BuildError('context', `${path} ${how} while the context was packed`, {
    hint: 'Nothing may write to the context during the step: end background processes before it, or exclude the file with .dockerignore.',
  });
}
