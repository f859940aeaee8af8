/** Bytes of the pieces in which an archive is read and compressed; a multiple of the tar block size. */
export const pieceBytes = 1 << 20;

/** Buffers of `pieceBytes` that are used again: fresh ones of that size keep the garbage collector busy. */
export class PiecePool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
  }

  /** @param piece whole, or the beginning of a buffer that `take` gave. Nobody may use it any more. */
  give(piece: Buffer): void {
    if (piece.buffer.byteLength === pieceBytes) this.#free.push(Buffer.from(piece.buffer));
  }
}
