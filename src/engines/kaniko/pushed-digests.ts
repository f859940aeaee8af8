import type { ImageReference } from '../../inputs/values/reference.ts';
import type { PushScan } from '../engine.ts';

const start = Buffer.from('Push');
const pushed = Buffer.from('Pushed ');
const pushing = Buffer.from('Pushing image to ');
const digestLength = 'sha256:'.length + 64;
const digestPattern = /^sha256:[0-9a-f]{64}$/;
/** A character that can be part of a tag. */
const tagCharacter = /[\w.-]/;
/** Two different digests are a contradiction, whatever follows. */
const mostDigests = 2;

interface PushedRepository {
  readonly name: string;
  /** `registry/repository@` */
  readonly prefix: Buffer;
}

/**
 * Finds the digests that kaniko reports as pushed in all of its output: `Pushed registry/repository@sha256:…`, for the
 * repositories of the tags. Every occurrence counts, also in the middle of a line: the output of RUN can lack a newline.
 *
 * Only occurrences after the first `Pushing image to` with one of the tags count. kaniko pushes the layers of a cache before
 * that, and they can be in the repository of a tag.
 *
 * The time is linear in the output, whatever its pieces are; the memory is that of the longest of these texts.
 */
export class PushedDigests implements PushScan {
  readonly #repositories: readonly PushedRepository[];
  readonly #tags: readonly Buffer[];
  readonly #digests: ReadonlyMap<string, Set<string>>;
  /** Bytes within which every text can be recognised, with the character after it. */
  readonly #longest: number;
  /** The end of the output so far, as far as a text can begin in it. */
  #rest = Buffer.alloc(0);
  #hasBegun = false;

  /** @param tags that the builder pushes. */
  constructor(tags: readonly ImageReference[]) {
    const names = [...new Set(tags.map(({ registry, repository }) => `${registry}/${repository}`))];
    this.#repositories = names.map((name) => ({ name, prefix: Buffer.from(`${name}@`) }));
    this.#tags = tags.map(({ text }) => Buffer.from(text));
    this.#digests = new Map(names.map((name) => [name, new Set<string>()]));
    this.#longest = Math.max(
      ...this.#repositories.map(({ prefix }) => pushed.length + prefix.length + digestLength),
      ...this.#tags.map((tag) => pushing.length + tag.length + 1),
      start.length,
    );
  }

  /** Takes the next piece of the output. */
  push(output: Buffer): void {
    const bytes = this.#rest.length === 0 ? output : Buffer.concat([this.#rest, output]);
    let at = bytes.indexOf(start);
    while (at !== -1 && at + this.#longest <= bytes.length) {
      this.#read(bytes, at);
      at = bytes.indexOf(start, at + start.length);
    }
    const from = at === -1 ? Math.max(0, bytes.length - start.length + 1) : at;
    this.#rest = Buffer.from(bytes.subarray(from));
  }

  /** By repository (`registry/repository`): the distinct digests so far, at most two. The output has ended. */
  end(): ReadonlyMap<string, ReadonlySet<string>> {
    const bytes = this.#rest;
    this.#rest = Buffer.alloc(0);
    for (let at = bytes.indexOf(start); at !== -1; at = bytes.indexOf(start, at + start.length)) {
      this.#read(bytes, at);
    }
    return this.#digests;
  }

  #read(bytes: Buffer, at: number): void {
    if (!this.#hasBegun) this.#hasBegun = this.#isOwnPush(bytes, at);
    else if (hasAt(bytes, at, pushed)) this.#readPushed(bytes, at + pushed.length);
  }

  #isOwnPush(bytes: Buffer, at: number): boolean {
    if (!hasAt(bytes, at, pushing)) return false;
    const tagAt = at + pushing.length;
    return this.#tags.some((tag) => {
      const next = bytes.toString('latin1', tagAt + tag.length, tagAt + tag.length + 1);
      return hasAt(bytes, tagAt, tag) && !tagCharacter.test(next);
    });
  }

  #readPushed(bytes: Buffer, at: number): void {
    const found = this.#repositories.find(({ prefix }) => hasAt(bytes, at, prefix));
    if (found === undefined) return;
    const digestAt = at + found.prefix.length;
    const digest = bytes.toString('latin1', digestAt, digestAt + digestLength);
    const digests = this.#digests.get(found.name);
    if (digests !== undefined && digests.size < mostDigests && digestPattern.test(digest)) {
      digests.add(digest);
    }
  }
}

function hasAt(bytes: Buffer, at: number, text: Buffer): boolean {
  const end = at + text.length;
  return end <= bytes.length && bytes.compare(text, 0, text.length, at, end) === 0;
}
