import type { Presence } from '../../dockerfile/check/findings.ts';
import { BuildError } from '../../errors.ts';
import type { Turns } from '../../time/turns.ts';
import { isWhiteout, warnOfNames } from '../directory/walk.ts';
import { weigh, type ContextWeight } from '../directory/weight.ts';
import type { IgnoreRules, ParentMatches } from '../ignore/rules.ts';
import type { ListedEntry } from './entries.ts';

/** The entries of an archive that are sent. */
interface MemberPlan {
  /** Indexes of the entries that are sent. */
  readonly kept: ReadonlySet<number>;
  readonly ignored: number;
  readonly warnings: readonly string[];
  /** Weight of the files that are sent. */
  readonly weight: ContextWeight;
}

const plainTypes: readonly unknown[] = ['file', 'contiguous-file', 'directory', 'link'];
const sentTypes: readonly unknown[] = [...plainTypes, 'symlink'];

/**
 * @param withheld names that are not sent, because they have credentials.
 * @throws BuildError('context') for entries that cannot be sent, or the reason of the signal of `turns`.
 */
export async function planMembers(
  archive: string,
  listing: readonly ListedEntry[],
  rules: IgnoreRules,
  withheld: ReadonlySet<string>,
  turns: Turns,
): Promise<MemberPlan> {
  const results = new DirectoryResults(rules);
  const special: string[] = [];
  const whiteouts: string[] = [];
  const kept = new Set<number>();
  const parents = new Set<string>();
  const names = new Set<string>();
  let ignored = 0;
  for (const [index, { name, type }] of listing.entries()) {
    const turn = turns.take();
    if (turn !== undefined) await turn;
    if (name === '.' || withheld.has(name)) continue;
    if (results.isExcluded(name)) ignored += 1;
    else if (!sentTypes.includes(type)) special.push(name);
    else {
      if (isWhiteout(name)) whiteouts.push(name);
      kept.add(index);
      names.add(name);
      for (const parent of parentsOf(name)) parents.add(parent);
    }
  }
  // An excluded directory is sent if something below it is.
  listing.forEach(({ name, type }, index) => {
    if (type === 'directory' && parents.has(name) && !withheld.has(name)) kept.add(index);
  });
  const sent = [...kept].flatMap((index) => listing[index] ?? []);
  const links = linksOf(sent);
  for (const entry of sent) {
    const turn = turns.take();
    if (turn !== undefined) await turn;
    checkEntry(archive, entry, names);
    checkParents(archive, entry, links);
  }
  const files = [...kept].flatMap((index) => {
    const entry = listing[index];
    return entry?.type === 'file' || entry?.type === 'contiguous-file' ? [entry] : [];
  });
  return { kept, ignored, warnings: warnOfNames({ special, whiteouts }), weight: weigh(files) };
}

/** Reports whether a path is sent. Links are not followed: only the builder can resolve them. */
export function lookUpIn(
  listing: readonly ListedEntry[],
  kept: ReadonlySet<number>,
  withheld: ReadonlySet<string>,
): (path: string) => Presence {
  const namesOf = (entries: readonly ListedEntry[]): ReadonlySet<string> =>
    new Set(entries.flatMap(({ name }) => [name, ...parentsOf(name)]));
  const namesWith = (matches: (type: unknown) => boolean): ReadonlySet<string> =>
    new Set(listing.filter(({ type }) => matches(type)).map(({ name }) => name));
  let index: Record<'links' | 'special' | 'listed' | 'sent', ReadonlySet<string>> | undefined;
  return (path) => {
    index ??= {
      links: namesWith((type) => type === 'symlink'),
      special: namesWith((type) => !plainTypes.includes(type)),
      listed: namesOf(listing),
      sent: namesOf(listing.filter((_, at) => kept.has(at))),
    };
    const { links, special, listed, sent } = index;
    if (withheld.has(path)) return 'withheld';
    if ([...parentsOf(path)].some((name) => special.has(name))) return 'unknown';
    if (links.has(path) && sent.has(path)) return 'link';
    if (special.has(path)) return 'unknown';
    if (sent.has(path)) return 'sent';
    return listed.has(path) ? 'ignored' : 'missing';
  };
}

/** The names of symbolic links, and of hard links to one of them. A builder that unpacks the archive would follow them. */
function linksOf(sent: readonly ListedEntry[]): ReadonlySet<string> {
  const links = new Set(sent.flatMap(({ type, name }) => (type === 'symlink' ? [name] : [])));
  // A hard link follows its target in an archive.
  for (const { type, name, target } of sent) {
    if (type === 'link' && links.has(target ?? '')) links.add(name);
  }
  return links;
}

/**
 * Refuses an entry below a symbolic link of the archive, whose target can be outside of the context. In an archive of a
 * directory nothing is below a link.
 */
function checkParents(
  archive: string,
  { type, name, target }: ListedEntry,
  links: ReadonlySet<string>,
): void {
  for (const path of type === 'link' ? [name, target ?? ''] : [name]) {
    for (const parent of parentsOf(path)) {
      if (!links.has(parent)) continue;
      throw new BuildError(
        'context',
        `${archive} has the entry ${path} below ${parent}, which is a symbolic link in the archive`,
        { hint: 'Make the archive of a directory again, or exclude the link with .dockerignore.' },
      );
    }
  }
}

function checkEntry(archive: string, entry: ListedEntry, names: ReadonlySet<string>): void {
  const foreign = [entry.name, entry.target].find((name) => name?.includes('\uFFFD'));
  if (foreign !== undefined) {
    throw new BuildError('context', `${archive} has a name that is not UTF-8: ${foreign}`, {
      hint: 'Rename the file, or exclude it with .dockerignore.',
    });
  }
  if (entry.type !== 'link' || names.has(entry.target ?? '')) return;
  throw new BuildError(
    'context',
    `${entry.name} is a hard link to ${entry.target ?? ''}, which is missing from the archive or excluded by .dockerignore`,
    { hint: 'Exclude both names, or neither.' },
  );
}

/** Results of the ignore rules. An archive need not have entries for the directories of its files. */
class DirectoryResults {
  readonly #rules: IgnoreRules;
  /** The directories of the last name, the top one first. Those of all names could fill the memory. */
  readonly #chain: { readonly name: string; readonly matches: ParentMatches }[] = [];

  constructor(rules: IgnoreRules) {
    this.#rules = rules;
  }

  isExcluded(name: string): boolean {
    return this.#rules.test(name, this.#ofDirectory(parentName(name))).excluded;
  }

  /** Without recursion: a name can have more directories than the stack has room for. */
  #ofDirectory(name: string | undefined): ParentMatches | undefined {
    const missing: string[] = [];
    for (let path = name; path !== undefined; path = parentName(path)) missing.push(path);
    let known = 0;
    while (known < this.#chain.length && this.#chain[known]?.name === missing.at(-1)) {
      known += 1;
      missing.pop();
    }
    this.#chain.length = known;
    for (let path = missing.pop(); path !== undefined; path = missing.pop()) {
      const { matches } = this.#rules.test(path, this.#chain.at(-1)?.matches);
      this.#chain.push({ name: path, matches });
    }
    return this.#chain.at(-1)?.matches;
  }
}

/** The parent directories of a name, the nearest first. */
function* parentsOf(name: string): Generator<string> {
  for (let parent = parentName(name); parent !== undefined; parent = parentName(parent)) {
    yield parent;
  }
}

function parentName(name: string): string | undefined {
  const cut = name.lastIndexOf('/');
  return cut < 0 ? undefined : name.slice(0, cut);
}
