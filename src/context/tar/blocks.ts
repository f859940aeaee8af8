/** Bytes of the pieces in which an archive is written and compressed. A multiple of the tar block size. */
export const pieceBytes = 1 << 20;

/** Reuses buffers of `pieceBytes`, because new ones of that size cost much time in the garbage collector. */
export class PiecePool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
  }

  /** @param piece a buffer from `take`, or the beginning of one. It must not be used after the call. */
  give(piece: Buffer): void {
    if (piece.buffer.byteLength === pieceBytes) this.#free.push(Buffer.from(piece.buffer));
  }
}
