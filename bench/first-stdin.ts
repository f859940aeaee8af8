const binary = 2;
const stdinChannel = 0;

/** Watches what a client sends on an attach WebSocket for the first byte of stdin. Pings come before it. */
export class FirstStdin {
  #onFirst: (() => void) | undefined;
  #bytes: Buffer = Buffer.alloc(0);

  /** @param onFirst called once. */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
  }

  push(chunk: Buffer): void {
    if (this.#onFirst === undefined) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let frame = readFrame(this.#bytes); frame !== undefined; frame = readFrame(this.#bytes)) {
      if (frame.opcode === binary && frame.channel === stdinChannel && frame.payloadBytes > 1) {
        this.#onFirst();
        this.#onFirst = undefined;
        return;
      }
      if (this.#bytes.length < frame.bytes) return;
      this.#bytes = this.#bytes.subarray(frame.bytes);
    }
  }
}

interface Frame {
  readonly opcode: number;
  /** The first byte of the payload. */
  readonly channel: number | undefined;
  readonly payloadBytes: number;
  /** Header and payload. */
  readonly bytes: number;
}

/** The frame at the beginning, RFC 6455 section 5.2; a client's is masked. Undefined if its first bytes are not all there. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const maskAt = 2 + lengthBytes;
  if (bytes.length < maskAt + 4) return undefined;
  const payloadBytes =
    lengthBytes === 8
      ? Number(bytes.readBigUInt64BE(2))
      : lengthBytes === 2
        ? bytes.readUInt16BE(2)
        : short;
  const headBytes = maskAt + 4;
  if (payloadBytes > 0 && bytes.length <= headBytes) return undefined;
  return {
    opcode: bytes.readUInt8(0) & 0x0f,
    channel: payloadBytes === 0 ? undefined : bytes.readUInt8(headBytes) ^ bytes.readUInt8(maskAt),
    payloadBytes,
    bytes: headBytes + payloadBytes,
  };
}
