import type { Registry, RegistryRefusal } from '../../src/ports.ts';

/** A registry that has the same digest under every tag, or refuses every request. */
export class RegistryDouble implements Registry {
  readonly #answer: string | RegistryRefusal;
  /** The tags that were asked for. */
  readonly asked: string[] = [];

  constructor(answer: string | RegistryRefusal) {
    this.#answer = answer;
  }

  tagDigest({ text }: { readonly text: string }): Promise<string | RegistryRefusal> {
    this.asked.push(text);
    return Promise.resolve(this.#answer);
  }
}

/** Nothing listens at its address. */
export const unreachable: RegistryRefusal = {
  failure: new Error('connect ECONNREFUSED 192.0.2.1:443'),
  isTemporary: true,
  hasResponded: false,
};
