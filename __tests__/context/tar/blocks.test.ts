import { describe, expect, test } from '@jest/globals';
import { PiecePool, pieceBytes } from '../../../src/context/tar/blocks.ts';

describe('the pool of pieces', () => {
  test('gives pieces of their full size', () => {
    const pool = new PiecePool();
    expect(pool.take()).toHaveLength(pieceBytes);
    expect(pieceBytes % 512).toBe(0);
  });

  test('returns a full piece again, even if only its beginning was given back', () => {
    const pool = new PiecePool();
    const piece = pool.take();
    pool.give(piece.subarray(0, 10));
    const again = pool.take();
    expect(again.buffer).toBe(piece.buffer);
    expect(again).toHaveLength(pieceBytes);
  });

  test('never gives a piece twice', () => {
    const pool = new PiecePool();
    pool.give(pool.take());
    expect(pool.take().buffer).not.toBe(pool.take().buffer);
  });

  test('does not accept other buffers', () => {
    const pool = new PiecePool();
    const other = Buffer.alloc(10);
    pool.give(other);
    expect(pool.take().buffer).not.toBe(other.buffer);
  });
});
