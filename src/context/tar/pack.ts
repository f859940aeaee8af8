import { Readable } from 'node:stream';
import type { Workspace } from '../../ports.ts';
import type { StdinStream } from '../stdin.ts';
import { PiecePool } from './blocks.ts';
import { gzip } from './gzip.ts';
import type { Member } from './member.ts';
import { tar, type Counter } from './tar.ts';

/** The compressed archive of the members as a stream; packing follows its reader. */
export function packStream(
  members: () => Iterable<Member> | AsyncIterable<Member>,
  level: number,
  { totalFiles, totalBytes }: Pick<Counter, 'totalBytes' | 'totalFiles'>,
  workspace: Workspace,
): StdinStream {
  const progress: Counter = { files: 0, bytes: 0, totalFiles, totalBytes };
  const pool = new PiecePool();
  const bytes = gzip(tar(members(), workspace, pool, progress), level, pool);
  return {
    stream: Readable.from(bytes, { objectMode: false, highWaterMark: 256 * 1_024 }),
    progress,
  };
}
