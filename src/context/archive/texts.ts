import { BuildError } from '../../errors.ts';
import { cleanPath } from '../../text/path.ts';
import { show } from '../../text/show.ts';
import { IgnoreRules, type FoundIgnoreRules } from '../ignore/rules.ts';
import {
  collect,
  largestTextBytes,
  mostLinks,
  type ListedEntry,
  type ReadEntry,
} from './entries.ts';

/** The Dockerfile and the ignore file of an archive. Of several entries with one name the last one counts, as in tar. */
export class ArchiveTexts {
  readonly #archive: string;
  readonly #dockerfiles: readonly string[];
  readonly #texts = new Map<string, Buffer>();
  /** The entry with the text of a name: the entry of that name, or the target of its link. */
  readonly #places: Map<string, string>;

  /** @param archive as the user wrote it. @param file the Dockerfile's path inside, if the user names one. */
  constructor(archive: string, file: string | undefined) {
    this.#archive = archive;
    this.#dockerfiles =
      file === undefined ? ['Dockerfile', 'dockerfile'] : [cleanPath(file.replace(/^\/+/, ''))];
    const ignoreFiles = this.#dockerfiles.map((name) => `${name}.dockerignore`);
    const names = [...this.#dockerfiles, ...ignoreFiles, '.dockerignore'];
    this.#places = new Map(names.map((name) => [name, name]));
  }

  /** Reads the entry if it is one of the files. @throws BuildError('context') */
  async take(read: ReadEntry): Promise<void> {
    const { name, header, entry } = read;
    if (![...this.#places.values()].includes(name)) {
      entry.resume();
      return;
    }
    this.#texts.delete(name);
    if (header.type !== 'file' && header.type !== 'contiguous-file') entry.resume();
    else if (header.size <= largestTextBytes) this.#texts.set(name, await collect(read));
    else {
      throw new BuildError(
        'context',
        `${show(name)} in ${show(this.#archive)} is larger than 4 MiB`,
        {
          hint: 'Check that it is the intended file.',
        },
      );
    }
  }

  /** @returns true if one of the files is a link, so the archive must be read again. @throws BuildError('context') */
  followLinks(listing: readonly ListedEntry[]): boolean {
    const entries = new Map(listing.map((entry) => [entry.name, entry]));
    let isAny = false;
    for (const name of this.#places.keys()) {
      const place = this.#follow(name, entries);
      if (place === name) continue;
      this.#places.set(name, place);
      isAny = true;
    }
    return isAny;
  }

  /** @throws BuildError('context') */
  dockerfile(): { readonly name: string; readonly bytes: Buffer } {
    for (const name of this.#dockerfiles) {
      const bytes = this.#textOf(name);
      if (bytes !== undefined) return { name, bytes };
    }
    const wanted = this.#dockerfiles[0] ?? '';
    throw new BuildError('context', `${show(this.#archive)} has no file ${show(wanted)}`, {
      hint: "Set the input 'file' to the path of the Dockerfile in the archive.",
    });
  }

  /** @throws BuildError('context') */
  async rules(dockerfile: string): Promise<FoundIgnoreRules> {
    for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
      const bytes = this.#textOf(name);
      if (bytes === undefined) continue;
      return { rules: await IgnoreRules.read(bytes.toString('utf8'), name), name };
    }
    return { rules: IgnoreRules.none, name: undefined };
  }

  #textOf(name: string): Buffer | undefined {
    return this.#texts.get(this.#places.get(name) ?? name);
  }

  #follow(name: string, entries: ReadonlyMap<string, ListedEntry>): string {
    const first = entries.get(name)?.target;
    if (first === undefined) return name;
    let target: string | undefined = first;
    for (let links = 0; target !== undefined && links < mostLinks; links += 1) {
      const found = entries.get(target);
      if (found?.type === 'file' || found?.type === 'contiguous-file') return found.name;
      target = found?.target;
    }
    throw new BuildError(
      'context',
      `${show(name)} in ${show(this.#archive)} is a link to ${show(first)}, which is not a file of the archive`,
      { hint: 'Replace the link with the file itself.' },
    );
  }
}
