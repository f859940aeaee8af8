import { setImmediate } from 'node:timers/promises';
import type { Workspace } from '../../ports.ts';
import type { PackProgress } from '../stdin.ts';
import { pieceBytes, type PiecePool } from './blocks.ts';
import { openContent } from './content.ts';
import { encodeHeader, paddingOf, tarBlockBytes } from './header.ts';
import type { Member } from './member.ts';

/**
 * After this number of bytes the event loop gets a turn, so that connections are served and packed bytes are written. A pipe
 * or a socket accepts about this many bytes at once.
 */
const turnBytes = 64 * 1_024;
/** GNU tar's record size. Some readers expect the archive to end with a whole record. */
const recordBytes = 10_240;
const endBytes = 2 * tarBlockBytes;

/** Counts while it runs. */
export type Counter = { -readonly [K in keyof PackProgress]: PackProgress[K] };

/**
 * Writes members to an archive, in pieces of `pieceBytes` from the pool. The archive ends with the two zero blocks of the
 * format and at least one more: kaniko waits for the end of stdin if the decompressor returns no bytes after the second one.
 * @throws BuildError('context')
 */
export async function* tar(
  members: Iterable<Member> | AsyncIterable<Member>,
  workspace: Workspace,
  pool: PiecePool,
  counter: Counter,
): AsyncGenerator<Buffer> {
  const writer = new PieceWriter(pool);
  const iterator = iteratorOf(members);
  try {
    for (;;) {
      // Only promises are awaited: awaiting a value that is already available takes longer than reading it.
      const next = iterator.next();
      const { done, value: member } = next instanceof Promise ? await next : next;
      if (done === true) break;
      const source = openContent(member, workspace);
      try {
        writer.append(encodeHeader({ ...member.header, sizeBytes: source.sizeBytes }));
        let left = source.sizeBytes;
        for (;;) {
          for (const piece of writer.takeFull()) yield piece;
          if (writer.isTurnDue()) await setImmediate();
          if (left === 0) break;
          const reading = source.read(writer.room(left + 1), left);
          const count = typeof reading === 'number' ? reading : await reading;
          writer.commit(count);
          left -= count;
          if (member.counts) counter.bytes += count;
        }
        const finishing = source.finish();
        if (finishing !== undefined) await finishing;
        writer.zeros(paddingOf(source.sizeBytes));
        if (member.counts) counter.files += 1;
      } finally {
        source.close();
      }
    }
  } finally {
    await iterator.return?.();
  }
  const rest = (writer.totalBytes + endBytes + tarBlockBytes) % recordBytes;
  writer.zeros(endBytes + tarBlockBytes + (rest === 0 ? 0 : recordBytes - rest));
  yield* writer.takeFull();
  yield* writer.last();
}

function iteratorOf(
  members: Iterable<Member> | AsyncIterable<Member>,
): Iterator<Member, undefined> | AsyncIterator<Member, undefined> {
  return Symbol.asyncIterator in members
    ? members[Symbol.asyncIterator]()
    : members[Symbol.iterator]();
}

const noPieces: readonly Buffer[] = [];

/** Fills pieces one after the other. */
class PieceWriter {
  totalBytes = 0;
  readonly #pool: PiecePool;
  readonly #full: Buffer[] = [];
  #piece: Buffer;
  #used = 0;
  #turnAt = turnBytes;

  constructor(pool: PiecePool) {
    this.#pool = pool;
    this.#piece = pool.take();
  }

  takeFull(): readonly Buffer[] {
    return this.#full.length === 0 ? noPieces : this.#full.splice(0);
  }

  *last(): Generator<Buffer> {
    if (this.#used > 0) yield this.#piece.subarray(0, this.#used);
  }

  isTurnDue(): boolean {
    if (this.totalBytes < this.#turnAt) return false;
    this.#turnAt = this.totalBytes + turnBytes;
    return true;
  }

  /** A buffer for the next bytes, of at least one and at most `most` bytes. Call `commit` with the number of bytes written. */
  room(most: number): Buffer {
    const end = Math.min(pieceBytes, this.#used + Math.min(most, turnBytes));
    return this.#piece.subarray(this.#used, end);
  }

  commit(count: number): void {
    this.#used += count;
    this.totalBytes += count;
    if (this.#used < pieceBytes) return;
    this.#full.push(this.#piece);
    this.#piece = this.#pool.take();
    this.#used = 0;
  }

  append(bytes: Buffer): void {
    for (let start = 0; start < bytes.length;) {
      const count = Math.min(bytes.length - start, pieceBytes - this.#used);
      this.#piece.set(bytes.subarray(start, start + count), this.#used);
      start += count;
      this.commit(count);
    }
  }

  zeros(count: number): void {
    for (let left = count; left > 0;) {
      const end = Math.min(pieceBytes, this.#used + left);
      this.#piece.fill(0, this.#used, end);
      left -= end - this.#used;
      this.commit(end - this.#used);
    }
  }
}
