const mostHeadBytes = 16 * 1024;
const mostTailBytes = 48 * 1024;

/** The beginning and the end of an output of any length, in bounded memory. */
export class EndsOfOutput {
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  readonly #tail: Buffer[] = [];
  #tailBytes = 0;
  #isCut = false;

  add(piece: Buffer): void {
    const head = piece.subarray(0, mostHeadBytes - this.#headBytes);
    if (head.length > 0) this.#head.push(Buffer.from(head));
    this.#headBytes += head.length;
    const rest = piece.subarray(head.length);
    if (rest.length === 0) return;
    this.#tail.push(Buffer.from(rest));
    this.#tailBytes += rest.length;
    if (this.#tailBytes > 2 * mostTailBytes || this.#tail.length > 1_000) this.#shorten();
  }

  /** As UTF-8; a part that is missing is `…` on a line of its own. */
  text(): string {
    this.#shorten();
    const tail = Buffer.concat(this.#tail);
    if (!this.#isCut) return Buffer.concat([...this.#head, tail]).toString();
    return `${Buffer.concat(this.#head).toString()}\n…\n${tail.toString()}`;
  }

  #shorten(): void {
    const all = Buffer.concat(this.#tail);
    const kept = all.subarray(-mostTailBytes);
    if (kept.length < all.length) this.#isCut = true;
    this.#tail.splice(0, Infinity, Buffer.from(kept));
    this.#tailBytes = kept.length;
  }
}
